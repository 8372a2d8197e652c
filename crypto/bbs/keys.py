"""Whose signature is it? A scalar, and its multiple of the generator of G2.

draft-irtf-cfrg-bbs-signatures §3.4. Reading a public key checks that it is in the subgroup of prime order and
not its identity (§4.2.4.6, §6.1), so whoever holds a `PublicKey` need not check again.
"""

from dataclasses import dataclass, field
from functools import cached_property

from crypto.bbs.ciphersuite import BLS12381_SHA_256, Ciphersuite
from crypto.bbs.group import G2, multiply_g2_base, read_g2, read_scalar, write_g2, write_scalar
from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes

MIN_KEY_MATERIAL_BYTES = 32
MAX_KEY_INFO_BYTES = 0xFFFF


@dataclass(frozen=True, eq=False)
class PublicKey:
    """A point of G2, with the 96 bytes that spell it."""

    point: G2 = field(repr=False)
    octets: bytes

    @classmethod
    def decode(cls, octets: bytes) -> "PublicKey":
        """Read a key of 96 bytes.

        Raises:
            MalformedError: not a canonical point of G2 in the subgroup, or its identity.
        """
        return cls(read_g2(octets, "BBS public key"), bytes(octets))

    def encode(self) -> bytes:
        """The key in 96 bytes."""
        return self.octets

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.octets == other.octets

    def __hash__(self) -> int:
        return hash(self.octets)


@dataclass(frozen=True)
class SecretKey:
    """A scalar in [1, r). It stays out of ``repr`` and so out of logs."""

    scalar: int = field(repr=False)

    @cached_property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs (§3.4.2)."""
        point = multiply_g2_base(self.scalar)
        return PublicKey(point, write_g2(point))

    @classmethod
    def decode(cls, octets: bytes) -> "SecretKey":
        """Read a key of 32 big-endian bytes.

        Raises:
            MalformedError: not 32 bytes, zero, or not below the order.
        """
        return cls(read_scalar(octets, "BBS secret key"))

    def encode(self) -> bytes:
        """The key in 32 bytes; whoever stores it protects it."""
        return write_scalar(self.scalar)


def derive_key(material: bytes, info: bytes = b"", suite: Ciphersuite = BLS12381_SHA_256) -> SecretKey:
    """The key of secret material with at least 256 bits of entropy (KeyGen, §3.4.1).

    Raises:
        OutOfRangeError: less than 32 bytes of material or more than 65535 of info.
    """
    if len(material) < MIN_KEY_MATERIAL_BYTES or len(info) > MAX_KEY_INFO_BYTES:
        raise OutOfRangeError("expected at least 32 bytes of key material and at most 65535 of key info")
    return SecretKey(suite.hash_to_scalar(material + len(info).to_bytes(2, "big") + info, b"KEYGEN_DST_"))


def generate_key(suite: Ciphersuite = BLS12381_SHA_256, *, random: RandomBytes = random_bytes) -> SecretKey:
    """Draw a key."""
    return derive_key(random(MIN_KEY_MATERIAL_BYTES), suite=suite)
