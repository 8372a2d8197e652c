"""Which parts has a proof that shows some messages of a signature, without showing the signature?

draft-irtf-cfrg-bbs-signatures §3.6.3, §4.2.4. The signature (A, e) is randomised to Abar = A · r1 · r2,
D = B · r2 and Bbar = D · r1 - Abar · e; whether it verifies shows in one pairing equation of these. A proof
of knowledge (Fiat-Shamir) says that D and Bbar were made so, from the disclosed messages and from others. It
has 272 bytes and 32 more for each message that is not disclosed.
"""

from dataclasses import dataclass

from crypto.bbs.ciphersuite import BLS12381_SHA_256, Ciphersuite
from crypto.bbs.generators import MAX_MESSAGES
from crypto.bbs.group import G1, G1_BYTES, SCALAR_BYTES, read_g1, read_scalar, write_g1, write_scalar
from crypto.bbs.keys import PublicKey
from crypto.errors import MalformedError

_POINTS = ("Abar", "Bbar", "D")
_POINTS_BYTES = len(_POINTS) * G1_BYTES
_FIXED_SCALARS = 4
MIN_PROOF_BYTES = _POINTS_BYTES + _FIXED_SCALARS * SCALAR_BYTES


@dataclass(frozen=True)
class ProofContext:
    """What holder and verifier both know besides the messages.

    `header` is what the issuer bound the signature to; `presentation_header` holds what makes this one
    showing unlike all others, such as the verifier's challenge: a proof without one can be shown again by
    whoever saw it.
    """

    key: PublicKey
    header: bytes = b""
    presentation_header: bytes = b""
    suite: Ciphersuite = BLS12381_SHA_256


@dataclass(frozen=True)
class Proof:
    """The parts of a proof that was read or made; reading says nothing of validity.

    `points` are Abar, Bbar and D; `responses` ê, r̂1 and r̂3; `hidden` a response for each message that is
    not disclosed, in their order.
    """

    points: tuple[G1, G1, G1]
    responses: tuple[int, int, int]
    hidden: tuple[int, ...]
    challenge: int

    def encode(self) -> bytes:
        """The bytes of the proof (§4.2.4.4)."""
        scalars = (*self.responses, *self.hidden, self.challenge)
        return b"".join([*map(write_g1, self.points), *map(write_scalar, scalars)])

    @classmethod
    def decode(cls, octets: bytes) -> "Proof":
        """Read a proof (§4.2.4.5).

        Raises:
            MalformedError: another length, more hidden messages than a signature can have, a point that is
                not in the subgroup or its identity, or a scalar that is zero or not below the order.
        """
        hidden, rest = divmod(len(octets) - MIN_PROOF_BYTES, SCALAR_BYTES)
        if rest or not 0 <= hidden <= MAX_MESSAGES:
            raise MalformedError(
                f"BBS proof: expected {MIN_PROOF_BYTES} bytes and {SCALAR_BYTES} for each of at most "
                f"{MAX_MESSAGES} hidden messages, got {len(octets)}"
            )
        abar, bbar, d = (
            read_g1(octets[place * G1_BYTES : (place + 1) * G1_BYTES], f"BBS proof {name}")
            for place, name in enumerate(_POINTS)
        )
        e, r1, r3, *answers, challenge = (
            read_scalar(octets[place : place + SCALAR_BYTES], f"BBS proof scalar at byte {place}")
            for place in range(_POINTS_BYTES, len(octets), SCALAR_BYTES)
        )
        return cls((abar, bbar, d), (e, r1, r3), tuple(answers), challenge)
