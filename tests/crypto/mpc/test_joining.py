"""Records of one person in two tables, readings of one window: public choices that shares follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import inner_product
from crypto.mpc.joining import join, newest, windows
from tests.crypto.mpc.trio import opened_elements, parties, play, share_elements

HANDLES = st.lists(st.binary(min_size=1, max_size=3), unique=True, max_size=12)


@given(HANDLES, HANDLES)
def test_a_join_pairs_exactly_the_people_of_both_tables(left, right):
    rows = join(left, right)

    people = [left[row] for row in rows.left]
    assert people == [right[row] for row in rows.right]
    assert people == sorted(set(left) & set(right))


def test_the_order_of_a_table_does_not_change_the_order_of_a_join():
    one, other = join([b"a", b"b", b"c"], [b"c", b"a"]), join([b"c", b"b", b"a"], [b"a", b"c"])

    assert one.left.tolist() == [0, 2]
    assert other.left.tolist() == [2, 0]


def test_a_person_who_stands_twice_is_refused():
    with pytest.raises(OutOfRangeError, match="which record counts"):
        join([b"a", b"a"], [b"a"])


def test_two_data_sets_are_multiplied_person_by_person():
    grades, pulses = share_elements([10, 20, 30], seed=b"g" * 32), share_elements([7, 5], seed=b"p" * 32)
    rows = join([b"ann", b"bob", b"eve"], [b"eve", b"ann"])

    joined = zip(parties(), grades, pulses, strict=True)
    results = play(
        [inner_product(party, left.take(rows.left), right.take(rows.right)) for party, left, right in joined]
    ).results

    assert opened_elements(results) == [10 * 5 + 30 * 7]


def test_windows_that_follow_each_other_hold_every_reading_once():
    moments = np.arange(100, 160, 7)

    masks = windows(moments, start=100, length=20, step=20, count=3)

    assert np.sum(masks, axis=0).tolist() == [1] * len(moments)
    assert masks[0].tolist() == [moment < 120 for moment in moments.tolist()]


def test_sliding_windows_overlap():
    masks = windows(np.array([0, 5, 9, 10, 14]), start=0, length=10, step=5, count=2)

    assert [mask.nonzero()[0].tolist() for mask in masks] == [[0, 1, 2], [1, 2, 3, 4]]


@pytest.mark.parametrize(("length", "step", "count"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_windows_of_nothing_are_refused(length, step, count):
    with pytest.raises(OutOfRangeError):
        windows(np.array([1]), start=0, length=length, step=step, count=count)


def test_a_corrected_reading_takes_the_place_of_the_first():
    rows = newest([b"s/1", b"s/2", b"s/1", b"s/1"], [0, 0, 2, 1])

    assert rows.tolist() == [2, 1]


@pytest.mark.parametrize(("keys", "versions"), [([b"a"], []), ([b"a", b"a"], [1, 1])])
def test_versions_that_do_not_tell_readings_apart_are_refused(keys, versions):
    with pytest.raises(OutOfRangeError):
        newest(keys, versions)
