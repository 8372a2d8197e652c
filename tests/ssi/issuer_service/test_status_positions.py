"""Positions of a status list are given out in a secret order, each once."""

from itertools import pairwise

import pytest

from ssi.issuer_service.domain.status_positions import position

SIZE = 1024


@pytest.mark.parametrize("seed", [bytes(32), b"\x01" * 32])
def test_every_position_is_given_out_once(seed: bytes):
    assert sorted(position(seed, ordinal, SIZE) for ordinal in range(SIZE)) == list(range(SIZE))


def test_the_order_is_known_to_the_holder_of_the_seed_only():
    one, other = (
        [position(seed, ordinal, SIZE) for ordinal in range(SIZE)] for seed in (bytes(32), b"\x01" * 32)
    )

    assert one != other
    assert one != sorted(one)


def test_neighbours_in_time_are_no_neighbours_in_the_list():
    places = [position(bytes(32), ordinal, SIZE) for ordinal in range(SIZE)]
    steps = [abs(first - second) for first, second in pairwise(places)]

    assert sum(steps) / len(steps) > SIZE / 4  # a third of the list on average if the order is random
