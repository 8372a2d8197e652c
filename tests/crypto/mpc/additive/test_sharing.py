"""Sums over any number of nodes, of which all but one may talk to each other."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.mpc.additive.sharing import Seat, Summand, combine, split
from crypto.randomness import stream

VALUES = st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=6)


@given(VALUES, st.integers(2, 16))
def test_all_summands_together_are_the_values(values, nodes):
    assert combine(split(values, nodes)) == values


@given(VALUES, VALUES, st.integers(2, 5), st.integers(-1000, 1000))
def test_sums_and_public_factors_are_local(left, right, nodes, factor):
    count = min(len(left), len(right))
    ones, others = split(left[:count], nodes), split(right[:count], nodes)
    seats = [Seat(role, nodes) for role in range(nodes)]
    public = goldilocks.from_integers(range(count))

    sums = [
        (Summand(seat, one).scale(factor) + Summand(seat, other) - Summand(seat, one)).plus(public).total()
        for seat, one, other in zip(seats, ones, others, strict=True)
    ]

    clear = sum((factor - 1) * x + y + k for k, (x, y) in enumerate(zip(left, right, strict=False)))
    assert (combine([each.values for each in sums])[0] - clear) % goldilocks.PRIME == 0


@pytest.mark.parametrize("missing", range(4))
def test_all_summands_but_one_say_nothing(missing):
    """The same randomness, another value: one node's summand takes all of the difference, whoever it is."""
    views = []
    for value in (3, 2**40):
        summands = split([value] * 2000, 4, stream(bytes(32), "split"))
        rest = reduce(goldilocks.add, [each for role, each in enumerate(summands) if role != missing])
        views.append(rest)

    tops = [np.bincount((view >> np.uint64(60)).astype(np.int64), minlength=16) for view in views]

    # 2,000 draws in 16 cells: each far from its expectation of 125 by less than six deviations.
    assert all(np.abs(counts - 125).max() < 66 for counts in tops)


def test_public_factors_weigh_each_value():
    summands = split([5, 7], 3)

    weighed = [Summand(Seat(0, 3), each).weigh(goldilocks.from_integers([2, -3])).values for each in summands]

    assert combine(weighed) == [10, -21]


@pytest.mark.parametrize("nodes", [0, 1, 17])
def test_one_node_alone_or_too_many_are_refused(nodes):
    with pytest.raises(OutOfRangeError):
        split([1], nodes)


def test_a_role_outside_of_the_nodes_is_refused():
    with pytest.raises(OutOfRangeError):
        Seat(3, 3)


def test_summands_of_different_lengths_are_refused():
    with pytest.raises(ShareError):
        combine([goldilocks.stacked([1]), goldilocks.stacked([1, 2])])


def test_one_summand_alone_is_refused():
    with pytest.raises(ShareError):
        combine([goldilocks.stacked([1])])


def test_a_word_that_is_no_element_is_refused():
    with pytest.raises(MalformedError):
        combine([goldilocks.stacked([1]), np.array([goldilocks.PRIME], dtype=np.uint64)])
