"""How large must polynomials, moduli and noise be for records of given columns and bounds?

Widths follow the paper (ePrint 2021/046, §4; κ = 128, base width σ = 3.2, ℓ columns with values within ±X and
weights within ±Y, degree N):

    σ1 = 2 √ℓ X σ,   σ2 = √2 √(ℓ + 2) N σ1 √κ σ,   σ3 = √2 σ2,

and noise stays below ℓ Y (2 N κ σ1 σ2 + √κ σ3) but for a negligible chance. Every width is rounded up to the
next that the sampler makes. Q is more than four times the noise, where the paper asks for twice, so that a
result is rounded rightly and a coefficient whose noise is larger is noticed. K is the smallest fitting prime
above 2 ℓ X Y, so that results of both signs fit. The formulas are those of the public implementation
TheLMiffy1111/IPFE-RLWE-JAVA too, whose σ is 1.

q = K Q must not exceed, for 128 bits of security against quantum computers, the lengths of the Homomorphic
Encryption Standard (Albrecht et al. 2018, ePrint 2019/939) for ternary secrets, which are the shortest of its
quantum tables and those that Microsoft SEAL keeps; they are for noise of width 3.2, and all noise and all
secrets here are at least that wide. The smallest degree that fits is taken.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import count
from math import isqrt, prod
from typing import Final

from crypto.errors import OutOfRangeError
from crypto.functional.rlwe.gaussian import Width, at_least
from crypto.functional.rlwe.ntt import Ring
from crypto.primes import is_prime

MAX_MODULUS_BITS: Final = {4096: 101, 8192: 202, 16384: 411}
"""How long q may be for each degree, at 128 bits against quantum computers."""

LEAST_DEGREE: Final = 4096
"""Smaller degrees are for tests and teaching; readers refuse them unless they ask for them."""

MAX_DEGREE: Final = 16384
MIN_DEGREE: Final = 16
MAX_COLUMNS: Final = 4096
MAX_PRIME_BITS: Final = 30
_MIN_PRIME_BITS: Final = 20
_MAX_PRIMES: Final = 12
_KAPPA: Final = 128
_BASE_VARIANCE: Final = Fraction(1024, 100)


@dataclass(frozen=True)
class Parameters:
    """What both sides know. The first prime is the plain modulus K, the others multiply to Q."""

    columns: int
    value_bound: int
    weight_bound: int
    degree: int
    primes: tuple[int, ...]
    widths: tuple[Width, Width, Width]

    @property
    def plain_modulus(self) -> int:
        """K: results are within ±K/2."""
        return self.primes[0]

    @property
    def ring(self) -> Ring:
        """Where the polynomials live."""
        return Ring.of(self.degree, self.primes)

    @cached_property
    def scale(self) -> int:
        """Q: what a value is multiplied by."""
        return prod(self.primes[1:])

    @property
    def modulus_bits(self) -> int:
        """The length of q."""
        return (self.plain_modulus * self.scale).bit_length()


@lru_cache(maxsize=64)
def choose(columns: int, value_bound: int, weight_bound: int, *, degree: int | None = None) -> Parameters:
    """The parameters for these columns and bounds; those of a stated degree are checked by the caller.

    Args:
        columns: how many values a record has.
        value_bound: the largest magnitude of a value.
        weight_bound: the largest magnitude of a weight.
        degree: a power of two, for tests: then the modulus may be too long for any security.

    Raises:
        OutOfRangeError: a number is not positive or too large, the results need more than 30 bits, or no
            degree is large enough.
    """
    if not 1 <= columns <= MAX_COLUMNS or value_bound < 1 or weight_bound < 1:
        raise OutOfRangeError(f"expected 1 to {MAX_COLUMNS} columns and positive bounds")
    if (2 * columns * value_bound * weight_bound).bit_length() >= MAX_PRIME_BITS:
        raise OutOfRangeError("the results need more than 29 bits and a sign")
    if degree is not None:
        if degree & (degree - 1) or not MIN_DEGREE <= degree <= MAX_DEGREE:
            raise OutOfRangeError(f"expected a degree that is a power of two up to {MAX_DEGREE}")
        return _at_degree(columns, value_bound, weight_bound, degree)
    for candidate, most in MAX_MODULUS_BITS.items():
        found = _at_degree(columns, value_bound, weight_bound, candidate)
        if found.modulus_bits <= most:
            return found
    raise OutOfRangeError(f"no degree up to {MAX_DEGREE} is large enough for these columns and bounds")


def is_secure(parameters: Parameters) -> bool:
    """Whether the table of the standard vouches for these parameters."""
    return parameters.modulus_bits <= MAX_MODULUS_BITS.get(parameters.degree, 0)


def noise_bound(columns: int, weight_bound: int, degree: int, widths: tuple[Width, Width, Width]) -> int:
    """ℓ Y (2 N κ σ1 σ2 + √κ σ3), rounded up."""
    first, second, third = (width.variance for width in widths)
    products = 2 * degree * _KAPPA * _root(first * second) + _root(_KAPPA * third)
    return columns * weight_bound * products


def _at_degree(columns: int, value_bound: int, weight_bound: int, degree: int) -> Parameters:
    first = at_least(4 * columns * value_bound**2 * _BASE_VARIANCE)
    second = at_least(2 * (columns + 2) * degree**2 * _KAPPA * _BASE_VARIANCE * first.variance)
    widths = first, second, at_least(Fraction(2 * second.variance))
    least_scale = 4 * noise_bound(columns, weight_bound, degree, widths)
    plain = next(
        p for p in count(1, 2 * degree) if p > 2 * columns * value_bound * weight_bound and is_prime(p)
    )
    primes = (plain, *_scale_primes(least_scale, degree, plain))
    return Parameters(columns, value_bound, weight_bound, degree, primes, widths)


def _scale_primes(least: int, degree: int, plain: int) -> list[int]:
    """As few primes as possible, and as short, whose product is more than `least`."""
    for number in range(1, _MAX_PRIMES + 1):
        for bits in range(_MIN_PRIME_BITS, MAX_PRIME_BITS + 1):
            candidates = range((1 << bits) - 2 * degree + 1, 1 << (bits - 1), -2 * degree)
            usable = (p for p in candidates if p != plain and is_prime(p))
            primes = [prime for _, prime in zip(range(number), usable, strict=False)]
            if len(primes) == number and prod(primes) > least:
                return primes
    raise OutOfRangeError("the noise of these columns and bounds is too large")


def _root(square: int) -> int:
    """The square root, rounded up."""
    return isqrt(square - 1) + 1
