"""A column that is stored twice is the same both times, or the records that are not are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.column_check import differing_records
from tests.crypto.mpc.trio import flip, parties, run, share_elements, share_planes

BITS = 6
NUMBERS = [(7 * place) % 2**BITS for place in range(300)]


def checked(elements, numbers, **named):
    return run(differing_records, share_elements(elements), share_planes(numbers, BITS), segment=128, **named)


@given(st.dictionaries(st.integers(0, 299), st.integers(1, 2**40), max_size=4))
@settings(max_examples=30)
def test_exactly_the_records_that_differ_are_found(changes):
    elements = [number + changes.get(place, 0) for place, number in enumerate(NUMBERS)]

    assert checked(elements, NUMBERS).results == [sorted(changes)] * 3


def test_differences_that_cancel_in_a_plain_sum_are_found():
    elements = list(NUMBERS)
    elements[3], elements[4] = elements[3] + 1, elements[4] - 1

    assert sum(elements) == sum(NUMBERS)
    assert checked(elements, NUMBERS).results == [[3, 4]] * 3


def opened_at_last(played):
    """What the last round opened: each role was told the summand that it lacked, by both who hold it."""
    told = [np.frombuffer(played.received(role)[-1], dtype=np.uint64) for role in range(3)]
    return goldilocks.add(goldilocks.add(told[0], told[1]), told[2])


def test_how_much_a_record_differs_is_not_shown():
    shown = opened_at_last(checked([NUMBERS[0] + 5, *NUMBERS[1:]], NUMBERS))

    assert shown[0] > 2**32  # 5 times a factor that nobody knows
    assert not shown[1:].any()


def test_a_column_that_agrees_opens_only_zeros_and_ends_sooner():
    honest, other = checked(NUMBERS, NUMBERS), checked([1 + NUMBERS[0], *NUMBERS[1:]], NUMBERS)

    assert honest.results == [[]] * 3
    assert honest.rounds < other.rounds


def test_an_empty_column_agrees():
    assert checked([], []).results == [[]] * 3


ROUNDS = 30
"""Of a check that finds a record in one of three segments: at least so many."""


@pytest.mark.parametrize("number", range(1, ROUNDS))
def test_a_role_that_lies_in_any_round_stops_the_check(number):
    """Else it would hide a difference, or learn a bit from whether a lie about it showed."""
    with pytest.raises(ProtocolError):
        checked([1 + NUMBERS[0], *NUMBERS[1:]], NUMBERS, tamper=flip(number, 1, 0))


def test_the_party_notes_afterwards_what_it_noted_before():
    def audited(party, elements, planes):
        party.audit = before = [None]
        yield from differing_records(party, elements, planes)
        return party.audit is before and len(before)

    assert run(audited, share_elements(NUMBERS), share_planes(NUMBERS, BITS)).results == [1, 1, 1]


def test_columns_that_do_not_fit_are_refused():
    party, elements, planes = parties()[0], share_elements([1, 2])[0], share_planes([1, 2, 3], BITS)[0]
    for protocol in (
        differing_records(party, elements, planes),
        differing_records(party, share_elements([1, 2, 3])[0], planes, segment=100),
        differing_records(party, share_elements([1, 2, 3])[0], planes, segment=0),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)
