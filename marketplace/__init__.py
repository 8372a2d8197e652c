"""Where answers are ordered, computed on data that nobody sees, and paid for.

Words
-----
*buyer*: an organisation that orders answers, known by a credential. *person*: a data subject, known here only
by a consent and a pairwise handle. *offer*: one consent with its sealed contribution. *order*: one query at
one price. *job*: the computation that serves an order, in one or more *attempts*. *node*: one of the three
computation parties, each run by another organisation. *escrow*: where a buyer's money waits until the answer
is there.

What this folder guarantees
---------------------------
* It never holds an attribute that is not public, and no answer: contributions are sealed to the nodes,
  answers to the buyer.
* An answer is handed out only if all three nodes signed the same computation. Otherwise the job fails, the
  node that can be blamed is named, and the money goes back.
* Money moves in one database transaction with the reason for it; every cent can be recomputed from immutable
  transfers (`domain/ledger.py`).
* What happened stands in an append-only log whose proofs the persons check themselves (`domain/log.py`).

What it does not protect against
--------------------------------
The marketplace can leave an offer out of a job without the person noticing, and it knows who offers which
data set and which job each consent took part in. It cannot add a person, change a price after the order, pay
somebody else for a person's part unnoticed, or read anything.

Rooms
-----
`domain` decides, `services` are the use cases, `storage` and `clients` are their doors to the outside, `api`
and `web` are the doors for others, `worker.py` drives computations forward, `sdk` is the buyer's own tool and
`mpc_node` the program that another organisation runs as a node.
"""
