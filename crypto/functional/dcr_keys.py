"""The keys of DCR inner-product encryption, and why their secrets are as long as they are.

Let N = PQ with safe primes P = 2P' + 1, Q = 2Q' + 1 of equal length, and g = g'^(2N) mod N² for a random g'.
g generates the 2N-th residues, a cyclic group of order P'Q' (but for a chance of about 2/P'), whose elements
nobody without the factors tells from other squares: decisional composite residuosity. The secret of column i
is an integer s_i from the discrete Gaussian of variance λN⁵ with λ = 128, and h_i = g^(s_i) is public.

Why so wide. Let x be the difference of two records whose encryptions are to be told apart, and let only keys
with <x, y> = 0 be given. The public key tells s modulo P'Q', and the keys tell s in all directions orthogonal
to x. What is left is a multiple of P'Q' · x, and the proof needs <s, x> modulo N to be uniform even so: a
Gaussian on a lattice of one dimension with steps of N · P'Q' · |x| must be smooth. With |x| < √N and
P'Q' < N/4 a step is below N^(5/2)/4, and √λ times N^(5/2) is enough (Agrawal, Libert and Stehlé, Crypto 2016,
§5, who ask for σ > √λ · N^(5/2)). This is why there are bounds on both values and weights, 4ℓX² < N and
4ℓY² < N for ℓ columns; they also keep |<x, y>| below N/4, so that no result wraps. Short exponents, as in
`crypto.paillier`, would break this argument: they are not offered.

The owner needs a seed and the factors, from which everything else follows. Factors and secrets stay out of
``repr``. GMP's integers and the Gaussian sampler are not constant time: draw keys where nobody can measure.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Final

import gmpy2

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.noise import discrete_gaussian
from crypto.primes import has_small_factor, is_prime, safe_prime
from crypto.randomness import RandomBytes, expand, random_bytes, stream

DEFAULT_BITS: Final = 3072
LEAST_BITS: Final = 2048
"""Shorter moduli are for tests and teaching; readers refuse them unless they ask for them."""

MAX_BITS: Final = 8192
MAX_COLUMNS: Final = 0xFFFF
SEED_BYTES: Final = 32
SECURITY: Final = 128
"""λ: statistical distances in the proof are about 2^-λ."""

_KEY: Final = b"\x01\x05"
_SHORT_BYTES: Final = 2
_HEAD_BYTES: Final = len(_KEY) + 2 * _SHORT_BYTES
_MULTIPLE_OF_BITS: Final = 16
_ID_TAG: Final = b"argonauta dcr key v1"
_SECRETS: Final = "argonauta dcr secrets v1"
_GENERATOR: Final = "argonauta dcr generator v1"


@dataclass(frozen=True)
class Bounds:
    """How large the magnitude of a value and of a weight may be, each at least 1."""

    value: int
    weight: int


@dataclass(frozen=True, repr=False)
class MasterPublicKey:
    """What anybody encrypts with: N, g and one h_i for each column, checked when it is made.

    Raises:
        MalformedError: N is no odd composite of a usable length without small factors, the bounds are too
            large for it, or a base is not a unit other than 1 and in range.
    """

    n: int
    g: int
    h: tuple[int, ...]
    bounds: Bounds

    def __post_init__(self) -> None:
        for name, value in (("n", self.n), ("g", self.g)):
            object.__setattr__(self, name, gmpy2.mpz(value))
        object.__setattr__(self, "h", tuple(map(gmpy2.mpz, self.h)))
        _check_modulus(self.n)
        if not fits(self.bounds, len(self.h), self.n):
            raise MalformedError("the bounds are too large for the modulus")
        for base in (self.g, *self.h):
            if not 1 < base < self.n_squared or gmpy2.gcd(base, self.n) != 1:
                raise MalformedError("a base of the key is not a unit in its range")

    def __repr__(self) -> str:
        return f"MasterPublicKey({self.bits} bits, {len(self.h)} columns, {self.key_id.hex()[:16]})"

    @property
    def bits(self) -> int:
        """The length of N."""
        return self.n.bit_length()

    @cached_property
    def n_squared(self) -> int:
        """N², the modulus of ciphertexts."""
        return self.n * self.n

    @property
    def element_bytes(self) -> int:
        """The length of a number modulo N² on the wire."""
        return self.bits // 4

    @cached_property
    def key_id(self) -> bytes:
        """32 bytes that name this key: a hash of its encoding."""
        return sha256(_ID_TAG, self.encode())

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || length of N (2) || columns (2) || X || Y || N || g || h_1 || ...

        The bounds X and Y are half as long as N, g and the h_i twice as long.
        """
        numbers = (
            (self.bits, _SHORT_BYTES),
            (len(self.h), _SHORT_BYTES),
            (self.bounds.value, self.bits // 16),
            (self.bounds.weight, self.bits // 16),
            (self.n, self.bits // 8),
            *((base, self.element_bytes) for base in (self.g, *self.h)),
        )
        return _KEY + b"".join(int(number).to_bytes(length, "big") for number, length in numbers)

    @classmethod
    def decode(cls, raw: bytes, *, least_bits: int = LEAST_BITS) -> "MasterPublicKey":
        """Read a key and check it.

        Raises:
            MalformedError: another version, kind or length, a modulus shorter than `least_bits`, or a number
                that fails its check.
        """
        bits = int.from_bytes(raw[len(_KEY) : len(_KEY) + _SHORT_BYTES], "big")
        columns = int.from_bytes(raw[len(_KEY) + _SHORT_BYTES : _HEAD_BYTES], "big")
        if raw[: len(_KEY)] != _KEY or not least_bits <= bits <= MAX_BITS or bits % _MULTIPLE_OF_BITS:
            raise MalformedError("expected a DCR key of a known version and a usable length")
        lengths = [bits // 16, bits // 16, bits // 8, *[bits // 4] * (columns + 1)]
        if len(raw) != _HEAD_BYTES + sum(lengths):
            raise MalformedError("expected a DCR key of its stated length")
        ends = list(accumulate(lengths, initial=_HEAD_BYTES))
        value, weight, n, g, *h = (int.from_bytes(raw[at:end], "big") for at, end in pairwise(ends))
        if n.bit_length() != bits:
            raise MalformedError("the modulus does not have its stated length")
        return cls(n, g, tuple(h), Bounds(value, weight))


@dataclass(frozen=True)
class MasterSecretKey:
    """The factors and the seed of an owner."""

    p: int = field(repr=False)
    q: int = field(repr=False)
    seed: bytes = field(repr=False)
    columns: int
    bounds: Bounds

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise MalformedError(f"expected a seed of {SEED_BYTES} bytes, got {len(self.seed)}")
        if self.p == self.q or not all(is_prime(f) and is_prime(f // 2) for f in (self.p, self.q)):
            raise MalformedError("expected two different safe primes")

    @cached_property
    def secrets(self) -> tuple[int, ...]:
        """The s_i, about 5/2 times as long as N; drawn from the seed on first use (2 ms a column)."""
        variance = Fraction(SECURITY * (self.p * self.q) ** 5)
        random = stream(self.seed, _SECRETS)
        return tuple(gmpy2.mpz(discrete_gaussian(variance, random)) for _ in range(self.columns))

    @cached_property
    def public(self) -> MasterPublicKey:
        """The key that belongs to the factors and the seed."""
        n = gmpy2.mpz(self.p * self.q)
        # Twice as long as a number modulo N², so that g' is uniform up to 2^-|N²|.
        drawn = gmpy2.mpz(int.from_bytes(expand(self.seed, _GENERATOR, int(n.bit_length()) // 2), "big"))
        g = gmpy2.powmod(drawn, 2 * n, n * n)
        return MasterPublicKey(n, g, tuple(gmpy2.powmod(g, s, n * n) for s in self.secrets), self.bounds)


def setup(
    columns: int, bounds: Bounds, random: RandomBytes = random_bytes, *, bits: int = DEFAULT_BITS
) -> MasterSecretKey:
    """Draw an owner's keys; two safe primes of 1536 bits take some seconds to minutes.

    Args:
        columns: how many values a record has.
        bounds: of values and weights.
        random: where randomness comes from.
        bits: the length of N, a multiple of 16.

    Raises:
        OutOfRangeError: there are no columns or too many, the length is not usable, or the bounds are too
            large for it.
    """
    if not 1 <= columns <= MAX_COLUMNS or bits % _MULTIPLE_OF_BITS or bits > MAX_BITS:
        raise OutOfRangeError(f"expected 1 to {MAX_COLUMNS} columns and a usable length of the modulus")
    if not fits(bounds, columns, 1 << (bits - 1)):
        raise OutOfRangeError(f"the bounds are too large for a modulus of {bits} bits")
    p = safe_prime(bits // 2, random)
    q = safe_prime(bits // 2, random)
    return MasterSecretKey(p, q, random(SEED_BYTES), columns, bounds)


def fits(bounds: Bounds, columns: int, n: int) -> bool:
    """Whether 4ℓX² < N and 4ℓY² < N, with at least one column and positive bounds."""
    within = (bound >= 1 and 4 * columns * bound**2 < n for bound in (bounds.value, bounds.weight))
    return columns >= 1 and all(within)


def _check_modulus(n: int) -> None:
    bits = n.bit_length()
    if n < 1 or bits > MAX_BITS or bits % _MULTIPLE_OF_BITS:
        raise MalformedError("the modulus is not of a usable length")
    # Safe primes are 3 modulo 4, so their product is 1.
    if n % 4 != 1 or has_small_factor(n) or is_prime(n) or gmpy2.is_power(n):
        raise MalformedError("the modulus is not a product of two safe primes")
