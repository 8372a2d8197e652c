"""What the marketplace decides, as values and functions: no clock, no socket, no database.

`ledger.py` with `chart.py` and `split.py` is the money, `offer.py`, `matching.py` and `band.py` are whom a
query reaches, `order.py` and `job.py` are what was bought and how far it is, `failure.py` is what three
nodes' reports add up to, `log.py` is the append-only log.
"""
