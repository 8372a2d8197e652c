"""The odds of noise that nobody draws alone: what distribution they make and what it protects."""

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.noise_plan import gaussian_plan, laplace_plan, threshold_bits
from crypto.noise import discrete_gaussian, discrete_laplace
from crypto.randomness import stream

UNIT = 2.0**64


def leaves(plan) -> np.ndarray:
    """The probability of every number of leaf digits, from the thresholds alone."""
    masses = np.ones(1)
    for level in plan.thresholds:
        odds = level / UNIT
        masses = np.stack([masses * (1 - odds), masses * odds], axis=1).reshape(-1)
    return masses


def distribution(plan) -> dict[int, float]:
    """The probability of every noise of a plan."""
    low = 1 << plan.low_bits
    return {
        (leaf << plan.low_bits) + rest - plan.offset: mass / low
        for leaf, mass in enumerate(leaves(plan))
        for rest in range(low)
    }


def renyi(left: dict[int, float], shift: int, alpha: int) -> float:
    """D_α(X + shift ‖ X) over the numbers that both can be; what only one can be has less than 2^-70."""
    total = sum(
        left[x - shift] ** alpha * left[x] ** (1 - alpha)
        for x in left
        if left.get(x - shift, 0.0) > 1e-15 and left[x] > 1e-15
    )
    return log(total) / (alpha - 1)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(2, 40))
def test_without_low_bits_the_odds_are_those_of_the_discrete_gaussian(sensitivity, inverse):
    plan = gaussian_plan(sensitivity, Fraction(1, inverse))
    variance = sensitivity**2 * inverse / 2
    found = distribution(plan)

    weights = {x: exp(-(x**2) / (2 * variance)) for x in found}
    whole = sum(weights.values())

    assert plan.low_bits == 0
    assert plan.variance == Fraction(sensitivity**2 * inverse, 2)
    assert max(abs(found[x] - weights[x] / whole) for x in found) < 1e-15


def test_noise_has_the_stated_mean_and_variance():
    for sensitivity in (1, 50, 5000):
        plan = gaussian_plan(sensitivity, Fraction(1, 200))
        found = distribution(plan)

        mean = sum(x * mass for x, mass in found.items())
        variance = sum((x - mean) ** 2 * mass for x, mass in found.items())

        assert mean == pytest.approx(0.5 if plan.low_bits else 0.0, abs=1e-6)
        assert variance == pytest.approx(float(plan.variance), rel=1e-9)


@pytest.mark.parametrize("sensitivity", [1, 7, 100, 1000])
@pytest.mark.parametrize("alpha", [2, 8])
def test_a_shift_by_the_sensitivity_costs_no_more_than_it_may(sensitivity, alpha):
    """ρ-zCDP: D_α ≤ α·ρ, for the largest shift and for those that wrap into the low bits."""
    rho = Fraction(1, 100)
    plan = gaussian_plan(sensitivity, rho)
    found = distribution(plan)

    for shift in {1, sensitivity // 2 + 1, max(1, sensitivity - 1), sensitivity}:
        assert renyi(found, shift, alpha) <= alpha * float(rho) * (1 + 1e-9)


def test_low_bits_cost_at_most_an_eighth_more_noise():
    for sensitivity in (16, 100, 1000, 10**6, 10**12):
        plan = gaussian_plan(sensitivity, Fraction(1, 1000))
        least = sensitivity**2 * 500

        assert least <= plan.variance <= least * Fraction(9, 8) + 1 + Fraction(1, 12) * 4**plan.low_bits
        assert plan.leaf_bits <= 14


@pytest.mark.parametrize("sensitivity", [1, 2000, 10**6])
def test_no_draw_is_larger_than_the_bound(sensitivity):
    """Of all digits 0 and all digits 1, one is the largest."""
    plan = gaussian_plan(sensitivity, Fraction(1, 8))
    highest = (1 << plan.leaf_bits + plan.low_bits) - 1

    assert max(plan.offset, highest - plan.offset) == plan.bound


def test_tails_that_are_cut_hold_less_than_two_to_the_minus_seventy():
    plan = gaussian_plan(1, Fraction(1, 2000))

    assert (plan.bound / sqrt(plan.variance)) ** 2 / 2 > 70 * log(2)


@given(st.integers(1, 400), st.integers(1, 8))
def test_the_digits_of_a_geometric_number_are_independent(numerator, denominator):
    plan = laplace_plan(Fraction(numerator, denominator))
    scale = numerator / denominator
    odds = plan.thresholds / UNIT

    for number in (0, 1, 2, 3, 5):
        bits = [number >> place & 1 for place in range(plan.digits)]
        product = np.prod([odd if bit else 1 - odd for odd, bit in zip(odds, bits, strict=True)])
        expected = (1 - exp(-1 / scale)) * exp(-number / scale) if number < 1 << plan.digits else 0.0
        assert product == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("scale", "epsilon"), [(Fraction(1), 1.0), (Fraction(10), 0.1)])
def test_neighbouring_laplace_noise_differs_by_the_promised_factor(scale, epsilon):
    odds = laplace_plan(scale).thresholds / UNIT
    geometric = np.ones(1)
    for odd in odds[::-1]:
        geometric = np.stack([geometric * (1 - odd), geometric * odd], axis=1).reshape(-1)
    noise = np.convolve(geometric, geometric[::-1])
    inner = slice(len(noise) // 2 - 20, len(noise) // 2 + 20)

    ratios = np.abs(np.log(noise[1:] / noise[:-1]))[inner]

    assert ratios.max() <= epsilon * (1 + 1e-9)


def test_the_plan_agrees_with_the_exact_samplers_of_one_node():
    """Two ways to the same distribution: digits with odds, and rejection (Canonne, Kamath, Steinke)."""
    random = stream(bytes(32), "peer")
    drawn = [discrete_gaussian(Fraction(50), random) for _ in range(600)]
    found = distribution(gaussian_plan(1, Fraction(1, 100)))
    expected = 600 * sum(mass for x, mass in found.items() if abs(x) <= 7)

    assert abs(sum(abs(x) <= 7 for x in drawn) - expected) < 5 * sqrt(600 * 0.25)
    assert abs(discrete_laplace(3, random)) < 3 * 49


def test_bits_of_thresholds_come_least_significant_first():
    bits = threshold_bits([1, 1 << 63])

    assert bits.shape == (2, 64)
    assert bits[0].nonzero()[0].tolist() == [0]
    assert bits[1].nonzero()[0].tolist() == [63]


@pytest.mark.parametrize(("sensitivity", "rho"), [(0, Fraction(1)), (1, Fraction(0)), (-1, Fraction(1))])
def test_noise_for_nothing_is_refused(sensitivity, rho):
    with pytest.raises(OutOfRangeError):
        gaussian_plan(sensitivity, rho)


def test_more_noise_than_a_table_holds_is_refused():
    with pytest.raises(OutOfRangeError, match="larger epsilon"):
        gaussian_plan(1, Fraction(1, 10**10))


@pytest.mark.parametrize("scale", [Fraction(0), Fraction(-1), Fraction(2**40 + 1)])
def test_a_scale_out_of_range_is_refused(scale):
    with pytest.raises(OutOfRangeError):
        laplace_plan(scale)


def test_a_plan_is_the_same_each_time():
    one, other = gaussian_plan(9, Fraction(1, 77)), gaussian_plan(9, Fraction(1, 77))

    assert all((a == b).all() for a, b in zip(one.thresholds, other.thresholds, strict=True))
