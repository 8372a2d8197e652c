"""Ciphertexts that provably hold what an issuer signed, though nobody is told what that is.

A wallet that encrypts by itself could encrypt other numbers than its issuer gave it: a better grade for a
weighted score, a thousand votes for a histogram. Its credential, however, carries a commitment to the whole
record, signed (`crypto.commitments`), and commitment and ciphertext live in the same group. So the wallet can
prove, with two kilobytes and without an interaction, that the one holds chosen columns of the other.

Words. A *record* has x_1 … x_m; its *opening* is the record with the blinding ρ of the commitment C. The
*chosen* columns are those that are encrypted. The *terms* say which they are, of which data set, and for
which consent, in the verifier's own words. A *statement* is what is claimed, a *claim* a statement with its
proof.

Construction, over secp256k1:

- `preimage`: one proof of knowledge for every system of equations that is linear in secret numbers (Maurer,
  Africacrypt 2009), made non-interactive by a hash, and verified a thousand at a time by one sum of points.
- `statement`: the equations. One says that C holds x, one that a point is R·G, one that another point is the
  weighted sum of the chosen columns under the same R. Weights hashed from the statement make one equation of
  those of all ciphertexts, so a proof has 103 + 32 (m + 2) bytes however many columns are chosen.
- `elgamal_link`: for contributions to sums that several parties open together (`crypto.elgamal`).
- `als16_link`: for records that function keys give weighted scores of (`crypto.functional.als16`), and that
  a function key is the one of its weights.
- `one_label_link`, `interval`: for sums over many wallets, where nobody sees a ciphertext that could be
  linked (`crypto.functional.one_label`): each member commits to its term, the weighted sum of its committed
  record plus noise, whose width is proven bit by bit, and the opened sum is held against all terms.
- `search`: which ones of a batch are wrong, at a bounded cost.
- `proof`: the bytes.

Parameters. Challenge, weights and batch coefficients have 128 bits, responses are full scalars. A hash of
everything that is claimed goes into weights and challenge: all bases, the key by its digest, C, the
ciphertext, the columns and the context. What is left out can be chosen afterwards to fit, as
the tests play with the ciphertext and with C.

Guarantees, in the random oracle model, if discrete logarithms are hard: the chosen columns of the committed
record are what the ciphertext holds, and its maker knows the whole record, the blinding and the masks; the
error is 2^-128 for each try. Zero-knowledge: C, ciphertext and proof together say no more than C and
ciphertext do. A proof holds for one consent, data set, schema, domain, key and ciphertext, and no others.

No range proof of records. Equality holds modulo the order of the group. The issuer checked before it signed
that every x_j is in the range of its column, far below the order, and so the encrypted number is that integer
and no other. A record that was committed to without such a check has no such promise. A prover may use x_j
plus the order: it is the same group element, hence the same ciphertext.

Limits. That C was signed, by whom and whether it is revoked is the caller's to check, and so is that one
person contributes once: a proof can be shown again to the same verifier under the same terms. Which record
it is does show: C is the same each time, and a wallet that must not be linked needs another way. Proofs rest
on discrete logarithms, so a large quantum computer could forge them later; what they hide stays hidden as
long as the ciphertext does.

Not constant time: Python's arithmetic modulo the order in responses and weighted sums of secrets, and all of
verification. Secret scalars meet the curve by constant-time multiplications only, and they are uniform
nonces, so that a column of zeros is computed like any other.
"""
