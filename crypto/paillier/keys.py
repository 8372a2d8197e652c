"""What does everybody know of a Paillier key, and when is a stated key refused?

A public key is (n, h, profile). The base of all blinding, hs = h^n mod n², is recomputed by whoever reads the
key, so it is an n-th residue for certain and no key can hide a message in it.

Profiles (`Profile`) say which group h generates and how long a blinding exponent is:

- ``subgroup``: n = PQ, P = 2pp' + 1, Q = 2qq' + 1, with p, q of twice the security level. h = -y^(2p'q') has
  order 2pq, exponents have |p| + |q| bits. The subgroup is that of Groth (TCC 2005), the cryptosystem and
  both lengths of an exponent, 448 and 512 bits, those of Ma, Han and Lei (ACSAC 2021). Coron, Joux, Mandal,
  Naccache and Tibouchi (PKC 2011) find p of b bits in about 2^(b/2) steps, so p and q have twice the level.
- ``djn``: safe primes, h = -x², exponents of |n| / 2 bits (Damgård, Jurik and Nielsen, IJIS 2010). The
  conservative profile, and the only one for threshold keys.

Semantic security rests on decisional composite residuosity and on that h^r for such exponents looks like a
uniform element of Jacobi symbol 1; neither profile draws exponents that are statistically uniform.

What a reader can check without the factors is checked: lengths, that n is odd, composite, no power, free of
small factors and 1 modulo 4 as P and Q are 3 modulo 4, and that h is a unit of Jacobi symbol 1 that is not
±1. That h has the right order, and the minus sign in front of its square, only the holder of the factors
sees; see `crypto.paillier.private_key`. A key must come to its readers with a signature.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import gmpy2

from crypto.encoding import sha256
from crypto.errors import MalformedError
from crypto.primes import has_small_factor, is_prime

DEFAULT_BITS: Final = 3072
LEAST_BITS: Final = 2048
"""Shorter moduli are for tests and teaching; readers refuse them unless they ask for them."""

ORDER_BITS: Final = {512: 64, 2048: 224, 3072: 256}
"""The lengths of n that exist, and the length of p and q in profile ``subgroup`` for each."""

KEY_ID_BYTES: Final = 32
_VERSION: Final = 1
HEAD_BYTES: Final = 4
_RESIDUE_OF_N: Final = 1
_ID_TAG: Final = b"argonauta paillier key v1"


class Profile(StrEnum):
    """Which group the blinding lives in."""

    SUBGROUP = "subgroup"
    DJN = "djn"


PROFILES: Final = (Profile.SUBGROUP, Profile.DJN)
"""The profiles in the order of their numbers on the wire."""


@dataclass(frozen=True, repr=False)
class PublicKey:
    """(n, h, profile), checked when it is made.

    Raises:
        MalformedError: a check of this module's docstring fails.
    """

    n: int
    h: int
    profile: Profile

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", gmpy2.mpz(self.n))
        object.__setattr__(self, "h", gmpy2.mpz(self.h))
        _check_modulus(self.n)
        _check_base(self.h, self.n)

    def __repr__(self) -> str:
        return f"PublicKey({self.profile}, {self.bits} bits, {self.key_id.hex()[:16]})"

    @property
    def bits(self) -> int:
        """The length of n."""
        return self.n.bit_length()

    @property
    def modulus_bytes(self) -> int:
        """The length of a number modulo n on the wire."""
        return self.bits // 8

    @property
    def exponent_bits(self) -> int:
        """The length of a blinding exponent."""
        return 2 * ORDER_BITS[self.bits] if self.profile is Profile.SUBGROUP else self.bits // 2

    @property
    def warning(self) -> str | None:
        """What to tell who uses this key, if anything: 2048 bits give the 112-bit level only."""
        if self.bits >= DEFAULT_BITS:
            return None
        if self.bits < LEAST_BITS:
            return f"a modulus of {self.bits} bits protects nothing and is for tests only"
        return f"a modulus of {self.bits} bits is below the 128-bit level; many profiles end it in 2030"

    @cached_property
    def n_squared(self) -> int:
        """n², the modulus of ciphertexts."""
        return self.n * self.n

    @cached_property
    def hs(self) -> int:
        """h^n mod n², the base of all blinding."""
        power: int = gmpy2.powmod(self.h, self.n, self.n_squared)
        return power

    @cached_property
    def key_id(self) -> bytes:
        """32 bytes that name this key: a hash of its encoding."""
        return sha256(_ID_TAG, self.encode())

    def encode(self) -> bytes:
        """Write the key: version, profile, length of n (2 bytes), n, h."""
        length = self.modulus_bytes
        return (
            encode_head(self.bits, self.profile)
            + int(self.n).to_bytes(length, "big")
            + int(self.h).to_bytes(length, "big")
        )

    @classmethod
    def decode(cls, raw: bytes, *, least_bits: int = LEAST_BITS) -> "PublicKey":
        """Read a key and check it.

        Raises:
            MalformedError: another version, profile or length, a modulus shorter than `least_bits`, or a
                number that fails its check.
        """
        bits, profile = read_head(raw, least_bits=least_bits)
        length = bits // 8
        if len(raw) != HEAD_BYTES + 2 * length:
            raise MalformedError(f"expected a key of {HEAD_BYTES + 2 * length} bytes, got {len(raw)}")
        n, h = (
            int.from_bytes(part, "big")
            for part in (raw[HEAD_BYTES : HEAD_BYTES + length], raw[HEAD_BYTES + length :])
        )
        if n.bit_length() != bits:
            raise MalformedError(f"expected a modulus of {bits} bits, got {n.bit_length()}")
        return cls(n, h, profile)


def encode_head(bits: int, profile: Profile) -> bytes:
    """The four bytes that every encoded key begins with: version, profile, length of n."""
    return bytes((_VERSION, PROFILES.index(profile))) + bits.to_bytes(2, "big")


def read_head(raw: bytes, *, least_bits: int) -> tuple[int, Profile]:
    """Read what `encode_head` writes.

    Raises:
        MalformedError: one of them is unknown, or the modulus would be shorter than `least_bits`.
    """
    if len(raw) < HEAD_BYTES or raw[0] != _VERSION or raw[1] >= len(PROFILES):
        raise MalformedError("expected a Paillier key of a known version and profile")
    bits = int.from_bytes(raw[2:HEAD_BYTES], "big")
    if bits not in ORDER_BITS or bits < least_bits:
        raise MalformedError(f"expected a modulus of at least {least_bits} bits, got {bits}")
    return bits, PROFILES[raw[1]]


def _check_modulus(n: int) -> None:
    if n.bit_length() not in ORDER_BITS:
        raise MalformedError(f"expected a modulus of one of {sorted(ORDER_BITS)} bits, got {n.bit_length()}")
    if n % 4 != _RESIDUE_OF_N or has_small_factor(n):
        raise MalformedError("expected a modulus that is 1 modulo 4 and has no small factor")
    if gmpy2.is_power(n) or is_prime(n):
        raise MalformedError("expected a modulus of two distinct primes")


def _check_base(h: int, n: int) -> None:
    if not 1 < h < n - 1 or gmpy2.gcd(h, n) != 1 or gmpy2.jacobi(h, n) != 1:
        raise MalformedError("expected h to be a unit modulo n of Jacobi symbol 1 other than 1 and -1")
