"""One signature over many messages, from which its holder shows any few, and never the same proof twice.

BBS signatures (draft-irtf-cfrg-bbs-signatures; Boneh, Boyen and Shacham 2004; proofs of Tessaro and Zhu 2023)
over the pairing-friendly curve BLS12-381.

Words: an issuer *signs* an ordered list of *messages* together with a *header* that every proof shows. The
holder makes a *proof* that she has such a signature; it *discloses* the messages at some indexes, counted
from 0, and is bound to a *presentation header*, which holds the verifier's challenge. *Generators* are the
public points that messages are multiplied with; the *domain* binds key, header and number of messages.

Reading order: `group` (the curve), `hash_to_curve`, `ciphersuite`, `generators`, `keys`, `messages`,
`domain`, `signature`, `proof`, `challenge`, `proof_generation`, `proof_verification`.

Guarantees: signatures cannot be forged under the q-SDH assumption, at about the 120-bit level. A proof says
the disclosed messages, their places and how many there are, and nothing else: two proofs of one signature
cannot be told from proofs of two, even by the issuer, as far as what they disclose is alike.

Limits: Python integers and the sums of points are not constant time, so a signer or a holder should not let
others measure it closely. Proofs show no predicates and no equality between credentials. A large quantum
computer could forge signatures; what was not disclosed stays hidden even then.
"""
