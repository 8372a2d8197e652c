"""Additive sharing among any number of nodes: private as long as one of them is honest.

The default of this house is `rep3`: three nodes, at most one of which is curious. Whoever wants protection
against *all nodes but one* shares additively: x = x_0 + … + x_{n-1} in the Goldilocks field, one summand a
node.

- Sums, means, histograms and everything else that is linear need no message at all (`sharing`): each node
  adds up its summands and gives the buyer its part.
- Products need triples (a, b, ab) of random numbers that nobody knows (Beaver, Crypto 1991). With a dishonest
  majority and without a dealer they cost hundreds of times the bandwidth, so here a *dealer* makes them
  (`dealer`): a process of its own that sees no data, talks before the computation only, and must collude with
  no node. All nodes but one get their parts as one seed; the last gets 8 bytes a triple, or 32 authenticated.
- `beaver` multiplies with them in one round, and `authentication` holds every node to what it was dealt: each
  shared value x carries α·x for a key α that nobody knows (Damgård, Pastro, Smart, Zakarias, Crypto 2012),
  and what was opened is checked before anything is released.
- `sacrifice` holds the dealer to having dealt products, and `input_proof` every node to having brought in the
  summands that it was given, against the commitments of `crypto.sharing.integer_masked`.
- `run` is all of that for a program of cells, and `part` what each node gives to the buyer.

Guarantees of `run_verified`. Privacy against n - 1 nodes that do whatever they like, or against the dealer
without a node. A node that deviates, in what it brings in or in a product, and a dealer that deals anything
but products, are caught except with probability below 2^-55, and nothing is released; often nobody can be
named, since any of them could have been the one. An exact answer that all parts' tags agree with is right.

Guarantees of `run_sums`. Privacy as above. Correctness none: a node shifts a sum by what it likes, and
nothing is held twice that would tell.

NOTE: `multiply` without proved inputs protects against curious nodes only. One that brings in x + δ shifts
z = x·y by δ·y, tags or not, and reads y out of the result with whoever gets it.

Limits. Every node adds noise of its own, in any amount it likes. There is no tolerance for crashes: every
node is needed. *The dealer with any one node reads everything that is multiplied.*
"""
