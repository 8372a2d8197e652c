"""The walk to a quantile: exact without noise, off by places with it, and silent about its path."""

from dataclasses import replace
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.menu.plan import Filter, Plan, Quantiles
from tests.crypto.mpc.menu.plans import NOTHING, held, results, transcript
from tests.crypto.mpc.trio import flip

HALF = Fraction(1, 2)
HARDLY = Fraction(40)
"""A cost at which noise is as good as always zero."""

BITS = 6


def _task(**changes):
    plain = Quantiles(column=0, bits=BITS, crowds=(None,), fractions=(HALF,), rho=HARDLY)
    return replace(plain, **changes)


def _plan(records, *tasks, **more):
    return Plan(records, NOTHING, tasks=tasks, **more)


def _place(values, fraction):
    return sorted(values)[floor(fraction * (len(values) - 1))]


values_of = st.lists(st.integers(0, 63), min_size=2, max_size=140)
fractions_of = st.lists(
    st.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50),
    min_size=1,
    max_size=3,
)


@given(values_of, fractions_of)
@settings(max_examples=20)
def test_without_noise_to_speak_of_the_walk_ends_at_the_place(values, fractions):
    plan = _plan(len(values), _task(fractions=tuple(fractions)))

    assert results(plan, held([values])) == [_place(values, fraction) for fraction in fractions]


@given(values_of, st.sampled_from([Fraction(0), HALF, Fraction(1)]))
@settings(max_examples=15)
def test_exact_quantiles_take_the_exact_walk(values, fraction):
    plan = _plan(len(values), _task(fractions=(fraction,), rho=Fraction(0)))

    assert results(plan, held([values])) == [_place(values, fraction)]


RANDOM = np.random.default_rng(7)
VALUES = RANDOM.integers(0, 64, 300).tolist()
MEMBERS = RANDOM.integers(0, 2, 300).tolist()
PRESENT = (RANDOM.random(300) < 0.8).astype(int).tolist()


@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
@pytest.mark.parametrize("integers", [True, False], ids=["integers", "elements"])
def test_crowds_are_rows_or_columns_and_whoever_lacks_a_value_is_in_none(integers, verified):
    rows = np.arange(300) < 100
    plan = _plan(
        300,
        _task(crowds=(rows, ~rows), presence=2, fractions=(Fraction(1, 4), HALF)),
        _task(crowds=(1,), presence=2),
        verified=verified,
    )

    found = results(plan, held([VALUES, MEMBERS, PRESENT], integers=integers))

    crowds = [
        [value for value, here, row in zip(VALUES, PRESENT, chosen, strict=True) if here and row]
        for chosen in (rows, ~rows, MEMBERS)
    ]
    expected = [_place(crowd, fraction) for crowd in crowds[:2] for fraction in (Fraction(1, 4), HALF)]
    assert found == [*expected, _place(crowds[2], HALF)]


def test_a_filter_narrows_every_crowd():
    plan = _plan(300, _task(), filters=(Filter(1, 1, 1, 1), Filter(0, BITS, 10, 40)))
    inside = [v for v, m in zip(VALUES, MEMBERS, strict=True) if m and 10 <= v <= 40]

    assert results(plan, held([VALUES, MEMBERS])) == [_place(inside, HALF)]


def test_an_empty_crowd_has_some_value_and_no_failure():
    plan = _plan(300, _task(crowds=(np.zeros(300, dtype=np.bool_),)))

    assert 0 <= results(plan, held([VALUES]))[0] < 64


def test_noise_moves_the_place_by_about_its_own_deviation():
    values = list(range(1024)) * 2
    rho = Fraction(1, 800)  # a variance of 400
    plan = _plan(2048, _task(bits=10, rho=rho))

    places = [2 * results(plan, held([values]), noise=f"run {run}")[0] - 1023 for run in range(12)]

    assert len(set(places)) > 8
    assert max(map(abs, places)) < 5 * 20
    assert 5 < np.std(places) < 60


def test_extremes_stay_the_margin_away():
    values = list(range(1024))
    task = _task(bits=10, fractions=(Fraction(0), Fraction(1)), margin=100)

    low, high = results(_plan(1024, task), held([values]))

    assert (low, high) == (100, 923)


def test_the_same_noise_keys_take_the_same_walk_with_other_masks():
    plan = _plan(300, _task(rho=Fraction(1, 100)))

    once = transcript(plan, held([VALUES]))
    again = transcript(plan, held([VALUES]), keys=[bytes([9 + role]) * 32 for role in range(3)])

    assert results(plan, held([VALUES])) == results(plan, held([VALUES]))
    assert once.received(0) != again.received(0)
    assert [part.first.tolist() for part in once.results] != [part.first.tolist() for part in again.results]


def test_what_a_role_receives_is_as_long_and_as_random_whatever_the_values():
    seen = []
    for values in ([0] * 300, [63] * 300):
        plan = _plan(300, _task(rho=Fraction(1, 100)))
        play = transcript(plan, held([values]))
        seen.append([play.received(role) for role in range(3)])

    for one, other in zip(*seen, strict=True):
        assert [len(raw) for raw in one] == [len(raw) for raw in other]
        for messages in (one, other):
            long = np.frombuffer(b"".join(raw for raw in messages if len(raw) >= 64), dtype=np.uint8)
            bits = np.unpackbits(long)
            assert abs(bits.mean() - 0.5) < 4 * 0.5 / np.sqrt(bits.size)


@pytest.mark.parametrize("number", [2, 5, 9, 17, 30])
@pytest.mark.parametrize("sender", [0, 1, 2])
def test_a_lie_about_any_bit_stops_a_verified_walk(number, sender):
    plan = _plan(70, _task(rho=Fraction(1, 10)), verified=True)

    with pytest.raises(ProtocolError):
        results(plan, held([VALUES[:70]]), tamper=flip(number, sender, (sender - 1) % 3))


def test_a_consistent_lie_shifts_an_unverified_walk_unseen():
    task = _task(fractions=tuple(Fraction(part, 10) for part in range(1, 10)), rho=Fraction(0))
    honest = results(_plan(300, task), held([VALUES]))

    assert results(_plan(300, task), held([VALUES]), liar=True) != honest


@pytest.mark.parametrize("rho", [Fraction(0), HARDLY], ids=["exact", "noised"])
def test_a_consistent_lie_stops_a_walk_that_is_verified_or_has_noise(rho):
    with pytest.raises(ProtocolError) as refused:
        results(_plan(300, _task(rho=rho), verified=not rho), held([VALUES]), liar=True)

    assert 1 in refused.value.culprits


@pytest.mark.parametrize(
    "changes",
    [
        {"fractions": ()},
        {"fractions": (Fraction(3, 2),)},
        {"fractions": (Fraction(1, 2**61),)},
        {"bits": 0},
        {"column": 5},
        {"presence": 5},
        {"crowds": (5,)},
    ],
    ids=str,
)
def test_a_task_that_cannot_be_is_refused(changes):
    with pytest.raises(OutOfRangeError):
        results(_plan(300, _task(**changes)), held([VALUES]))
