"""The buyer's own tool: ask for a price, order, and open the answer on the buyer's machine.

`buyer.py` is the whole of it in a few verbs; `keys.py` keeps the keys, `result.py` opens an answer,
`statements.py` and `envelopes.py` check what the nodes signed and sent. `table.py`, `pandas_frame.py` and
`polars_frame.py` are what an opened answer looks like, `method_card.py` and `citation.py` what stands in a
paper beside it, `proof.py` and `proof_check.py` how its readers check it, `cli.py` all of it as a command.
Nothing here knows the inside of the marketplace, and nothing it says is believed without a signature: node
keys come from the trust registry, which is checked against the authority's key that the buyer has pinned.

Guarantee: an answer that `open_result` returns was computed by three nodes that agree with each other about
the query, the people, the cells and every summand. If one of them lied, it is named instead.

Limit: two nodes that collude can alter an answer unnoticed, and learn it; see `crypto/mpc`. An answer of the
engine `additive` takes all three to be learned; unless it was verified, one node can alter it unnoticed.
"""
