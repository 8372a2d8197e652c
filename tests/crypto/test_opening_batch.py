"""A batch passes if every opening is right; else all who lied are named, at a bounded cost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.commitments import Opening, commit
from crypto.curve import ORDER, combine
from crypto.errors import CommitmentError, OutOfRangeError
from crypto.multiexp import Coefficients
from crypto.opening_batch import (
    COEFFICIENT_BYTES,
    ListedOpenings,
    Rows,
    WeightedSums,
    verify_batch,
    verify_openings,
)
from crypto.randomness import random_below, stream

DOMAIN = "argonauta/test/1"
COLUMNS = 3


def openings(count: int, columns: int = COLUMNS) -> list[Opening]:
    random = stream(b"\x04" * 16, "openings")
    batch = []
    for _ in range(count):
        values = [random_below(2**80, random) - 2**79 for _ in range(columns)]
        blinding = random_below(ORDER, random)
        batch.append(Opening(commit(values, blinding, domain=DOMAIN), values, blinding))
    return batch


BATCH = openings(12)
LONG = openings(900, columns=1)


def coefficients():
    return stream(b"\x05" * 16, "coefficients")


def falsified(opening: Opening, difference: int = 1) -> Opening:
    return replace(opening, values=[*opening.values[:-1], opening.values[-1] + difference])


def with_lies(batch: Sequence[Opening], wrong: set[int]) -> list[Opening]:
    return [falsified(opening) if index in wrong else opening for index, opening in enumerate(batch)]


def named(batch: Sequence[Opening]) -> tuple[int, ...]:
    """Whose openings a batch check finds wrong."""
    try:
        verify_openings(batch, coefficients(), domain=DOMAIN)
    except CommitmentError as refused:
        return refused.indices
    return ()


def passes_without_coefficients(batch: Sequence[Opening]) -> bool:
    """The naive check: does the product of the commitments open to the sums of the values?"""
    values = [sum(column) for column in zip(*(opening.values for opening in batch), strict=True)]
    blinding = sum(opening.blinding for opening in batch)
    return commit(values, blinding, domain=DOMAIN) == combine(opening.commitment for opening in batch)


class Counted(ListedOpenings):
    """A batch that counts what a check does with it."""

    def __init__(self, batch: Sequence[Opening]) -> None:
        super().__init__(batch)
        self.together: list[int] = []
        self.alone: list[int] = []

    def weighted_sums(self, rows: Rows, coefficients: Coefficients) -> WeightedSums:
        self.together.append(len(rows))
        return super().weighted_sums(rows, coefficients)

    def verify_one(self, row: int, *, domain: str) -> None:
        self.alone.append(row)
        super().verify_one(row, domain=domain)


def searched(batch: Sequence[Opening]) -> Counted:
    counted = Counted(batch)
    with pytest.raises(CommitmentError):
        verify_batch(counted, coefficients(), domain=DOMAIN)
    return counted


@pytest.mark.parametrize("size", [0, 1, 2, 12])
def test_a_batch_of_right_openings_passes(size):
    assert named(BATCH[:size]) == ()


@settings(max_examples=12)
@given(st.sets(st.integers(0, len(BATCH) - 1), min_size=1))
def test_every_wrong_opening_of_a_batch_is_named(wrong):
    assert named(with_lies(BATCH, wrong)) == tuple(sorted(wrong))


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(0, len(LONG) - 1), min_size=1, max_size=20))
def test_every_wrong_opening_of_a_long_batch_is_named(wrong):
    assert named(with_lies(LONG, wrong)) == tuple(sorted(wrong))


@pytest.mark.parametrize("difference", [1, -1, 2**64, 2**64 - 2**32 + 1, ORDER - 1, ORDER + 1])
def test_a_value_that_differs_modulo_the_order_is_named(difference):
    assert named([BATCH[0], falsified(BATCH[1], difference), BATCH[2]]) == (1,)


def test_a_value_that_differs_by_the_group_order_opens_and_must_be_caught_by_its_range():
    assert named([BATCH[0], falsified(BATCH[1], ORDER)]) == ()


@pytest.mark.parametrize("difference", [1, -1, ORDER // 2])
def test_a_wrong_blinding_is_named(difference):
    assert named([BATCH[0], replace(BATCH[1], blinding=BATCH[1].blinding + difference)]) == (1,)


def test_commitments_that_were_swapped_are_both_named():
    first, second = BATCH[:2]
    swapped = [
        replace(first, commitment=second.commitment),
        replace(second, commitment=first.commitment),
        BATCH[2],
    ]

    assert passes_without_coefficients(swapped)
    assert named(swapped) == (0, 1)


def test_lies_that_cancel_in_a_plain_sum_are_all_found():
    cancelling = [falsified(BATCH[0], 5), falsified(BATCH[1], -7), falsified(BATCH[2], 2), *BATCH[3:]]

    assert passes_without_coefficients(cancelling)
    assert named(cancelling) == (0, 1, 2)


def test_lies_that_cancel_under_coefficients_known_before_pass_so_these_are_drawn_after():
    def known(length: int) -> bytes:
        return b"".join(bytes((index + 1,)) + bytes(15) for index in range(length // COEFFICIENT_BYTES))

    cancelling = [falsified(BATCH[0], 2), falsified(BATCH[1], -1), *BATCH[2:]]

    verify_openings(cancelling, known, domain=DOMAIN)
    assert named(cancelling) == (0, 1)


def test_coefficients_of_128_bits_are_drawn_for_each_opening_and_anew_for_each_check():
    drawn: list[bytes] = []
    random = coefficients()

    def watched(length: int) -> bytes:
        drawn.append(random(length))
        return drawn[-1]

    with pytest.raises(CommitmentError):
        verify_openings(with_lies(LONG, {0, 899}), watched, domain=DOMAIN)

    assert [len(each) for each in drawn[:3]] == [16 * 900, 16 * 450, 16 * 450]
    assert len({each[:16] for each in drawn}) == len(drawn)


def test_one_lie_in_a_long_batch_is_found_by_halving():
    counted = searched(with_lies(LONG, {700}))

    # The second half is suspect because the first holds: it is halved without another check.
    assert counted.together[:3] == [900, 450, 225]
    assert sum(counted.together) < 3 * len(LONG)
    assert len(counted.alone) <= 120


@pytest.mark.parametrize(
    "wrong", [range(900), range(0, 900, 2), range(0, 900, 40)], ids=["all", "half", "some"]
)
def test_an_attacker_who_fills_a_batch_with_lies_makes_it_cost_hardly_more_than_one_by_one(wrong):
    counted = searched(with_lies(LONG, set(wrong)))

    # One check of all, at most eight times as much for the search, and everybody at most once by itself.
    assert sum(counted.together) + 500 * (len(counted.together) - 1) <= 9 * len(LONG)
    assert len(counted.alone) == len(set(counted.alone)) <= len(LONG)


def test_a_short_batch_that_fails_is_opened_one_by_one_at_once():
    counted = searched(with_lies(BATCH, {3}))

    assert counted.together == [12]
    assert counted.alone == list(range(12))


def test_openings_of_different_lengths_are_refused():
    short = Opening(BATCH[0].commitment, BATCH[0].values[:-1], BATCH[0].blinding)

    with pytest.raises(OutOfRangeError):
        verify_openings([BATCH[0], short], domain=DOMAIN)


def test_fresh_randomness_is_the_default():
    verify_openings(BATCH[:3], domain=DOMAIN)
    with pytest.raises(CommitmentError):
        verify_openings([falsified(BATCH[0]), falsified(BATCH[1], -1)], domain=DOMAIN)
