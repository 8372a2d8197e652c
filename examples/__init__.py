"""Short runnable stories; each is also run by tests/journeys.

`python -m examples.demo` plays the whole chain with every party as a process of its own; `town.py` starts
the parties, `records.py` reads the real data, `clear.py` computes the same answers with nothing hidden.
"""
