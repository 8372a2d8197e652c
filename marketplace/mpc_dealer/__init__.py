"""The dealer: it gives the nodes of an attempt the random numbers that products take, and sees no data.

**What it does.** Where each node holds one summand of every value, nodes can add by themselves but not
multiply. For that they need *triples*, random a and b with c = a·b, shared among them as the values are
(`crypto.mpc.additive`). The dealer draws them. The nodes of one attempt ask for a *deal* together: each is
given its *packet*, once, over a connection that the trust registry vouches for, with a signed statement about
it. That is all: the dealer is asked before a computation begins, learns that some nodes compute and how many
numbers they take, and is told nothing else.

**Who must not collude.** The dealer knows every mask that it deals, and each node sees what was masked. So
*the dealer together with any one node reads everything that a product was taken of*. Its operator runs no
node; the trust registry refuses that. Without a node it learns nothing.

**What it is not trusted for.** What it deals is checked by the nodes before data meets it, by giving up one
triple for another (`crypto.mpc.additive.sacrifice`): a dealer that deals something else than products stops
the attempt. It can refuse, and then there are no products; sums need no dealer.

**What it keeps.** Key, certificate and settings in its folder. Seeds of open deals stand in memory only, for
an hour at most where somebody looks at its health from time to time, and are forgotten as soon as every node
has its packet; nothing of a deal is written or logged but job, attempt, node and number of triples.

**The ladder.** `errors`; `config` (what the operator owns), `deals` (what is open), `meter`; `api`,
`bootstrap`, `cli`. It imports `crypto`, `ssi` and `consent`, and nothing of the marketplace or the nodes.
"""
