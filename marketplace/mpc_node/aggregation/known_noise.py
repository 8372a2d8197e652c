"""That a node knows the noise it encrypted: what keeps it from adding somebody's record instead.

ElGamal is malleable and every node holds everybody's ciphertexts. One that added a person's ciphertext times
2^30 in the place of noise, freshly masked, would get a sum that the buyer, in league with it, reads that
person's value from. Commitments do not help, since people's ciphertexts are known from the start. So each
node proves that it knows what it adds: whoever knows it cannot have made it of ciphertexts that it cannot
open.

For the bins (A_b, B_b) = (r_b·G, n_b·G + r_b·Y) and weights e_b from a hash of all that is claimed, the proof
is one of knowledge of R = Σ e_b r_b and N = Σ e_b n_b with

    Σ e_b·A_b = R·G,        Σ e_b·B_b = N·G + R·Y

(`crypto.linked.preimage`). Answers for as many different weights as there are bins give each r_b and n_b, as
in `crypto.linked.elgamal_link`. The proof is for one run and role, shows nothing of the noise, and does not
say that it is small.
"""

from typing import Final

from crypto.base_point import BASE
from crypto.elgamal.ciphertext import Ciphertext, Encryption
from crypto.elgamal.keys import PublicKey
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.proof import Proof
from crypto.randomness import RandomBytes, expand, random_bytes

PROOF_BYTES: Final = 4 + 2 * 33 + 2 * 32
_TAG: Final = b"argonauta known noise v1"
_WEIGHTS: Final = "argonauta known noise weights v1"
_WEIGHT_BYTES: Final = 16
_ONE: Final = (1,)


def prove_known(key: PublicKey, encryption: Encryption, context: bytes, random: RandomBytes) -> Proof:
    """Prove knowledge of what was encrypted; `context` names run and role in 33 bytes or any other way."""
    digest = _digest(key, encryption.ciphertext, context)
    weights = _weights(digest, len(encryption.values))
    mask = sum(weight * number for weight, number in zip(weights, encryption.masks, strict=True))
    value = sum(weight * number for weight, number in zip(weights, encryption.values, strict=True))
    return prove(_statement(key, encryption.ciphertext, digest), (mask, value), random)


def is_known(
    key: PublicKey,
    ciphertext: Ciphertext,
    proof: Proof,
    context: bytes,
    random: RandomBytes = random_bytes,
) -> bool:
    """Whether a proof holds for this ciphertext and context; an answer, since its asker names the role."""
    try:
        statement = _statement(key, ciphertext, _digest(key, ciphertext, context))
    except OutOfRangeError:  # infinity, which no decoder lets through
        return False
    return holds([Claim(statement, proof)], random)


def _digest(key: PublicKey, ciphertext: Ciphertext, context: bytes) -> bytes:
    return sha256(_TAG, key.key_id, sha256(context), ciphertext.encode())


def _weights(digest: bytes, count: int) -> tuple[int, ...]:
    raw = expand(digest, _WEIGHTS, count * _WEIGHT_BYTES)
    starts = range(0, len(raw), _WEIGHT_BYTES)
    return tuple(int.from_bytes(raw[at : at + _WEIGHT_BYTES], "big") for at in starts)


def _statement(key: PublicKey, ciphertext: Ciphertext, digest: bytes) -> Statement:
    weights = _weights(digest, len(ciphertext.bins))
    masks = Weighted(tuple(one.mask for one in ciphertext.bins), weights)
    masked = Weighted(tuple(one.masked for one in ciphertext.bins), weights)
    mask, value = Form((0,), _ONE), Form((1,), _ONE)
    equations = (
        Equation(masks, (Term(BASE, mask),)),
        Equation(masked, (Term(BASE, value), Term(key.point, mask))),
    )
    return Statement(digest, 2, equations)
