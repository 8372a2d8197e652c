"""The third way of computing: each node holds one summand, so that all three must collude to see a record.

**Words.** A *component* is one of the three summands of a record, of which node i holds number i and nothing
else (`crypto.sharing.additive`). A *part* is what one node gives to the buyer; three parts add up to the
answer. A *deal* is what the dealer gave the nodes of one attempt.

**How a job goes.** People are admitted and agreed on exactly as for the other engines. Then each node reads
its components (`rows`), and

1. where only sums are asked for, adds them up with noise of its own and fixes its part; no message depends on
   anybody's data;
2. where something is multiplied, or the buyer asks for it, has random numbers dealt (`dealing`) and runs the
   verified protocol (`crypto.mpc.additive.run`).

Each node signs the digest of its part towards the node before it, and seals the part to the buyer
(`compute`).

**Guarantees.** Two nodes together, with the buyer and the marketplace, see what the buyer sees and no record;
the third node's noise alone gives what a noised answer promises. Without a dealer nothing is multiplied. In a
verified run a node that brings in something else than it was given, or computes anything else, and a dealer
that deals anything but products, stop the attempt; an exact verified answer is right.

**Limits.** Nothing is held twice. *A sum that was not verified is what three nodes say it is*: one that says
another number shifts it, unseen and unnamed, and so does one that adds more noise than it should. All three
nodes are needed to the end, and an attempt that multiplies is not gone on with after a crash, because its
random numbers are dealt once. *The dealer with any one node reads what is multiplied.* Nothing is compared,
ranked or filtered by private values.
"""
