"""Points added in lanes are the points of libsecp256k1, and an exceptional pair is noticed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE
from crypto.curve import INFINITY, hash_to_point
from crypto.curve_field import WORDS
from crypto.curve_lanes import (
    ROW_WORDS,
    add_lanes,
    double_lanes,
    fill_multiples,
    make_canonical,
    points_of,
    powers_of_two,
    rows_of,
)
from crypto.errors import CryptoError, OutOfRangeError

POINTS = [hash_to_point("lanes", index) for index in range(12)]
indices = st.lists(st.integers(0, 11), min_size=1, max_size=20)


def added(ones, others):
    sums, addends = rows_of(ones), rows_of(others)
    add_lanes(sums, addends, np.empty((len(sums), WORDS), dtype=np.uint64))
    make_canonical(sums)
    return points_of(sums)


@given(indices)
def test_points_survive_the_way_into_rows_and_back(picks):
    points = [POINTS[pick] for pick in picks]

    assert points_of(rows_of(points)) == points


@settings(max_examples=30)
@given(indices, st.integers(1, 11))
def test_every_lane_is_the_sum_of_its_pair(picks, distance):
    ones = [POINTS[pick] for pick in picks]
    others = [POINTS[(pick + distance) % 12] for pick in picks]

    assert added(ones, others) == [one + other for one, other in zip(ones, others, strict=True)]


def test_every_lane_doubles_its_point():
    rows = rows_of(POINTS)
    double_lanes(rows, np.empty((len(rows), WORDS), dtype=np.uint64))
    make_canonical(rows)

    assert points_of(rows) == [point + point for point in POINTS]


def test_multiples_count_up_from_the_point():
    rows = np.zeros((16, ROW_WORDS), dtype=np.uint64)
    rows[[0, 1, 3, 7, 15]] = rows_of(powers_of_two(POINTS[0], 5))

    fill_multiples(rows)

    assert points_of(rows) == [POINTS[0].multiply(number) for number in range(1, 17)]


@pytest.mark.parametrize("other", [POINTS[0], -POINTS[0]], ids=["equal", "opposite"])
def test_a_pair_that_cannot_be_added_spoils_all_lanes_and_is_noticed(other):
    with pytest.raises(CryptoError):
        added([POINTS[0], POINTS[1]], [other, POINTS[2]])


def test_rows_that_are_no_point_are_refused():
    rows = rows_of([BASE])
    rows[0, 0] ^= np.uint64(1)

    with pytest.raises(CryptoError):
        points_of(rows)


def test_infinity_has_no_row():
    with pytest.raises(OutOfRangeError):
        rows_of([BASE, INFINITY])
