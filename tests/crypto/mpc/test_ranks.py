"""Quantiles are those of the sorted plain values: ties, empty crowds and secret presence included."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.packing import everybody, pack_bits
from crypto.mpc.ranks import median, quantile_planes, quantiles
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, opened_planes, parties, run, share_planes, share_words

QUARTILES = (Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))


def at(values, fraction):
    """The value at a fraction of the sorted values; 0 if there are none."""
    return sorted(values)[int(fraction * (len(values) - 1))] if values else 0


def ranked(played):
    values, counts = ([getattr(role, name) for role in played.results] for name in ("values", "counts"))
    return opened_elements(values), opened_elements(counts)


def share_crowds(rows, records, *, dirty=False):
    words = pack_bits(np.array(rows).reshape(len(rows), records))
    if dirty:
        words = words | ~everybody(records)
    return share_words(words, records, b"c" * 16)


@st.composite
def stories(draw):
    """Bits, numbers with many ties, crowds of all sizes, fractions, and the width of a digit."""
    bits, records = draw(st.integers(1, 10)), draw(st.integers(1, 90))
    number = st.integers(0, 2**bits - 1)
    few = draw(st.lists(number, min_size=1, max_size=4))
    numbers = draw(st.lists(st.sampled_from(few) | number, min_size=records, max_size=records))
    presence = st.lists(st.booleans(), min_size=records, max_size=records)
    crowds = draw(st.lists(presence, min_size=1, max_size=3))
    fractions = draw(st.lists(st.fractions(0, 1, max_denominator=100), min_size=1, max_size=3))
    return bits, numbers, crowds, tuple(fractions), draw(st.integers(1, 4))


@given(stories())
@settings(max_examples=60)
def test_the_value_at_a_fraction_of_the_sorted_records_is_found(story):
    bits, numbers, crowds, fractions, width = story
    shares = share_planes(numbers, bits), share_crowds(crowds, len(numbers), dirty=True)

    values, counts = ranked(run(quantiles, *shares, fractions, digit_bits=width))

    inside = [[x for x, here in zip(numbers, crowd, strict=True) if here] for crowd in crowds]
    assert values == [at(members, fraction) for members in inside for fraction in fractions]
    assert counts == [len(members) for members in inside]


def test_ties_and_ends_are_what_they_should_be():
    numbers = [7, 3, 3, 9, 3, 0, 15]
    shares = share_planes(numbers, 4), share_crowds([[True] * 7], 7)

    assert ranked(run(quantiles, *shares, QUARTILES)) == ([0, 3, 3, 7, 15], [7])
    assert ranked(run(median, *shares)) == ([3], [7])


def test_the_lower_of_two_middle_values_is_the_median():
    shares = share_planes([4, 1, 3, 2], 3), share_crowds([[True] * 4], 4)

    assert ranked(run(median, *shares)) == ([2], [4])


def test_an_empty_crowd_has_value_0_and_count_0_like_no_other():
    nobody, zeros = [False] * 5, [True] * 5
    shares = share_planes([0, 0, 0, 0, 0], 6), share_crowds([nobody, zeros], 5)

    values, counts = ranked(run(quantiles, *shares, QUARTILES))

    assert values == [0] * 10
    assert counts == [0, 5]


def test_a_public_crowd_needs_no_other_protocol():
    crowd = pack_bits(np.array([[True, False, True, True]]))
    public = [Planes.public(role, 4, crowd) for role in ROLES]

    assert ranked(run(median, share_planes([9, 1, 4, 6], 4), public)) == ([6], [3])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_lengths_and_rounds_depend_on_the_width_of_a_digit_and_never_on_the_values(width):
    def played(numbers, crowd):
        shares = share_planes(numbers, 8), share_crowds([crowd], 100)
        return run(quantile_planes, *shares, (Fraction(1, 2),), digit_bits=width)

    one, other = played([255] * 100, [True] * 100), played(range(100), [False] * 100)

    for role in ROLES:
        assert list(map(len, one.received(role))) == list(map(len, other.received(role)))
    # One-hot digits; then for every level: reach, count in two rounds, a sign of 9 bits, and the choice.
    levels = -(-8 // width)
    assert one.rounds == max(2, (width - 1).bit_length()) + levels * (1 + 2 + 5 + 1) - 1


def test_questions_out_of_range_are_refused():
    party, numbers = parties()[0], share_planes([1, 2, 3], 4)[0]
    crowd, other = share_crowds([[True] * 3], 3)[0], share_crowds([[True] * 4], 4)[0]
    for protocol in (
        quantiles(party, numbers, other, (Fraction(1, 2),)),
        quantiles(party, numbers, crowd, ()),
        quantiles(party, numbers, crowd, (Fraction(5, 4),)),
        quantiles(party, numbers, crowd, (Fraction(1, 2),), digit_bits=5),
        quantiles(party, numbers, crowd, (Fraction(1, 2**61),)),
        median(party, numbers, other),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)


def test_the_planes_are_the_values_before_they_become_elements():
    shares = share_planes([5, 1, 4], 3), share_crowds([[True] * 3], 3)

    assert opened_planes(run(quantile_planes, *shares, QUARTILES).results) == [1, 1, 4, 4, 5]


@pytest.mark.slow
def test_the_median_of_200_000_records_is_found():
    numbers = np.random.default_rng(4).integers(0, 2**16, 200_001, dtype=np.uint64)
    crowd = np.random.default_rng(5).integers(0, 2, 200_001) == 1
    shares = share_planes(numbers, 16), share_crowds([crowd], 200_001)

    values, counts = ranked(run(median, *shares))

    assert values == [at(numbers[crowd].tolist(), Fraction(1, 2))]
    assert counts == [int(crowd.sum())]
