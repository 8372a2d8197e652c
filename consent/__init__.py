"""What a person allows, what a buyer asks, and the documents that hold both to their word.

A *policy* is what one person allows; a *query* is what one buyer asks; `policy.decide` answers whether the
first permits the second, fail-closed and with a reason. A *consent record* is a policy signed with the key
its credential is bound to. From there on every step of a job is a signed document of this folder: the
contribution, the mandate, the escrow receipt, the manifest, the statements of the nodes, the receipts, the
entries of the log. `computation` says which numbers answer a query and how much noise each needs, `answer`
turns the opened numbers into an answer with its error, and `wording` says all of it in plain sentences.

A *score* of one person is another matter, with a consent of its own: `score_function`, `score_terms` and the
modules that follow them. So is a *crowd sum*, which many wallets compute among themselves without any node:
`crowd_terms` and the modules beside it.

Everything here is values and functions: time, keys and randomness are arguments.
"""
