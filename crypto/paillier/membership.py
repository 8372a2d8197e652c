"""How is it proved that a ciphertext holds one of a few known numbers, without saying which?

c encrypts m_i if and only if c · (1+n)^(-m_i) is an n-th residue modulo n². For each candidate i a transcript
(t_i, e_i, z_i) of Schnorr's form over hs is given,

    hs^(z_i) = t_i · (c · (1+n)^(-m_i))^(e_i),                                                          (*)

true for one i and simulated for the others, whose challenges e_i add up to a hash of everything modulo 2^128
(Cramer, Damgård and Schoenmakers, Crypto 1994; Fiat and Shamir, Crypto 1986; for Paillier: Damgård and Jurik,
PKC 2001). Who encrypted c = (1+n)^(m_j) · hs^r never needs a power of c: with any exponent u_i,

    t_i = hs^(u_i) · (1+n)^(-e_i (m_j - m_i)),   z_i = u_i + e_i r

fulfils (*) in true and simulated branches alike, at one fixed-base power each.

Soundness. Two answers to one t_i make (c · (1+n)^(-m_i))^d an n-th residue for some 0 < |d| < 2^128. The
prime factors of n are longer, so d is invertible modulo n and c · (1+n)^(-m_i) is an n-th residue: m_i is
the plaintext. The proof says nothing about the blinding being a power of hs, which nobody needs.

Zero knowledge. The u_i are 208 bits longer than r, so that z_i shows r with a statistical distance of 2^-80 a
branch, on top of what the exponents' length assumes.

`crypto.paillier.membership_check` verifies, many proofs at once.

Limits. Proving is not constant time; see `crypto.paillier.fixed_base`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.encryption import Encryptor
from crypto.paillier.keys import PublicKey
from crypto.randomness import RandomBytes, random_below, random_bytes

CHALLENGE_BYTES: Final = 16
STATISTICAL_BITS: Final = 80
CHALLENGES: Final = 1 << (8 * CHALLENGE_BYTES)
_VERSION: Final = 1
_HEAD_BYTES: Final = 3
_TAG: Final = b"argonauta paillier membership v1"


@dataclass(frozen=True)
class Statement:
    """The ciphertext holds one of the candidates; said in this context only."""

    ciphertext: Ciphertext
    candidates: tuple[int, ...]
    context: bytes
    """Who says it, and for what; hashed into the challenge, so that a proof fits nowhere else."""


class Branch(NamedTuple):
    """(t_i, e_i, z_i) for one candidate."""

    commitment: Ciphertext
    challenge: int
    response: int


@dataclass(frozen=True)
class MembershipProof:
    """One branch for each candidate, in their order."""

    branches: tuple[Branch, ...]

    def encode(self) -> bytes:
        """Write the proof: version, number of branches (2 bytes), and for each t, e (16 bytes) and z."""
        return _head(len(self.branches)) + b"".join(
            commitment.encode()
            + challenge.to_bytes(CHALLENGE_BYTES, "big")
            + response.to_bytes(_response_bytes(commitment.key), "big")
            for commitment, challenge, response in self.branches
        )

    @classmethod
    def decode(cls, raw: bytes, key: PublicKey, branches: int) -> "MembershipProof":
        """Read a proof over this many candidates.

        Raises:
            MalformedError: another version, number of branches or length.
            OutOfRangeError: a commitment is no unit modulo n².
        """
        if len(raw) != proof_bytes(key, branches) or not raw.startswith(_head(branches)):
            raise MalformedError(f"expected a proof of a known version over {branches} candidates")
        length = (len(raw) - _HEAD_BYTES) // branches
        parts = (raw[place : place + length] for place in range(_HEAD_BYTES, len(raw), length))
        return cls(tuple(_decode_branch(part, key) for part in parts))


def proof_bytes(key: PublicKey, branches: int) -> int:
    """The length of an encoded proof."""
    return _HEAD_BYTES + branches * (2 * key.modulus_bytes + CHALLENGE_BYTES + _response_bytes(key))


def prove(
    statement: Statement,
    place: int,
    exponent: int,
    encryptor: Encryptor,
    random: RandomBytes = random_bytes,
) -> MembershipProof:
    """Prove that the ciphertext was made as (1+n)^(candidates[place]) · hs^exponent.

    Raises:
        OutOfRangeError: it was not, or the place is none.
    """
    key, candidates = statement.ciphertext.key, statement.candidates
    if not 0 <= place < len(candidates):
        raise OutOfRangeError(f"expected a place below {len(candidates)}, got {place}")
    plaintext = candidates[place]
    if encryptor.power(exponent).add_plain(plaintext) != statement.ciphertext:
        raise OutOfRangeError("the ciphertext was not made from this candidate and exponent")
    masks = [random_below(1 << _mask_bits(key), random) for _ in candidates]
    challenges = [int.from_bytes(random(CHALLENGE_BYTES), "big") for _ in candidates]
    challenges[place] = 0
    commitments = [
        encryptor.power(mask).add_plain(-challenge * (plaintext - candidate))
        for mask, challenge, candidate in zip(masks, challenges, candidates, strict=True)
    ]
    challenges[place] = (challenge_of(statement, commitments) - sum(challenges)) % CHALLENGES
    responses = [mask + e * exponent for mask, e in zip(masks, challenges, strict=True)]
    return MembershipProof(tuple(map(Branch, commitments, challenges, responses)))


def challenge_of(statement: Statement, commitments: Sequence[Ciphertext]) -> int:
    """128 bits from a hash of key, context, ciphertext, candidates and commitments, each of known length."""
    key = statement.ciphertext.key
    digest = sha256(
        _TAG,
        key.key_id,
        sha256(statement.context),
        len(statement.candidates).to_bytes(4, "big"),
        statement.ciphertext.encode(),
        *(int(candidate % key.n).to_bytes(key.modulus_bytes, "big") for candidate in statement.candidates),
        *(commitment.encode() for commitment in commitments),
    )
    return int.from_bytes(digest[:CHALLENGE_BYTES], "big")


def _head(branches: int) -> bytes:
    return bytes((_VERSION,)) + branches.to_bytes(2, "big")


def _mask_bits(key: PublicKey) -> int:
    return key.exponent_bits + 8 * CHALLENGE_BYTES + STATISTICAL_BITS


def _response_bytes(key: PublicKey) -> int:
    # One bit more than the mask holds mask + challenge · exponent.
    return _mask_bits(key) // 8 + 1


def _decode_branch(raw: bytes, key: PublicKey) -> Branch:
    place = 2 * key.modulus_bytes
    challenge, response = raw[place : place + CHALLENGE_BYTES], raw[place + CHALLENGE_BYTES :]
    commitment = Ciphertext.decode(raw[:place], key)
    return Branch(commitment, int.from_bytes(challenge, "big"), int.from_bytes(response, "big"))
