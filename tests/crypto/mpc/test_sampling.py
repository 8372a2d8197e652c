"""Noise that three roles draw together: its distribution, who knows it, and that asking again draws it
again."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc.noise_plan import gaussian_plan, laplace_plan
from crypto.mpc.sampling import gaussian_digits, gaussian_noise, laplace_noise
from tests.crypto.mpc.trio import BINDING, KEYS, flip, opened_elements, opened_planes, parties, play

QUESTION = b"the same question, the same crowd"[:32]
CELLS = 3000
PLANS = [
    (gaussian_noise, gaussian_plan(3, Fraction(1, 9))),
    (laplace_noise, laplace_plan(Fraction(5))),
]


def drawn(protocol, plan, *, cells=CELLS, attempt=BINDING, keys=KEYS, tamper=None):
    roles = zip(parties(attempt, keys), parties(QUESTION), strict=True)
    return play(
        [protocol(party, noise, plan, cells) for party, noise in roles], binding=attempt, tamper=tamper
    )


@pytest.mark.parametrize(("sensitivity", "rho"), [(1, Fraction(1, 20)), (2000, Fraction(1, 8))])
def test_gaussian_noise_has_the_planned_mean_and_variance(sensitivity, rho):
    plan = gaussian_plan(sensitivity, rho)

    noise = np.array(opened_elements(drawn(gaussian_noise, plan).results), dtype=float)

    deviation = sqrt(plan.variance)
    assert abs(noise.mean()) < 5 * deviation / sqrt(CELLS)
    assert noise.var() == pytest.approx(float(plan.variance), rel=5 * sqrt(2 / CELLS))
    assert np.abs(noise).max() <= plan.bound
    # Of a normal curve 68.3 % lies within one deviation.
    assert abs((np.abs(noise) <= deviation).mean() - 0.683) < 5 * sqrt(0.22 / CELLS) + 0.4 / deviation


def test_laplace_noise_has_the_planned_distribution():
    plan = laplace_plan(Fraction(3))

    noise = np.array(opened_elements(drawn(laplace_noise, plan).results), dtype=float)

    odds = np.exp(-1 / 3)
    at_zero = (1 - odds) / (1 + odds)
    assert abs((noise == 0).mean() - at_zero) < 5 * sqrt(at_zero / CELLS)
    assert abs((noise > 0).mean() - (1 - at_zero) / 2) < 5 * sqrt(0.25 / CELLS)
    assert noise.var() == pytest.approx(2 * odds / (1 - odds) ** 2, rel=0.25)


@pytest.mark.parametrize(("protocol", "plan"), PLANS)
def test_the_same_question_draws_the_same_noise_in_every_attempt(protocol, plan):
    """Noise that differed from attempt to attempt would average out for whoever makes attempts fail late."""
    one = drawn(protocol, plan, cells=70)
    other = drawn(
        protocol, plan, cells=70, attempt=bytes(32), keys=tuple(bytes([9 + k]) * 32 for k in range(3))
    )

    assert opened_elements(one.results) == opened_elements(other.results)
    assert one.received(0) != other.received(0)


def test_what_a_role_receives_is_uniform_whatever_the_noise():
    """The top nibbles of all words that role 0 gets: no more uneven than chance makes them."""
    received = b"".join(drawn(gaussian_noise, gaussian_plan(1, Fraction(1, 20))).received(0))
    words = np.frombuffer(received, dtype="<u8")
    counts = np.bincount((words >> np.uint64(60)).astype(np.int64), minlength=16)

    chi_square = ((counts - words.size / 16) ** 2 / (words.size / 16)).sum()

    assert words.size > 10_000
    assert chi_square < 60  # 15 degrees of freedom: above 60 once in two million


@pytest.mark.parametrize("role", [0, 1, 2])
def test_what_one_role_knows_does_not_determine_the_noise(role):
    """Two runs that agree in everything that one role holds draw different noise."""
    plan = gaussian_plan(1, Fraction(1, 50))
    hidden = (role + 2) % 3  # the key that this role does not have
    results = []
    for other in (b"\x41" * 32, b"\x42" * 32):
        keys = [other if holder == hidden else KEYS[holder] for holder in range(3)]
        roles = zip(parties(), parties(QUESTION, keys), strict=True)
        results.append(play([gaussian_noise(party, noise, plan, 50) for party, noise in roles]).results)

    assert opened_elements(results[0]) != opened_elements(results[1])


def test_cells_draw_independent_noise():
    noise = np.array(
        opened_elements(drawn(gaussian_noise, gaussian_plan(1, Fraction(1, 50))).results), dtype=float
    )

    assert abs(np.corrcoef(noise[:-1], noise[1:])[0, 1]) < 5 / sqrt(CELLS)


def test_a_flipped_bit_changes_the_noise_of_one_cell_and_shows_nothing():
    """A liar can spoil an answer; that it did is seen where the ANDs are verified."""
    plan = gaussian_plan(1, Fraction(1, 50))
    honest = opened_elements(drawn(gaussian_noise, plan, cells=60).results)

    spoilt = drawn(gaussian_noise, plan, cells=60, tamper=flip(5, 1, 0, bit=3))

    summands = np.stack([result.first for result in spoilt.results])
    values = [sum(map(int, column)) for column in summands.T]
    differing = [
        cell for cell, (x, y) in enumerate(zip(honest, values, strict=True)) if (x - y) % goldilocks.PRIME
    ]
    assert differing in ([], [3])


def test_digits_are_noise_and_its_offset():
    plan = gaussian_plan(2000, Fraction(1, 8))
    roles = list(zip(parties(), parties(QUESTION), strict=True))
    digits = opened_planes(play([gaussian_digits(party, noise, plan, 40) for party, noise in roles]).results)

    noise = opened_elements(drawn(gaussian_noise, plan, cells=40).results)

    assert [digit - plan.offset for digit in digits] == noise


@pytest.mark.parametrize(("protocol", "plan"), PLANS)
def test_noise_for_no_cell_is_refused(protocol, plan):
    party, noise = parties()[0], parties(QUESTION)[0]

    with pytest.raises(OutOfRangeError):
        next(protocol(party, noise, plan, 0))
