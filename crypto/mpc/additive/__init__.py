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

Guarantees. Privacy against n - 1 nodes without the dealer, or the dealer without a node. With authentication,
a node that deviates in a product is caught, except with probability 2/p < 2^-62, and nothing is released; it
is not named, since any of them could have been the one. Limits: a node that lies about its *own input
summand* shifts the result like a wallet that does: it is caught where the summand is checked against its
commitment (`crypto.sharing.integer_masked`) and not here; and there is no tolerance for crashes: every node
is needed.
"""
