"""Points in a block of memory add up as the same points one by one."""

import numpy as np
import pytest

from crypto.curve import INFINITY, Point, combine, hash_to_point
from crypto.point_block import PointBlock, addresses_of, sum_at

POINTS = [hash_to_point("block", index) for index in range(6)]


def at(block: PointBlock, index: int) -> Point:
    return sum_at(block.addresses[index : index + 1])


def test_points_at_addresses_add_up():
    assert sum_at(addresses_of(POINTS)) == combine(POINTS)


def test_infinity_stands_nowhere_and_adds_nothing():
    addresses = addresses_of([INFINITY, POINTS[0], INFINITY])

    assert addresses[0] == addresses[2] == 0
    assert sum_at(addresses) == POINTS[0]
    assert sum_at(addresses[:1]) == INFINITY
    assert sum_at(addresses[:0]) == INFINITY


def test_the_same_point_twice_is_doubled_and_its_opposite_takes_it_off():
    twice, opposite = addresses_of([POINTS[0]] * 2), -POINTS[0]

    assert sum_at(twice) == POINTS[0].multiply_public(2)
    assert sum_at(addresses_of([POINTS[0], opposite])) == INFINITY


def test_a_stored_point_is_found_in_its_place():
    block = PointBlock.of_size(3)

    assert block.store(1, POINTS[2])
    assert not block.store(2, INFINITY)
    assert at(block, 1) == POINTS[2]


def test_a_stored_sum_is_found_in_its_place():
    block, sources = PointBlock.of_size(2), addresses_of(POINTS)

    assert block.store_sum(1, sources[:4])
    assert at(block, 1) == combine(POINTS[:4])
    assert not block.store_sum(0, addresses_of([POINTS[0], -POINTS[0]])[:0])


def test_groups_are_summed_each_into_its_place():
    opposite = -POINTS[3]
    sources = addresses_of([*POINTS[:4], opposite, POINTS[5]])
    block = PointBlock.of_size(4)

    where = block.store_group_sums(sources, [0, 0, 3, 5, 6])

    assert where[0] == where[2] == 0
    assert where[1] == block.addresses[1]
    assert where[3] == sources[5]
    assert sum_at(where[1:2]) == combine(POINTS[:3])
    assert sum_at(where) == combine([*POINTS[:3], POINTS[5]])


@pytest.mark.parametrize("step", [1, 2, -1])
def test_addresses_may_be_any_selection(step):
    addresses = addresses_of(POINTS)[::step]

    assert sum_at(addresses) == combine(POINTS[::step])
    assert not np.shares_memory(addresses_of(POINTS), addresses)
