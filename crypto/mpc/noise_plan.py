"""How is noise described so that a computation can draw it? As digits with public odds.

A number is drawn digit by digit: given the digits so far, the next is 1 with a known probability, here a
64-bit threshold that a fresh uniform word is compared with. `crypto.mpc.sampling` does that on shared words,
so that no node ever knows the noise. This file holds the public part: the odds, and what they are worth.

*Gaussian.* X = 2^m·A + U, where A is a discrete Gaussian of `leaf_bits` digits and U is m uniform bits. For
an integer shift d = 2^m·q + r, X + d given U is A shifted by q or q + 1, so its Rényi divergence from X is at
most that of A shifted by ⌈|d|/2^m⌉. A measure of L2 sensitivity Δ of which one person touches one cell is
therefore ρ-zCDP for a variance of A of ⌈Δ/2^m⌉²/(2ρ) (Canonne, Kamath, Steinke 2020 for A): the low bits buy
a small table for a slightly larger variance, and m = 0 wherever a table can hold the whole of it.

*Laplace.* G = Σ 2^k·B_k with independent B_k of probability 1/(1 + e^(2^k/t)) is geometric, P(G ≥ x) =
e^(-x/t), and the difference of two is the discrete Laplace distribution of scale t, which is
(Δ/t)-differentially private for L1 sensitivity Δ (Ghosh, Roughgarden, Sundararajan, STOC 2009). Its digits do
not depend on each other.

Exactness. Odds are rounded to 2^-64 and tails cut where less than 2^-70 is left: a draw is within 2^-58 of
its distribution in statistical distance, which adds (1 + e^ε)·2^-58 per cell to δ. Odds come from decimal
arithmetic of 60 digits, correctly rounded, so that all nodes have the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, isqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError

THRESHOLD_BITS: Final = 64
MOST_LEAF_BITS: Final = 17
MOST_LOW_BITS: Final = 40
MOST_SCALE: Final = Fraction(2**40)
_WANTED_LEAF_BITS: Final = 13
_DEVIATIONS: Final = 10
_TAIL: Final = 49  # e^-49 < 2^-70
_PRECISE: Final = Context(prec=60)
_ONE: Final = 1 << THRESHOLD_BITS


@dataclass(frozen=True, eq=False)
class GaussianPlan:
    """The digits of X = 2^low_bits·A + U: public, equal at all nodes.

    `thresholds` of level j are 2^j words: entry q is, in units of 2^-64, the probability that digit j
    (counted from the most significant of `leaf_bits`) is 1 after the digits q. A digit that is certain has
    2^64 - 1.
    """

    low_bits: int
    leaf_bits: int
    variance: Fraction
    """The variance of X."""

    thresholds: tuple[NDArray[np.uint64], ...] = field(repr=False)

    @property
    def offset(self) -> int:
        """What is taken off the drawn digits, so that noise has mean 0, or 1/2 where there are low bits."""
        centre = 1 << (self.leaf_bits - 1) << self.low_bits
        return centre + ((1 << self.low_bits) - 1) // 2

    @property
    def bound(self) -> int:
        """The largest magnitude that a draw can have: all digits are 0."""
        return self.offset


@dataclass(frozen=True, eq=False)
class LaplacePlan:
    """The digits of one geometric number, least significant first; noise is the difference of two."""

    scale: Fraction
    thresholds: NDArray[np.uint64] = field(repr=False)

    @property
    def digits(self) -> int:
        """How many digits each of the two numbers has."""
        return int(self.thresholds.size)

    @property
    def variance(self) -> Fraction:
        """An upper bound of the variance of the difference: 2t² and nearly equal for large t."""
        return 2 * self.scale**2

    @property
    def bound(self) -> int:
        """The largest magnitude that a draw can have."""
        return (1 << self.digits) - 1


def gaussian_plan(sensitivity: int, rho: Fraction) -> GaussianPlan:
    """The smallest noise that makes a measure ρ-zCDP, where one person touches one of its cells.

    Args:
        sensitivity: Δ, by how much one person changes the cell, at least 1.
        rho: what the measure may spend, positive.

    Raises:
        OutOfRangeError: sensitivity or rho are out of range, or no table of 17 digits holds so much noise.
    """
    return _gaussian(*_shape(sensitivity, rho))


def gaussian_variance(sensitivity: int, rho: Fraction) -> Fraction:
    """The variance of the noise that `gaussian_plan` plans, without its tables.

    Raises:
        OutOfRangeError: as `gaussian_plan`.
    """
    low_bits, _, leaf_variance = _shape(sensitivity, rho)
    return _variance(low_bits, leaf_variance)


@lru_cache(maxsize=64)
def laplace_plan(scale: Fraction) -> LaplacePlan:
    """The digits of discrete Laplace noise of a scale t = Δ/ε.

    Raises:
        OutOfRangeError: the scale is not in (0, 2^40].
    """
    if not 0 < scale <= MOST_SCALE:
        raise OutOfRangeError(f"expected a scale in (0, 2^40], got {scale}")
    digits = max(1, ceil(_TAIL * scale).bit_length())
    return LaplacePlan(scale, np.array([_geometric_odds(scale, k) for k in range(digits)], dtype=np.uint64))


def _shape(sensitivity: int, rho: Fraction) -> tuple[int, int, Fraction]:
    """How many low and leaf bits a draw has, and the variance of its leaf."""
    if sensitivity < 1 or rho <= 0:
        raise OutOfRangeError(f"sensitivity and rho are positive, got {sensitivity} and {rho}")
    for low_bits in range(MOST_LOW_BITS + 1):
        leaf_variance = Fraction((-(-sensitivity >> low_bits)) ** 2, 1) / (2 * rho)
        leaf_bits = _leaf_bits(leaf_variance)
        is_small = leaf_bits <= _WANTED_LEAF_BITS
        # More low bits than this would cost more than an eighth of the noise: only for want of a table.
        is_last = sensitivity >> (low_bits + 1) < 16  # noqa: PLR2004 — (1 + 1/16)² is an eighth more
        if is_small or (is_last and leaf_bits <= MOST_LEAF_BITS):
            return low_bits, leaf_bits, leaf_variance
        if sensitivity >> low_bits == 0:
            raise OutOfRangeError(
                "so much noise cannot be drawn inside the computation; ask with a larger epsilon"
            )
    raise OutOfRangeError(f"a sensitivity of {sensitivity} is out of range")


def _variance(low_bits: int, leaf_variance: Fraction) -> Fraction:
    return leaf_variance * (1 << (2 * low_bits)) + Fraction((1 << (2 * low_bits)) - 1, 12)


def _leaf_bits(variance: Fraction) -> int:
    deviation = isqrt(ceil(variance)) + 1
    return (2 * _DEVIATIONS * deviation).bit_length()


@lru_cache(maxsize=64)
def _gaussian(low_bits: int, leaf_bits: int, leaf_variance: Fraction) -> GaussianPlan:
    masses = _gaussian_masses(leaf_bits, leaf_variance)
    levels = [masses]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([below[place] + below[place + 1] for place in range(0, len(below), 2)])
    levels.reverse()
    thresholds = tuple(
        np.array([_ratio(below[2 * place + 1], mass) for place, mass in enumerate(above)], dtype=np.uint64)
        for above, below in pairwise(levels)
    )
    return GaussianPlan(low_bits, leaf_bits, _variance(low_bits, leaf_variance), thresholds)


def _gaussian_masses(leaf_bits: int, variance: Fraction) -> list[int]:
    """exp(-x²/(2·variance)) for each x of the table, in units of 2^-192; symmetric about the centre."""
    half = 1 << (leaf_bits - 1)
    unit = Decimal(1 << 192)
    step = _PRECISE.divide(Decimal(-variance.denominator), Decimal(2 * variance.numerator))
    square = _PRECISE.exp(_PRECISE.multiply(Decimal(2), step))
    # exp(s(x+1)²) = exp(sx²)·exp(s(2x+1)), and the last factor grows by exp(2s) with each x.
    mass, factor = Decimal(1), _PRECISE.exp(step)
    right = []
    for _ in range(half + 1):
        right.append(int(_PRECISE.multiply(mass, unit)))
        mass, factor = _PRECISE.multiply(mass, factor), _PRECISE.multiply(factor, square)
    return [*reversed(right[1:]), *right[:-1]]


def _ratio(part: int, whole: int) -> int:
    return min((part * _ONE + whole // 2) // whole, _ONE - 1) if whole else 0


def _geometric_odds(scale: Fraction, digit: int) -> int:
    exponent = _PRECISE.divide(Decimal((1 << digit) * scale.denominator), Decimal(scale.numerator))
    odds = _PRECISE.divide(Decimal(1), _PRECISE.add(Decimal(1), _PRECISE.exp(exponent)))
    return min(int(_PRECISE.multiply(odds, Decimal(_ONE)).to_integral_value()), _ONE - 1)


def threshold_bits(thresholds: NDArray[np.uint64] | Sequence[int]) -> NDArray[np.bool_]:
    """Bit k of each threshold: thresholds by 64, least significant first."""
    words = np.asarray(thresholds, dtype=np.uint64)
    bits: NDArray[np.bool_] = (words[:, None] >> np.arange(THRESHOLD_BITS, dtype=np.uint64)) & np.uint64(
        1
    ) == 1
    return bits
