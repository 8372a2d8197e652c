"""Sums over people: no difference of two sums is a person, and noise is charged for."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.functional.authority import Grants, Refusal, Refused
from crypto.functional.authority_crowd import (
    CrowdGranted,
    CrowdGrants,
    CrowdTerms,
    decide_crowd,
    sensitivity,
)
from crypto.functional.authority_store import decode_crowd, encode_crowd
from crypto.functional.authority_terms import Terms
from crypto.noise import MIN_NODE_VARIANCE, distributed_variance
from tests.crypto.functional.cohorts import function

PEOPLE, BOUNDS, WEIGHTS = 8, (10, 100), (10, 1)
COLUMNS = Terms((20, 200) * PEOPLE, 10**6, (), Fraction(9, 10))
TERMS = CrowdTerms(COLUMNS, PEOPLE, floor=3, colluding=2, rho_budget=Fraction(1))
ALL = function([WEIGHTS] * PEOPLE, BOUNDS)
RHO = Fraction(1, 10)


def without(*left_out):
    return function([(0, 0) if at in left_out else WEIGHTS for at in range(PEOPLE)], BOUNDS)


def granted(*functions):
    state = CrowdGrants.empty(TERMS)
    for wanted in functions:
        decision = decide_crowd(state, wanted, rho=RHO)
        assert isinstance(decision, CrowdGranted)
        state = decision.grants
    return state


def test_a_sum_over_everybody_is_granted_with_noise_from_each():
    decision = decide_crowd(CrowdGrants.empty(TERMS), ALL, rho=RHO)

    assert isinstance(decision, CrowdGranted)
    assert sensitivity(ALL, TERMS) == 10 * 20 + 200
    assert decision.member_variance == distributed_variance(400, RHO, nodes=PEOPLE, colluding=2)
    # The six that do not collude give the whole noise by themselves.
    assert 6 * decision.member_variance == Fraction(400**2) / (2 * RHO)
    assert decision.member_variance > MIN_NODE_VARIANCE


def test_the_difference_of_two_sums_is_one_person_and_is_refused():
    """Without the rule the two results differ by exactly the part of the person who is left out."""
    parts = [3 * at + 5 for at in range(PEOPLE)]
    assert sum(parts) - sum(part for at, part in enumerate(parts) if at != 5) == parts[5]

    decision = decide_crowd(granted(ALL), without(5), rho=RHO)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.DOMINATED


def test_the_difference_of_two_sums_over_few_people_is_refused():
    decision = decide_crowd(granted(ALL), without(5, 6), rho=RHO)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.CROWD_TOO_SMALL


def test_halves_of_a_crowd_are_granted():
    state = granted(ALL, without(0, 1, 2, 3))

    assert len(state.grants.functions) == 2


@pytest.mark.parametrize(("present", "enough"), [(2, False), (3, True)])
def test_one_sum_needs_as_many_people_as_the_floor(present, enough):
    wanted = without(*range(present, PEOPLE))

    decision = decide_crowd(CrowdGrants.empty(TERMS), wanted, rho=RHO)

    assert isinstance(decision, CrowdGranted) is enough


def test_one_person_who_outweighs_the_others_is_no_crowd():
    heavy = function([(100, 10), *[WEIGHTS] * (PEOPLE - 1)], BOUNDS)

    decision = decide_crowd(CrowdGrants.empty(TERMS), heavy, rho=RHO)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.DOMINATED


def test_a_repetition_costs_noise_budget_but_no_bits():
    first = granted(ALL)
    second = decide_crowd(first, ALL, rho=RHO)

    assert isinstance(second, CrowdGranted)
    assert second.grants.grants == first.grants
    assert second.grants.spent_rho == 2 * RHO


def test_averaging_the_noise_away_runs_into_the_budget():
    state = granted(*[ALL] * 10)

    decision = decide_crowd(state, ALL, rho=RHO)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.OVER_BUDGET


def test_the_rules_for_columns_hold_as_well():
    unit = function([(1, 0), *[(0, 0)] * (PEOPLE - 1)], BOUNDS)

    decision = decide_crowd(CrowdGrants.empty(TERMS), unit, rho=RHO)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.SINGLE_VALUE


def test_a_function_over_other_people_is_out_of_range():
    with pytest.raises(OutOfRangeError):
        decide_crowd(CrowdGrants.empty(TERMS), function([WEIGHTS] * 7, BOUNDS), rho=RHO)
    with pytest.raises(OutOfRangeError):
        decide_crowd(CrowdGrants.empty(TERMS), ALL, rho=Fraction(0))


@pytest.mark.parametrize(
    "change",
    [
        {"people": 1},
        {"people": 7},
        {"floor": 1},
        {"floor": 9},
        {"colluding": 8},
        {"colluding": -1},
        {"rho_budget": Fraction(-1)},
    ],
)
def test_crowd_terms_out_of_range_are_refused(change):
    with pytest.raises(OutOfRangeError):
        replace(TERMS, **change)


# Bytes.


def test_the_state_of_a_crowd_round_trips():
    for state in (CrowdGrants.empty(TERMS), granted(ALL, without(0, 1, 2, 3))):
        assert decode_crowd(encode_crowd(state), TERMS) == state


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_state_of_a_crowd(raw):
    with pytest.raises(MalformedError):
        decode_crowd(raw, TERMS)


RAW = encode_crowd(granted(ALL))


@settings(max_examples=60)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_state_is_refused(position, change):
    raw = bytearray(RAW)
    raw[position] ^= change

    with pytest.raises(MalformedError):
        decode_crowd(bytes(raw), TERMS)


@pytest.mark.parametrize(
    "state",
    [
        replace(granted(ALL), spent_rho=Fraction(2)),
        replace(granted(ALL), grants=Grants(COLUMNS, ((10, 1, 10, 1, *[0] * 12),))),
        replace(granted(ALL), grants=Grants(COLUMNS, ((1, *[0] * 15),))),
    ],
)
def test_a_state_that_could_not_have_been_granted_is_refused(state):
    raw = encode_crowd(state)

    with pytest.raises(MalformedError):
        decode_crowd(raw, TERMS)


def test_a_state_of_other_terms_or_with_a_fraction_that_is_not_reduced_is_refused():
    with pytest.raises(MalformedError):
        decode_crowd(RAW, replace(TERMS, floor=4))
    for numerator, denominator in ((2, 20), (1, 0)):
        body = (
            RAW[:33] + b"".join(part.to_bytes(32, "big") for part in (numerator, denominator)) + RAW[97:-32]
        )
        with pytest.raises(MalformedError):
            decode_crowd(body + sha256(body), TERMS)


def test_a_rho_of_too_many_digits_is_not_written():
    with pytest.raises(OutOfRangeError):
        encode_crowd(replace(granted(ALL), spent_rho=Fraction(1, 2**300)))
