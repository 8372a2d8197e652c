"""The noise has the distribution that hides a person, and the accounting never flatters it."""

import math
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction

import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.noise import (
    DELTA,
    MIN_NODE_VARIANCE,
    discrete_gaussian,
    discrete_laplace,
    distributed_variance,
    epsilon_from_rho,
    rho_from_epsilon,
)
from crypto.randomness import stream

dp.enable_features("contrib")
SEED = b"\x09" * 16
DRAWS = 2500
epsilons = st.decimals(Decimal("0.01"), Decimal(20), places=3)


def chi_square(draws: list[int], weight: dict[int, float]) -> tuple[float, int]:
    """The statistic over cells that expect five draws or more, and its degrees of freedom."""
    total = sum(weight.values())
    counts = Counter(draws)
    cells = [x for x, w in weight.items() if w / total * len(draws) >= 5]
    pairs = [(counts[x], weight[x] / total * len(draws)) for x in cells]
    seen, expected = (sum(column) for column in zip(*pairs, strict=True))
    rest = (len(draws) - seen, len(draws) - expected)
    pairs = [*pairs, rest] if rest[1] >= 1 else pairs
    return sum((count - mean) ** 2 / mean for count, mean in pairs), len(pairs) - 1


def critical(degrees: int) -> float:
    """Above this a chi-square statistic has a probability of about 0.001 (Wilson and Hilferty 1931)."""
    return float(degrees * (1 - 2 / (9 * degrees) + 3.09 * math.sqrt(2 / (9 * degrees))) ** 3)


@pytest.mark.parametrize("variance", [Fraction(1, 3), Fraction(2), Fraction(9, 2), Fraction(100)])
def test_draws_follow_the_discrete_gaussian(variance):
    random = stream(SEED, str(variance))

    draws = [discrete_gaussian(variance, random) for _ in range(DRAWS)]

    bound = 12 * math.isqrt(math.ceil(variance)) + 12
    weight = {x: math.exp(-x * x / (2 * float(variance))) for x in range(-bound, bound + 1)}
    statistic, degrees = chi_square(draws, weight)
    assert statistic < critical(degrees)


@pytest.mark.parametrize("scale", [1, 2, 10])
def test_draws_follow_the_discrete_laplace(scale):
    random = stream(SEED, str(scale))

    draws = [discrete_laplace(scale, random) for _ in range(DRAWS)]

    weight = {x: math.exp(-abs(x) / scale) for x in range(-30 * scale, 30 * scale + 1)}
    statistic, degrees = chi_square(draws, weight)
    assert statistic < critical(degrees)


def test_large_variances_are_drawn_with_their_spread():
    random, deviation = stream(SEED, "large"), 10**9
    draws = [discrete_gaussian(Fraction(deviation**2), random) for _ in range(400)]

    mean = sum(draws) / len(draws)
    variance = sum(draw**2 for draw in draws) / len(draws)

    assert abs(mean) < 4 * deviation / 20
    assert 0.75 < variance / deviation**2 < 1.25


def test_a_draw_is_repeated_by_its_randomness():
    first, second = stream(SEED, "a"), stream(SEED, "a")

    draws = [discrete_gaussian(Fraction(50), first) for _ in range(20)]

    assert [discrete_gaussian(Fraction(50), second) for _ in range(20)] == draws


@pytest.mark.parametrize("variance", [Fraction(0), Fraction(-1)])
def test_a_variance_is_positive(variance):
    with pytest.raises(OutOfRangeError):
        discrete_gaussian(variance)


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_is_positive(scale):
    with pytest.raises(OutOfRangeError):
        discrete_laplace(scale)


def test_two_parts_of_the_smallest_variance_are_as_good_as_one_gaussian():
    with localcontext() as context:
        context.prec = 50
        one = _masses(MIN_NODE_VARIANCE, 80)
        whole = _masses(2 * MIN_NODE_VARIANCE, 80)
        # Far out both are far below any delta; the ratio is judged where there is a mass of 2^-128 or more.
        worst = max(
            abs(sum(one[k] * one[x - k] for k in range(-80 + max(x, 0), 81 + min(x, 0))) / whole[x] - 1)
            for x in range(-37, 38)
        )

    assert worst < Decimal("1e-15")


def _masses(variance: Fraction, bound: int) -> dict[int, Decimal]:
    double = Decimal(2 * variance.numerator) / Decimal(variance.denominator)
    weights = {x: (-Decimal(x * x) / double).exp() for x in range(-bound, bound + 1)}
    total = sum(weights.values())
    return {x: weight / total for x, weight in weights.items()}


@settings(max_examples=30)
@given(epsilons)
def test_the_rho_of_an_epsilon_gives_back_at_most_that_epsilon(epsilon):
    returned = epsilon_from_rho(rho_from_epsilon(epsilon))

    assert epsilon - Decimal("1e-8") < returned <= epsilon + Decimal("1e-17")


@settings(max_examples=20)
@given(epsilons)
def test_rho_is_as_large_as_the_peer_allows_and_no_larger(epsilon):
    """OpenDP keeps the whole privacy curve of a Gaussian; ours must stay on the safe side, and near."""
    rho = rho_from_epsilon(epsilon)
    measurement = dp.m.make_gaussian(
        dp.atom_domain(T=int), dp.absolute_distance(T=int), scale=float(1 / math.sqrt(2 * rho))
    )

    curve = dp.c.make_zCDP_to_approxDP(measurement).map(1)

    assert float(epsilon) * (1 - 1e-4) < curve.epsilon(float(DELTA)) < float(epsilon) * (1 + 1e-9)


@settings(max_examples=30)
@given(epsilons)
def test_the_best_order_is_never_worse_than_the_classical_bound(epsilon):
    """Bun and Steinke 2016, proposition 1.3, from which a fifth more noise would follow."""
    with localcontext() as context:
        context.prec = 80
        log = -DELTA.ln()
        classical = ((epsilon + log).sqrt() - log.sqrt()) ** 2

    assert rho_from_epsilon(epsilon) > Fraction(classical)


@settings(max_examples=30)
@given(epsilons, epsilons)
def test_a_larger_epsilon_buys_more_rho_and_parts_cost_no_less_than_the_whole(one, other):
    small, large = sorted((one, other))

    assert rho_from_epsilon(small) <= rho_from_epsilon(large)
    assert rho_from_epsilon(one) + rho_from_epsilon(other) <= rho_from_epsilon(one + other)


@pytest.mark.parametrize("epsilon", ["0", "-1", "NaN", "Infinity", "1e-30"])
def test_an_epsilon_that_cannot_be_spent_is_refused(epsilon):
    with pytest.raises(OutOfRangeError):
        rho_from_epsilon(Decimal(epsilon))


@pytest.mark.parametrize("delta", ["0", "1", "-0.1", "2"])
def test_a_delta_is_a_probability(delta):
    with pytest.raises(OutOfRangeError):
        rho_from_epsilon(Decimal(1), Decimal(delta))
    with pytest.raises(OutOfRangeError):
        epsilon_from_rho(Fraction(1), Decimal(delta))


def test_a_rho_is_not_negative():
    with pytest.raises(OutOfRangeError):
        epsilon_from_rho(Fraction(-1))


def test_the_honest_nodes_alone_add_the_whole_noise():
    rho = Fraction(1, 200)

    variance = distributed_variance(10, rho)

    assert variance == Fraction(10**2) / (2 * rho) / 2
    assert Fraction(10**2) / (2 * (2 * variance)) == rho
    assert distributed_variance(10, rho, nodes=5, colluding=2) == variance * 2 / 3


def test_every_node_adds_at_least_the_variance_that_makes_the_sum_gaussian():
    assert distributed_variance(1, Fraction(10)) == MIN_NODE_VARIANCE == 4


@pytest.mark.parametrize(
    ("sensitivity", "rho", "nodes", "colluding"),
    [(0, 1, 3, 1), (-1, 1, 3, 1), (1, 0, 3, 1), (1, 1, 3, 3), (1, 1, 0, 0), (1, 1, 3, -1)],
)
def test_impossible_demands_on_the_nodes_are_refused(sensitivity, rho, nodes, colluding):
    with pytest.raises(OutOfRangeError):
        distributed_variance(sensitivity, Fraction(rho), nodes=nodes, colluding=colluding)
