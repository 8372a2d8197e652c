"""Prio3: sums over data that nobody signed, where a wallet can lie only within what a measurement may say.

A record with a credential needs no proof of validity: its issuer checked it (`crypto.commitments`). A heart
rate that a watch typed in by itself has no issuer. Its wallet must show that it reports a number in range,
one bucket, at most three marks, and show it to nodes of which none may see the number. That is what Prio3
does, as the IETF specifies it: draft-irtf-cfrg-vdaf-20, wire version 18, after Corrigan-Gibbs and Boneh (NSDI
2017) and Boneh, Boyle, Corrigan-Gibbs, Gilboa and Ishai (Crypto 2019, ePrint 2019/188). There is no RFC yet.

Words. A *measurement* is what a wallet reports, encoded as a vector over a prime field. A *circuit* says by
arithmetic whether a vector is a valid encoding. A *role* is one of the parties among whom the vector is cut
into additive *shares*; role 0 is the *leader*. The *proof*, also shared, is the wallet's; a *verifier* is
what the roles open of measurement and proof to check it. The *nonce* names a report. The *verify key* is the
roles' common secret, from which their random question to each proof follows. *Joint randomness* is randomness
that a circuit needs and nobody, in particular not the wallet, may choose: it is a hash of commitments to all
shares.

Construction, one file a step.

- `field`, `polynomial`: two fields with many roots of unity; polynomials by their values there. `xof`, `tag`:
  seeds become field elements, each use apart from every other.
- `circuit`, `circuits`, `gadget`: what valid means. x² = x for bits, sums of bits for integers, a sum of one
  for a bucket; the only products are calls of one gadget.
- `proof`: all inputs of gadget call i are the values at the root α^i of wire polynomials, the outputs those
  of a gadget polynomial f. The wallet hands out shares of f; the roles compute shares of everything else
  without talking, and check f(t) = G(wires(t)) at one random point t that the wallet did not know. One round
  of 24 to a few hundred bytes a report.
- `report`, `expansion`, `scheme`, `wire`: sharing and messages. Only the leader's share is long; others are
  seeds.
- `instance`: the algorithms by name and number.
- `batch` and its parts: the same for thousands of reports at once, about a hundred times faster, bit for bit
  the same.
- `three_nodes`: how our three nodes play three roles so that a liar is seen.

Parameters. Field64 (64 bits) for counts and sums, whose soundness error is about 2^-58 a report of 16 bits
and cannot be searched for offline, because the question depends on the verify key. Field128 where a circuit
uses joint randomness, which a wallet can try again and again offline: at 2^64 the search is within reach, so
Field64 needs three proofs there, and fewer are refused. Chunk lengths near the square root of the encoding
make proofs shortest (`instance.best_chunk_length`); wallets and nodes must agree on them. 32-byte seeds and
TurboSHAKE128: 128-bit security.

Guarantees. *Privacy*: whoever lacks one share learns the sum of the reports that were accepted and nothing
more, even if it deviates from the protocol (Davis, Patton, Rosulek, Schoppmann, ePrint 2023/130).
*Robustness*: a report with an invalid measurement is refused but with the error above, if all roles follow
the protocol. An honest report that a lying role makes fail shows nothing: all that is opened of it is masked
by the random values of its wires.

Limits. The sum itself may tell about one person: batches need a crowd and noise, which is others' work. A
wallet may lie within range and report under many names: who may report is others' work as well. Robustness is
against wallets, not nodes: a node can spoil any sum, unless it is played twice and compared (`three_nodes`),
and a node that gives the verify key away lets wallets report anything. The key must be fixed before reports
and each report be verified once. Python's integers and the kernels' comparisons are not constant time; only
the wallet touches a measurement that is not shared, and its timing is seen by nobody whom the wallet does not
trust.
"""
