"""Where do the secret primes of a key come from, and how is arithmetic modulo them put together again?

Three kinds of primes are drawn. A *random* prime; a *safe* prime P = 2p + 1 with p prime; and a prime with a
*hidden subgroup*, P = 2pp' + 1 with p, p' prime and p short (Groth, TCC 2005). The last two are 3 modulo 4.
All have their two highest bits set, so that the product of two of them has exactly the sum of their lengths.

Primality is GMP's `mpz_probab_prime_p`: a Baillie-PSW test, for which no composite is known, and 15 rounds of
Miller-Rabin. Safe primes are the survivors of a sieve over an interval that begins at a random place, so
they are drawn with a bias towards long gaps, as by every library that searches upwards; the entropy lost is
a few bits of a thousand.

Limits. GMP's integers are not constant time, and the number of candidates that a search takes shows in its
duration. Python cannot erase a number: drawing keys belongs into a process of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import gmpy2
import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_below, random_bytes

MIN_PRIME_BITS: Final = 32
_ROUNDS: Final = 40
_SIEVE_BOUND: Final = 1 << 16
_SIEVE_LENGTH: Final = 1 << 15
_PRIMORIAL: Final = gmpy2.primorial(1000)


def is_prime(candidate: int) -> bool:
    """Whether a number is prime; a wrong yes has never been seen (Baillie-PSW with Miller-Rabin)."""
    return candidate > 1 and bool(gmpy2.is_prime(candidate, _ROUNDS))


def has_small_factor(number: int) -> bool:
    """Whether a prime below 1000 divides the number."""
    return bool(gmpy2.gcd(number, _PRIMORIAL) != 1)


def random_prime(bits: int, random: RandomBytes = random_bytes, *, high_bits: int = 2) -> int:
    """Draw a prime of exactly this many bits, uniform among those whose `high_bits` highest bits are set.

    Raises:
        OutOfRangeError: fewer than 32 bits.
    """
    _check_bits(bits)
    high = ((1 << high_bits) - 1) << (bits - high_bits)
    while True:
        candidate = gmpy2.mpz(high | random_below(1 << (bits - high_bits), random) | 1)
        if not has_small_factor(candidate) and is_prime(candidate):
            found: int = candidate
            return found


@dataclass(frozen=True)
class SubgroupPrime:
    """P = 2 · order · cofactor + 1, all three prime; the contents stay out of ``repr``."""

    prime: int = field(repr=False)
    order: int = field(repr=False)
    cofactor: int = field(repr=False)


def subgroup_prime(bits: int, order_bits: int, random: RandomBytes = random_bytes) -> SubgroupPrime:
    """Draw P = 2pp' + 1 of `bits` bits with a prime p of `order_bits` bits and a prime p'.

    The cofactor p' is drawn once and p until P is prime: a short prime is cheap to draw.

    Raises:
        OutOfRangeError: p or p' would have fewer than 32 bits.
    """
    cofactor_bits = bits - order_bits - 1
    _check_bits(min(order_bits, cofactor_bits))
    # With three high bits set, more than half of the p of two high bits make P as long as it must be.
    cofactor = random_prime(cofactor_bits, random, high_bits=3)
    least = 0b11 << (bits - 2)
    while True:
        order = random_prime(order_bits, random)
        candidate = 2 * order * cofactor + 1
        if candidate >= least and not has_small_factor(candidate) and is_prime(candidate):
            return SubgroupPrime(candidate, order, cofactor)


def safe_prime(bits: int, random: RandomBytes = random_bytes) -> int:
    """Draw P = 2p + 1 of exactly this many bits with P and p prime; (P - 1) / 2 is p.

    Raises:
        OutOfRangeError: fewer than 33 bits.
    """
    _check_bits(bits - 1)
    half_bits = bits - 1
    high = 0b11 << (half_bits - 2)
    while True:
        start = gmpy2.mpz(high | random_below(1 << (half_bits - 2), random))
        # p is odd, and 2 modulo 3 or else 3 divides 2p + 1.
        start += (5 - start) % 6
        for step in np.flatnonzero(_sieve_pairs(start)):
            half = start + 6 * int(step)
            if _passes_fermat(half) and _passes_fermat(2 * half + 1) and half.bit_length() == half_bits:
                found: int = 2 * half + 1
                if is_prime(half) and is_prime(found):
                    return found


def batch_inverse(values: Sequence[int], modulus: int) -> list[int]:
    """Invert all values by one inversion and three products each (Montgomery 1987).

    Raises:
        OutOfRangeError: a value has no inverse; the message does not say which.
    """
    prefixes = [gmpy2.mpz(1)]
    for value in values:
        prefixes.append(prefixes[-1] * value % modulus)
    rest = inverse(prefixes[-1], modulus)
    inverses = [0] * len(values)
    for place in range(len(values) - 1, -1, -1):
        inverses[place] = prefixes[place] * rest % modulus
        rest = rest * values[place] % modulus
    return inverses


def inverse(value: int, modulus: int) -> int:
    """The inverse in ``range(modulus)``.

    Raises:
        OutOfRangeError: there is none.
    """
    try:
        found: int = gmpy2.invert(value, modulus)
    except ZeroDivisionError as error:
        raise OutOfRangeError("the value is not invertible modulo the modulus") from error
    return found


class ChineseRemainder:
    """Puts a number modulo PQ together from its remainders (Garner's formula)."""

    __slots__ = ("_first", "_inverse", "_second")

    def __init__(self, first: int, second: int) -> None:
        """Take two coprime moduli.

        Raises:
            OutOfRangeError: they are not coprime.
        """
        self._first, self._second = first, second
        self._inverse = inverse(first, second)

    def combine(self, first: int, second: int) -> int:
        """The number in ``range(first modulus · second modulus)`` with these two remainders."""
        return first + self._first * ((second - first) * self._inverse % self._second)


def _check_bits(bits: int) -> None:
    if bits < MIN_PRIME_BITS:
        raise OutOfRangeError(f"expected primes of at least {MIN_PRIME_BITS} bits, got {bits}")


def _passes_fermat(candidate: int) -> bool:
    return bool(gmpy2.powmod(2, candidate - 1, candidate) == 1)


def _sieve_pairs(start: int) -> NDArray[np.bool_]:
    """Which k leave both p = start + 6k and 2p + 1 without a prime factor in [5, 2^16)."""
    survives = np.ones(_SIEVE_LENGTH, dtype=np.bool_)
    for prime in _sieving_primes():
        step_inverse = pow(6, -1, prime)
        remainder = int(start % prime)
        survives[-remainder * step_inverse % prime :: prime] = False
        survives[((prime - 1) // 2 - remainder) * step_inverse % prime :: prime] = False
    return survives


@lru_cache(maxsize=1)
def _sieving_primes() -> tuple[int, ...]:
    """All primes in [5, 2^16), by Eratosthenes."""
    candidates = np.ones(_SIEVE_BOUND, dtype=np.bool_)
    for factor in range(2, 1 << 8):
        candidates[factor * factor :: factor] = False
    return tuple(int(prime) for prime in np.flatnonzero(candidates) if prime >= 5)  # noqa: PLR2004 — 2 and 3 are left out
