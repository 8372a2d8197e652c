"""A commitment opens to what it holds, adds up, and a batch tells who lied."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import commitments
from crypto.commitments import Opening, commit, generators, verify_opening, verify_openings
from crypto.curve import INFINITY, ORDER, Point
from crypto.errors import CommitmentError, OutOfRangeError
from crypto.randomness import random_below, stream

DOMAIN = "argonauta/test/1"
COLUMNS = 4
records = st.lists(st.integers(-(2**70), 2**70), min_size=COLUMNS, max_size=COLUMNS)
blindings = st.integers(0, ORDER - 1)
RANDOM = stream(b"\x03" * 16, "coefficients")


def textbook(values: list[int], blinding: int) -> Point:
    """h^r · ∏ g_j^{x_j}, term by term."""
    bases = generators(DOMAIN, len(values))
    total = bases.blinding.multiply_public(blinding)
    for base, value in zip(bases.values, values, strict=True):
        total += base.multiply_public(value)
    return total


def openings(count: int) -> list[Opening]:
    random = stream(b"\x04" * 16, "openings")
    batch = []
    for _ in range(count):
        values = [random_below(2**80, random) for _ in range(COLUMNS)]
        blinding = random_below(ORDER, random)
        batch.append(Opening(commit(values, blinding, domain=DOMAIN), values, blinding))
    return batch


BATCH = openings(12)


def falsified(opening: Opening) -> Opening:
    return replace(opening, values=[*opening.values[:-1], opening.values[-1] + 1])


@settings(max_examples=30)
@given(records, blindings)
def test_a_commitment_is_the_formula_of_the_paper(values, blinding):
    assert commit(values, blinding, domain=DOMAIN) == textbook(values, blinding)


@settings(max_examples=20)
@given(records, blindings, records, blindings)
def test_commitments_add(x, r, y, s):
    total = [a + b for a, b in zip(x, y, strict=True)]

    assert commit(x, r, domain=DOMAIN) + commit(y, s, domain=DOMAIN) == commit(total, r + s, domain=DOMAIN)


@settings(max_examples=20)
@given(records, blindings, st.integers(0, COLUMNS), st.integers(1, 2**64))
def test_a_changed_value_or_blinding_does_not_open(values, blinding, place, difference):
    commitment = commit(values, blinding, domain=DOMAIN)
    verify_opening(commitment, values, blinding, domain=DOMAIN)
    altered = [*values, blinding]
    altered[place] += difference

    with pytest.raises(CommitmentError):
        verify_opening(commitment, altered[:-1], altered[-1], domain=DOMAIN)


def test_a_commitment_of_another_domain_does_not_open():
    commitment = commit([1, 2], 3, domain=DOMAIN)

    with pytest.raises(CommitmentError):
        verify_opening(commitment, [1, 2], 3, domain="argonauta/test/2")


def test_zeros_cost_as_many_multiplications_as_any_other_value(monkeypatch):
    multiplied: list[int] = []
    original = Point.multiply

    def counted(point: Point, scalar: int) -> Point:
        multiplied.append(scalar % ORDER)
        return original(point, scalar)

    monkeypatch.setattr(Point, "multiply", counted)

    commit([0, 0, 1, 0], 0, domain=DOMAIN)

    assert len(multiplied) == COLUMNS + 1
    assert 0 not in multiplied


def test_the_one_value_that_the_shift_turns_into_zero_is_still_right():
    edge = -commitments._SHIFT

    assert commit([edge, 5], edge, domain=DOMAIN) == textbook([edge, 5], edge)
    assert commit([0, 0], 0, domain=DOMAIN) == INFINITY


def test_generators_differ_within_and_between_domains():
    one, other = generators("a", 5), generators("b", 5)

    assert len({*one.values, one.blinding, *other.values, other.blinding}) == 12
    assert generators("a", 3).values == one.values[:3]


@pytest.mark.parametrize("count", [0, -1])
def test_a_commitment_holds_at_least_one_value(count):
    with pytest.raises(OutOfRangeError):
        generators(DOMAIN, count)


@pytest.mark.parametrize("size", [0, 1, 2, 12])
def test_a_batch_of_right_openings_passes(size):
    verify_openings(BATCH[:size], RANDOM, domain=DOMAIN)


@settings(max_examples=12)
@given(st.sets(st.integers(0, len(BATCH) - 1), min_size=1))
def test_every_wrong_opening_of_a_batch_is_named(wrong):
    batch = [falsified(opening) if index in wrong else opening for index, opening in enumerate(BATCH)]

    with pytest.raises(CommitmentError) as refused:
        verify_openings(batch, stream(b"\x05" * 16, "coefficients"), domain=DOMAIN)

    assert refused.value.indices == tuple(sorted(wrong))


def test_a_wrong_blinding_is_named():
    batch = [BATCH[0], replace(BATCH[1], blinding=BATCH[1].blinding + 1)]

    with pytest.raises(CommitmentError) as refused:
        verify_openings(batch, RANDOM, domain=DOMAIN)

    assert refused.value.indices == (1,)


def test_two_lies_that_cancel_in_a_plain_sum_are_both_found():
    first, second = BATCH[:2]
    up = replace(first, values=[first.values[0] + 1, *first.values[1:]])
    down = replace(second, values=[second.values[0] - 1, *second.values[1:]])

    with pytest.raises(CommitmentError) as refused:
        verify_openings([up, down], RANDOM, domain=DOMAIN)

    assert refused.value.indices == (0, 1)


def test_coefficients_are_drawn_for_each_opening_and_check():
    drawn: list[int] = []

    def counting(length: int) -> bytes:
        drawn.append(length)
        return RANDOM(length)

    verify_openings(BATCH[:5], counting, domain=DOMAIN)

    assert drawn == [16] * 5


def test_openings_of_different_lengths_are_refused():
    short = Opening(BATCH[0].commitment, BATCH[0].values[:-1], BATCH[0].blinding)

    with pytest.raises(OutOfRangeError):
        verify_openings([BATCH[0], short], RANDOM, domain=DOMAIN)


def test_no_secret_stands_in_the_representation():
    assert repr(BATCH[0]) == f"Opening(commitment={BATCH[0].commitment!r})"
