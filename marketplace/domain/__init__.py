"""What the marketplace decides, as values and functions: no clock, no socket, no database.

`ledger.py` with `chart.py` and `split.py` is the money, `offer.py`, `matching.py` and `band.py` are whom a
query reaches, `order.py` and `job.py` are what was bought and how far it is, `release.py` is whether three
nodes' outputs are one answer, `log_tree.py` is the shape of the log.
"""
