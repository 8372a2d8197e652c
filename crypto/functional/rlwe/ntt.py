"""Products of polynomials modulo X^N + 1 and several primes at once, by number-theoretic transforms.

For a prime p = 1 modulo 2N there is a ψ with ψ^N = -1, and a polynomial of N coefficients is determined by
its values at the N odd powers of ψ, where products are taken one by one. The transforms are those of Cooley
and Tukey forwards and of Gentleman and Sande backwards, with powers of ψ in bit-reversed order, so that
nothing is permuted (Longa and Naehrig, CANS 2016). A product with a constant w is Shoup's: with
w' = ⌊w 2^32 / p⌋ kept beside it, x w - ⌊x w' / 2^32⌋ p is the product up to one subtraction of p, without a
division.

Polynomials are arrays of uint32 whose last two axes are the primes and the coefficients; all numbers are
reduced. Time does not depend on the values.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Residues = NDArray[np.uint32]

_HALF_WORD: Final = 32


class Constants(NamedTuple):
    """Reduced constants and, for each, its quotient ⌊w 2^32 / p⌋."""

    values: Residues
    quotients: Residues


@dataclass(frozen=True, eq=False)
class Ring:
    """Z_q[X]/(X^N + 1) for q the product of primes of at most 30 bits that are 1 modulo 2N."""

    degree: int
    primes: tuple[int, ...]
    moduli: NDArray[np.uint64]
    roots: Constants
    inverse_roots: Constants
    inverse_degree: Constants

    @classmethod
    def of(cls, degree: int, primes: tuple[int, ...]) -> "Ring":
        """The ring of a degree and primes, with its tables; kept for the next call."""
        return _ring(degree, primes)

    def reduce(self, integers: NDArray[np.int64]) -> Residues:
        """Signed integers, the last axis coefficients, modulo every prime."""
        moduli = self.moduli.astype(np.int64)[:, np.newaxis]
        return (integers[..., np.newaxis, :] % moduli).astype(np.uint32)

    def transform(self, polynomials: Residues) -> Residues:
        """The values of polynomials at the odd powers of ψ."""
        values = np.ascontiguousarray(polynomials).copy()
        _forward(values.reshape(-1, len(self.primes), self.degree), self.moduli, *self.roots)
        return values

    def restore(self, values: Residues) -> Residues:
        """The coefficients of polynomials from their values."""
        polynomials = np.ascontiguousarray(values).copy()
        stacked = polynomials.reshape(-1, len(self.primes), self.degree)
        _backward(stacked, self.moduli, *self.inverse_roots)
        _scale(stacked, self.moduli, *self.inverse_degree)
        return polynomials

    def constants(self, values: Residues) -> Constants:
        """Prepare values, of any shape that ends in the primes and coefficients, to be multiplied by."""
        shifted = values.astype(np.uint64) << np.uint64(_HALF_WORD)
        return Constants(values, (shifted // self.moduli[:, np.newaxis]).astype(np.uint32))

    def multiply(self, factor: Residues, constants: Constants) -> Residues:
        """Multiply each constant polynomial of a stack by one factor, value by value."""
        product = np.empty(constants.values.shape, dtype=np.uint32)
        stacked = (array.reshape(-1, *factor.shape) for array in (*constants, product))
        _multiply(factor, self.moduli, *stacked)
        return product

    def add(self, left: Residues, right: Residues) -> Residues:
        """The sum of two arrays of one shape."""
        moduli = self.moduli.astype(np.uint32)[:, np.newaxis]
        total = left + right
        # Sums are below 2^31; what is below p wraps upwards when p is taken off, so the smaller one is right.
        reduced: Residues = np.minimum(total, total - moduli)
        return reduced

    def subtract(self, left: Residues, right: Residues) -> Residues:
        """The difference of two arrays of one shape."""
        moduli = self.moduli.astype(np.uint32)[:, np.newaxis]
        difference = left - right
        reduced: Residues = np.minimum(difference, difference + moduli)
        return reduced

    def combine(self, weights: NDArray[np.int64], polynomials: Residues) -> Residues:
        """Σ weight_i · polynomial_i over the first axis."""
        reduced = (weights[:, np.newaxis] % self.moduli.astype(np.int64)).astype(np.uint32)
        prepared = self.constants(reduced[..., np.newaxis])
        total = np.zeros(polynomials.shape[1:], dtype=np.uint32)
        _combine(polynomials, self.moduli, *prepared, total)
        return total


@lru_cache(maxsize=16)
def _ring(degree: int, primes: tuple[int, ...]) -> Ring:
    moduli = np.array(primes, dtype=np.uint64)
    powers, inverses = [], []
    for p in primes:
        psi = _root_of_minus_one(degree, p)
        powers.append(_bit_reversed_powers(psi, degree, p))
        inverses.append(_bit_reversed_powers(pow(psi, -1, p), degree, p))
    degrees = [[pow(degree, -1, p)] for p in primes]
    return Ring(degree, primes, moduli, *(_prepared(rows, moduli) for rows in (powers, inverses, degrees)))


def _prepared(rows: list[list[int]], moduli: NDArray[np.uint64]) -> Constants:
    values = np.array(rows, dtype=np.uint64)
    quotients = (values << np.uint64(_HALF_WORD)) // moduli[:, np.newaxis]
    return Constants(values.astype(np.uint32), quotients.astype(np.uint32))


def _root_of_minus_one(degree: int, p: int) -> int:
    """The first x^((p-1)/2N), x = 2, 3, ..., whose N-th power is -1."""
    candidates = (pow(x, (p - 1) // (2 * degree), p) for x in range(2, p))
    return next(psi for psi in candidates if pow(psi, degree, p) == p - 1)


def _bit_reversed_powers(root: int, degree: int, p: int) -> list[int]:
    bits = degree.bit_length() - 1
    powers, power = [0] * degree, 1
    for exponent in range(degree):
        powers[int(f"{exponent:0{bits}b}"[::-1], 2)] = power
        power = power * root % p
    return powers


@njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _times(x: Any, w: Any, quotient: Any, p: Any) -> Any:
    """X w mod p for x below 2^32."""
    product = x * w - ((x * quotient) >> np.uint64(_HALF_WORD)) * p
    return min(product, product - p)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _forward(stack: Any, moduli: Any, roots: Any, quotients: Any) -> None:
    for number in range(stack.shape[0]):
        for prime in range(stack.shape[1]):
            row, p = stack[number, prime], moduli[prime]
            half, groups = row.shape[0] // 2, 1
            while half >= 1:
                for group in range(groups):
                    w = np.uint64(roots[prime, groups + group])
                    quotient = np.uint64(quotients[prime, groups + group])
                    start = 2 * group * half
                    low, high = row[start : start + half], row[start + half : start + 2 * half]
                    for at in range(half):
                        turned = _times(np.uint64(high[at]), w, quotient, p)
                        kept = np.uint64(low[at])
                        total, difference = kept + turned, kept - turned
                        low[at] = min(total, total - p)
                        high[at] = min(difference, difference + p)
                half, groups = half // 2, groups * 2


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _backward(stack: Any, moduli: Any, roots: Any, quotients: Any) -> None:
    for number in range(stack.shape[0]):
        for prime in range(stack.shape[1]):
            row, p = stack[number, prime], moduli[prime]
            half, groups = 1, row.shape[0] // 2
            while groups >= 1:
                for group in range(groups):
                    w = np.uint64(roots[prime, groups + group])
                    quotient = np.uint64(quotients[prime, groups + group])
                    start = 2 * group * half
                    low, high = row[start : start + half], row[start + half : start + 2 * half]
                    for at in range(half):
                        left, right = np.uint64(low[at]), np.uint64(high[at])
                        total = left + right
                        low[at] = min(total, total - p)
                        high[at] = _times(left + p - right, w, quotient, p)
                half, groups = half * 2, groups // 2


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _scale(stack: Any, moduli: Any, factors: Any, quotients: Any) -> None:
    for number in range(stack.shape[0]):
        for prime in range(stack.shape[1]):
            row, p = stack[number, prime], moduli[prime]
            w, quotient = np.uint64(factors[prime, 0]), np.uint64(quotients[prime, 0])
            for at in range(row.shape[0]):
                row[at] = _times(np.uint64(row[at]), w, quotient, p)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _multiply(factor: Any, moduli: Any, values: Any, quotients: Any, product: Any) -> None:
    for number in range(values.shape[0]):
        for prime in range(values.shape[1]):
            p = moduli[prime]
            for at in range(values.shape[2]):
                x, w = np.uint64(factor[prime, at]), np.uint64(values[number, prime, at])
                quotient = np.uint64(quotients[number, prime, at])
                product[number, prime, at] = _times(x, w, quotient, p)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _combine(polynomials: Any, moduli: Any, weights: Any, quotients: Any, total: Any) -> None:
    for number in range(polynomials.shape[0]):
        for prime in range(polynomials.shape[1]):
            p = moduli[prime]
            w = np.uint64(weights[number, prime, 0])
            quotient = np.uint64(quotients[number, prime, 0])
            for at in range(polynomials.shape[2]):
                x = np.uint64(polynomials[number, prime, at])
                added = np.uint64(total[prime, at]) + _times(x, w, quotient, p)
                total[prime, at] = min(added, added - p)
