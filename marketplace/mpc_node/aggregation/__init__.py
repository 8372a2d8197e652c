"""The second way of computing: wallets encrypt once, ciphertexts are added up, and only a sum is opened.

**Words.** The *joint key* is lifted ElGamal over secp256k1; three nodes hold a *share* of it each, and any
two open a ciphertext (`crypto.elgamal`). An *encrypted record* is one ciphertext for each column, with a
proof that it holds what the issuer signed (`crypto.linked`). A *partial decryption* is one node's part of
opening a sum.

**How a job goes.** People are admitted and agreed on exactly as for the other engine. Then

1. each node adds up the ciphertexts of the agreed people, one sum for each cell (`sums`),
2. each draws noise of its own for every cell, encrypts it, and commits to the ciphertexts by a digest before
   it sees anybody else's; then all three show theirs, each proved to be known to its maker (`protocol`,
   `known_noise`),
3. each compares the sums and everybody's noise with its peers by digests; whoever differs is named,
4. each signs the digest of the final ciphertext towards a peer, and seals the ciphertext with its partial
   decryption, proved right, to the buyer (`release`).

The buyer combines any two right partial decryptions (`marketplace.sdk.aggregation`), names a node whose proof
fails, and searches for the sums in their range (`consent.aggregation`).

**Guarantees.** Any one node, the marketplace and the buyer together see sums only, by DDH; with noise, one
node's share of it may be known to the buyer. *Any two nodes together can open any single record*, as in the
replicated engine. Exact sums cannot be shifted by anybody: the addition has no secret, all three do it, and a
node that is right refuses to open another sum. Nobody can put somebody in or leave somebody out: the sum is
over the people whose root all three signed. In this deployment every node is its own aggregator, and a sum
that the marketplace made would not be believed.

**Limits.** The noise of a noised answer is each node's own: one node can shift a sum by lying about its
noise, and by so much that nothing is found in the range; then there is no answer and nobody is named. A job
needs all three nodes, since each must admit; opening needs two. Decryption falls to a large quantum computer,
and with it every record that was ever handed in. A new joint key makes what was encrypted to the old one
useless.
"""
