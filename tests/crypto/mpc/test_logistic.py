"""The weights that shared gradient descent ends with are those of the same descent in the clear."""

import numpy as np
import pytest

from crypto.errors import OutOfRangeError
from crypto.mpc.logistic import FEATURE, MOST_SCORE, WEIGHT, Plan, fit
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, parties, play, share_elements

RECORDS = 400


def records(seed=5):
    """Two features and a constant one, and labels that follow them."""
    angles = np.arange(RECORDS) * 0.7 + seed
    table = np.stack([np.sin(angles), np.cos(3 * angles), np.ones(RECORDS)])
    labels = (2 * table[0] - table[1] + 0.3 * np.sin(17 * angles) > 0.1).astype(int)
    return table, labels


def plain(table, labels, plan):
    """The same descent on real numbers."""
    weights = np.zeros(plan.features)
    for _ in range(plan.iterations):
        t = weights @ table / 8
        guesses = 0.5 + 19 / 16 * t - 13 / 16 * t**3
        weights = weights - table @ (guesses - labels) * 2.0**-plan.step
    return weights


def run(table, labels, plan):
    encoded = [FEATURE.encode(value) for value in table.reshape(-1).tolist()]
    shares = [each.reshape(*table.shape) for each in share_elements(encoded)]
    truth = share_elements(labels.tolist(), b"\x08" * 32)
    return play([fit(party, shares[party.role], truth[party.role], plan) for party in parties()])


@pytest.mark.parametrize("iterations", [1, 3, 10])
def test_the_weights_are_those_of_the_descent_in_the_clear(iterations):
    table, labels = records()
    plan = Plan(3, RECORDS, iterations, rate=1.0)

    played = run(table, labels, plan)

    weights = [WEIGHT.decode(value) for value in opened_elements(played.results)]
    assert np.allclose(weights, plain(table, labels, plan), atol=0.02)
    assert played.rounds == 8 * iterations


def test_the_weights_tell_the_labels_apart():
    table, labels = records()

    played = run(table, labels, Plan(3, RECORDS, 10, rate=2.0))

    weights = np.array(opened_elements(played.results))
    assert ((weights @ table > 0) == labels).mean() > 0.9


def test_the_cubic_is_the_least_squares_one_and_near_the_logistic_function():
    z = np.linspace(-8, 8, 2001)
    t, logistic = z / 8, 1 / (1 + np.exp(-z))

    best, *_ = np.linalg.lstsq(np.stack([t, t**3], axis=1), logistic - 0.5, rcond=None)

    assert np.allclose(best, [19 / 16, -13 / 16], atol=1 / 32)
    assert np.abs(0.5 + 19 / 16 * t - 13 / 16 * t**3 - logistic).max() < 0.13


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_whatever_the_records(role):
    plan = Plan(3, RECORDS, 2)
    table, labels = records()

    lengths = [
        [len(body) for body in run(each, labels, plan).received(role)]
        for each in (table, np.zeros_like(table))
    ]

    assert lengths[0] == lengths[1]


def test_the_rate_is_rounded_to_a_power_of_two_of_records():
    assert Plan(1, 1000, 1, rate=1.0).step == 10
    assert Plan(1, 1000, 1, rate=2.0).step == 9


def test_the_probability_of_failure_is_stated():
    assert Plan(7, 1_000_000, 3).failure_bound < 2**-15
    assert Plan(20, 1 << 26, 100).failure_bound <= 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"features": 0},
        {"features": 21},
        {"records": 0},
        {"records": 2**26 + 1},
        {"iterations": 0},
        {"iterations": 101},
        {"rate": 0.0},
        {"rate": MOST_SCORE + 1.0},
        {"rate": float("nan")},
    ],
)
def test_plans_out_of_range_are_refused(arguments):
    with pytest.raises(OutOfRangeError):
        Plan(**{"features": 3, "records": 100, "iterations": 3, "rate": 1.0, **arguments})


def test_shares_of_another_shape_are_refused():
    table, labels = records()

    with pytest.raises(OutOfRangeError):
        run(table, labels[:-1], Plan(3, RECORDS, 1))
    with pytest.raises(OutOfRangeError):
        run(table[:2], labels, Plan(3, RECORDS, 1))
