"""Sign an ordered list of messages, and check such a signature with all of them.

draft-irtf-cfrg-bbs-signatures §3.5.1, §3.5.2, §3.6.1, §3.6.2. A signature is (A, e) with A = B · 1/(sk + e)
and B = P1 + Q_1 · domain + Σ H_i · message_i, in 80 bytes. Signing is deterministic: e is hashed from the key
and everything signed, so no bad random number can spoil a key.

NOTE: whoever has the signature itself is recognised by it. Only `proof` is unlinkable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.bbs.ciphersuite import BLS12381_SHA_256, Ciphersuite
from crypto.bbs.domain import calculate_domain, signed_points
from crypto.bbs.generators import generators
from crypto.bbs.group import (
    G1,
    G1_BYTES,
    G2_BASE,
    ORDER,
    SCALAR_BYTES,
    pairings_cancel,
    read_g1,
    read_scalar,
    sum_of_multiples,
    write_g1,
    write_scalar,
)
from crypto.bbs.keys import PublicKey, SecretKey
from crypto.bbs.messages import messages_to_scalars
from crypto.errors import MalformedError, SignatureError

SIGNATURE_BYTES = G1_BYTES + SCALAR_BYTES


@dataclass(frozen=True)
class Signature:
    """The point A and the scalar e of a signature that was read or made; reading says nothing of validity."""

    point: G1
    exponent: int

    def encode(self) -> bytes:
        """The 80 bytes (§4.2.4.2)."""
        return write_g1(self.point) + write_scalar(self.exponent)

    @classmethod
    def decode(cls, octets: bytes) -> "Signature":
        """Read 80 bytes (§4.2.4.3).

        Raises:
            MalformedError: not 80 bytes, a point that is not in the subgroup or its identity, or a scalar
                that is zero or not below the order.
        """
        if len(octets) != SIGNATURE_BYTES:
            raise MalformedError(f"BBS signature: expected {SIGNATURE_BYTES} bytes, got {len(octets)}")
        return cls(
            read_g1(octets[:G1_BYTES], "BBS signature A"), read_scalar(octets[G1_BYTES:], "BBS signature e")
        )


def sign(
    messages: Sequence[bytes],
    key: SecretKey,
    *,
    header: bytes = b"",
    suite: Ciphersuite = BLS12381_SHA_256,
) -> bytes:
    """Sign messages in their order, and the header; 80 bytes.

    Raises:
        OutOfRangeError: more than `generators.MAX_MESSAGES`.
    """
    points = generators(suite, len(messages))
    scalars = messages_to_scalars(messages, suite)
    domain = calculate_domain(key.public, points, header, suite)
    exponent = suite.hash_to_scalar(b"".join(map(write_scalar, [key.scalar, *scalars, domain])))
    # That key and exponent add up to zero takes a preimage of the hash; Python would refuse to invert it.
    inverse = pow(key.scalar + exponent, -1, ORDER)
    shares = [factor * inverse for factor in (1, domain, *scalars)]
    return Signature(sum_of_multiples(signed_points(points, suite), shares), exponent).encode()


def verify_signature(
    signature: bytes,
    messages: Sequence[bytes],
    key: PublicKey,
    *,
    header: bytes = b"",
    suite: Ciphersuite = BLS12381_SHA_256,
) -> None:
    """Return only if the holder of the key signed exactly these messages in this order, and this header.

    The check e(A, W + e · P2) = e(B, P2) is done as e(A, W) · e(e · A - B, P2) = 1, with one sum in G1.

    Raises:
        MalformedError: the signature is not one, see `Signature.decode`.
        OutOfRangeError: more than `generators.MAX_MESSAGES`.
        SignatureError: it does not verify.
    """
    read = Signature.decode(signature)
    points = generators(suite, len(messages))
    domain = calculate_domain(key, points, header, suite)
    scalars = messages_to_scalars(messages, suite)
    negated = [-factor for factor in (1, domain, *scalars)]
    difference = sum_of_multiples([read.point, *signed_points(points, suite)], [read.exponent, *negated])
    if not pairings_cancel((read.point, key.point), (difference, G2_BASE)):
        raise SignatureError("the BBS signature does not verify")
