"""The place of a fraction among a secret number of records is decided by a sign."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.integers import Integers
from crypto.mpc.places import Questions
from tests.crypto.mpc.trio import opened_integers, share_integers

FRACTIONS = st.fractions(0, 1, max_denominator=1000)


def integers(values):
    return [Integers(role, *pair) for role, pair in enumerate(share_integers(values))]


@given(
    st.lists(FRACTIONS, min_size=1, max_size=3),
    st.lists(st.integers(0, 1000), min_size=1, max_size=3),
    st.data(),
)
def test_a_distance_is_negative_where_the_place_is_below_the_count(fractions, sizes, data):
    questions = Questions.of(fractions, len(sizes), 1000)
    answers = len(fractions) * len(sizes)
    counts = data.draw(st.lists(st.integers(0, 1000), min_size=2 * answers, max_size=2 * answers))

    places = [questions.places(size) for size in integers(sizes)]
    distances = [questions.distances(*pair) for pair in zip(places, integers(counts), strict=True)]

    found = [value - 2**64 if value >= 2**63 else value for value in opened_integers(distances)]
    wanted = [(size, fraction) for size in sizes for fraction in fractions] * 2
    for distance, count, (size, fraction) in zip(found, counts, wanted, strict=True):
        assert -(2 ** (questions.bits - 1)) <= distance < 2 ** (questions.bits - 1)
        if size:
            assert (distance >= 0) == (int(fraction * (size - 1)) >= count)
        else:
            assert distance < 0


@pytest.mark.parametrize(
    ("fractions", "records"),
    [
        ((), 10),
        ((Fraction(3, 2),), 10),
        ((Fraction(-1, 2),), 10),
        ((Fraction(1, 2**60),), 10),
        ((Fraction(0),), 2**31),
    ],
    ids=["none", "above 1", "below 0", "too fine", "too many records"],
)
def test_fractions_out_of_range_are_refused(fractions, records):
    with pytest.raises(OutOfRangeError):
        Questions.of(fractions, 1, records)


def test_no_count_is_part_of_a_question():
    questions = Questions.of([Fraction(1, 2), Fraction(0)], 2, 9)

    assert questions.numerators.tolist() == [1, 1, 1, 1]
    assert questions.denominators.tolist() == [2, 10, 2, 10]
    assert np.unique(questions.denominators).size == questions.fractions
