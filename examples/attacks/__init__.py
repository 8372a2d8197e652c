"""Attacks on answers, played against the rules and the noise that nodes use: what does an attacker gain?

A *game* is played many times. A coin decides a secret of one person; the attacker, who knows everything else
that the game says it knows, asks what it likes and guesses. Its *advantage* is how often it is right, less
one half: 0 is guessing, 1/2 is knowing. Exact answers must leave it nothing, answers with noise no more than
the privacy budget promises; a game says which, and how far chance may move a measured advantage.

The rules are those of a node, on a node's own stores (`house`): the history of exact answers, the ledger of
privacy budgets, the compiled noise of a query and its odds. Only the arithmetic is done in the clear. Quotes
are those of the marketplace's own code (`on_quotes`); what they tell on purpose is measured, and marked so.
`python -m examples.bench attacks` prints the table; `tests/attacks_on_answers` holds every line to its bound,
and plays some of the attacks at three nodes.
"""
