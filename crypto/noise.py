"""Noise that hides one person in a result: how much it takes, and discrete Gaussians drawn by one party.

The samplers are algorithms 1 to 3 of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential
Privacy" (NeurIPS 2020, arXiv 2004.00010): integers and fractions only, so that no floating-point rounding
betrays the value (Mironov, CCS 2012). Accounting is in zero-concentrated differential privacy (zCDP; Bun and
Steinke, TCC 2016): a sum of L2 sensitivity Δ with a discrete Gaussian of variance σ² satisfies Δ²/(2σ²)-zCDP
(CKS 2020, §2.2), and the ρ of several releases add up.

Where nodes compute on shares, they draw the noise together and none of them knows any of it
(`crypto.mpc.sampling`). Where that cannot be, as in sums under encryption, each of three nodes adds noise of
its own: one corrupted node that tells the buyer its part leaves the other two, and those alone give the
promised ρ. The sum of discrete Gaussians is not exactly one; with a variance of at least 4 each, two of them
differ from one by a divergence below 10^-15 (Kairouz, Liu and Steinke, ICML 2021, arXiv 2102.06387:
τ = 10 Σ_k exp(-2π² σ² k/(k+1))).

Limits. The time of a draw depends on the noise drawn: whoever can measure a node's draws learns about it, so
a node draws before it answers and not while somebody waits. Noise hides a person in a *number of releases*;
who counts them is the caller.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Final

from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_below, random_bytes

DELTA: Final = Decimal("1e-6")
"""The probability outside of which (epsilon, delta)-differential privacy holds, in every release."""

MIN_NODE_VARIANCE: Final = Fraction(4)
_NODES: Final = 3
_COLLUDING: Final = 1
# 60 digits carry the roots and logarithms; results are cut at 10^-20, so rounding never decides a direction.
_PRECISE: Final = Context(prec=60)
_CUT: Final = Decimal("1e-20")
_SLACK: Final = Decimal("1e-40")
_SEARCH_STEPS: Final = 60


def discrete_gaussian(variance: Fraction, random: RandomBytes = random_bytes) -> int:
    """Draw from the discrete Gaussian N_Z(0, variance), exactly (CKS 2020, algorithm 3).

    P(x) ∝ exp(-x²/(2 · variance)) over the integers. The variance of the draw is at most the parameter and,
    from 1 on, indistinguishable from it.

    Raises:
        OutOfRangeError: the variance is not positive.
    """
    if variance <= 0:
        raise OutOfRangeError(f"a variance is positive, got {variance}")
    scale = isqrt(int(variance)) + 1
    while True:
        candidate = discrete_laplace(scale, random)
        exponent = (abs(candidate) - variance / scale) ** 2 / (2 * variance)
        if _bernoulli_exp(exponent, random):
            return candidate


def discrete_laplace(scale: int, random: RandomBytes = random_bytes) -> int:
    """Draw from the discrete Laplace distribution, exactly (CKS 2020, algorithm 2 with s = 1).

    P(x) ∝ exp(-|x|/scale) over the integers.

    Raises:
        OutOfRangeError: the scale is not positive.
    """
    if scale < 1:
        raise OutOfRangeError(f"a scale is positive, got {scale}")
    while True:
        remainder = random_below(scale, random)
        if not _bernoulli_exp(Fraction(remainder, scale), random):
            continue
        quotient = 0
        while _bernoulli_exp(Fraction(1), random):
            quotient += 1
        magnitude = remainder + scale * quotient
        negative = _bernoulli(Fraction(1, 2), random)
        # Zero is drawn with both signs; one of them is refused, or it would count twice.
        if not (negative and magnitude == 0):
            return -magnitude if negative else magnitude


@lru_cache(maxsize=1024)
def rho_from_epsilon(epsilon: Decimal, delta: Decimal = DELTA) -> Fraction:
    """The largest ρ, rounded down, for which ρ-zCDP implies (epsilon, delta)-differential privacy.

    For every order α > 1, ρ-zCDP implies it if αρ + b(α)/(α - 1) ≤ ε, where
    b(α) = ln(1/δ) + (α - 1)·ln(α - 1) - α·ln α (Canonne, Kamath, Steinke 2020; the proof optimises what Bun
    and Steinke 2016, proposition 1.3, bound by ρ + 2√(ρ·ln(1/δ))). So each α gives a ρ that is safe, and the
    best of them is searched for. Only orders with b(α) > 0 count: then two parts of an epsilon never buy more
    ρ than the whole.

    Raises:
        OutOfRangeError: epsilon is not positive and finite, or delta is not in (0, 1); or epsilon is so small
            that the rounded ρ is zero.
    """
    log = _log_inverse(delta)
    if not epsilon.is_finite() or epsilon <= 0:
        raise OutOfRangeError(f"epsilon is positive and finite, got {epsilon}")

    def rho_at(order: Decimal) -> Decimal:
        return _PRECISE.divide(_PRECISE.subtract(epsilon, _overhead(order, log)), order)

    exact = rho_at(_best_order(rho_at, log))
    rho = _PRECISE.subtract(exact, _SLACK).quantize(_CUT, ROUND_FLOOR, _PRECISE)
    if rho <= 0:
        raise OutOfRangeError(f"epsilon {epsilon} is too small to be spent")
    return Fraction(rho)


def epsilon_from_rho(rho: Fraction, delta: Decimal = DELTA) -> Decimal:
    """The smallest epsilon, rounded up, that ρ-zCDP gives at this delta; the inverse of `rho_from_epsilon`.

    Raises:
        OutOfRangeError: rho is negative, or delta is not in (0, 1).
    """
    log = _log_inverse(delta)
    if rho < 0:
        raise OutOfRangeError(f"rho is not negative, got {rho}")
    if rho == 0:
        return Decimal(0)
    spent = _PRECISE.divide(Decimal(rho.numerator), Decimal(rho.denominator))

    def saved_at(order: Decimal) -> Decimal:
        return -_PRECISE.add(_PRECISE.multiply(order, spent), _overhead(order, log))

    exact = -saved_at(_best_order(saved_at, log))
    return _PRECISE.add(exact, _SLACK).quantize(_CUT, ROUND_CEILING, _PRECISE)


def distributed_variance(
    sensitivity: Fraction | int, rho: Fraction, *, nodes: int = _NODES, colluding: int = _COLLUDING
) -> Fraction:
    """The variance of the noise that each node adds, so that the honest nodes' alone gives ρ-zCDP.

    Δ²/(2ρ) / (nodes - colluding), and at least 4 so that the sum of the parts is as good as one Gaussian. The
    total variance in the result is `nodes` times this.

    Args:
        sensitivity: Δ, by how much one person changes the vector of results, in L2 norm; positive.
        rho: what the release may spend; positive.
        nodes: how many nodes add noise.
        colluding: how many of them may tell the buyer their part.

    Raises:
        OutOfRangeError: sensitivity or rho is not positive, or no node is left that does not collude.
    """
    if sensitivity <= 0 or rho <= 0:
        raise OutOfRangeError(f"sensitivity and rho are positive, got {sensitivity} and {rho}")
    if not 0 <= colluding < nodes:
        raise OutOfRangeError(f"of {nodes} nodes, {colluding} cannot collude")
    return max(Fraction(sensitivity) ** 2 / (2 * rho) / (nodes - colluding), MIN_NODE_VARIANCE)


def _overhead(order: Decimal, log: Decimal) -> Decimal:
    """b(α)/(α - 1): what an order costs beside αρ."""
    above = _PRECISE.subtract(order, Decimal(1))
    entropy = _PRECISE.subtract(
        _PRECISE.multiply(above, _PRECISE.ln(above)), _PRECISE.multiply(order, _PRECISE.ln(order))
    )
    return _PRECISE.divide(_PRECISE.add(log, entropy), above)


def _best_order(value: Callable[[Decimal], Decimal], log: Decimal) -> Decimal:
    """The order above 1 at which a value with one peak is largest, to a few digits; any order is safe.

    A ternary search over ln(α - 1), in decimal arithmetic so that all nodes find the same order.
    """
    # b(α) > 0 as long as ln α + 1 < ln(1/δ).
    low, high = Decimal(-12), max(Decimal(-11), log - 2)
    for _ in range(_SEARCH_STEPS):
        third = _PRECISE.divide(_PRECISE.subtract(high, low), Decimal(3))
        left, right = _PRECISE.add(low, third), _PRECISE.subtract(high, third)
        if value(1 + _PRECISE.exp(left)) < value(1 + _PRECISE.exp(right)):
            low = left
        else:
            high = right
    return 1 + _PRECISE.exp(low)


def _log_inverse(delta: Decimal) -> Decimal:
    if not 0 < delta < 1:
        raise OutOfRangeError(f"delta is between 0 and 1, got {delta}")
    return -_PRECISE.ln(delta)


def _bernoulli(probability: Fraction, random: RandomBytes) -> bool:
    return random_below(probability.denominator, random) < probability.numerator


def _bernoulli_exp(exponent: Fraction, random: RandomBytes) -> bool:
    """True with probability exp(-exponent), exactly (CKS 2020, algorithm 1)."""
    whole, part = divmod(exponent, 1)
    if not all(_bernoulli_exp_unit(Fraction(1), random) for _ in range(whole)):
        return False
    return _bernoulli_exp_unit(part, random)


def _bernoulli_exp_unit(exponent: Fraction, random: RandomBytes) -> bool:
    """For an exponent in [0, 1]: the first k at which a coin of exponent/k fails is odd with e^-exponent."""
    k = 1
    while _bernoulli(exponent / k, random):
        k += 1
    return k % 2 == 1
