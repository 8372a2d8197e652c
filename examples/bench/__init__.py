"""What everything costs: us and our peers on the same work, in one run of one machine.

`python -m examples.bench` measures every section, `python -m examples.bench paillier mpc` only some, and
`python -m examples.bench.table` writes the README's tables from what was kept in `.bench`.

A *row* is a piece of work with our median, a peer's where there is one, and a *gate*: the ratio to the peer
that we want at least, or the most that ours may be. A *section* is a table of rows. Ratios are what to trust:
where a peer runs in the same process both are measured in turns; a peer with needs of its own runs right
beside, in an environment of its own (`environments`), pinned to a version. A peer that cannot be had leaves
its columns empty and its gate unjudged, never met.

Limits. Medians of one machine; other work on it moves absolute gates more than ratios. Peers are used as
their documentation shows, in the fastest form that we found.
"""
