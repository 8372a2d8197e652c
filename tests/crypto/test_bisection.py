"""A search finds exactly what is wrong, and liars cannot make it cost more than is stated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.bisection import SearchCosts, find_wrong

COSTS = SearchCosts(one_by_one=4, most_checks=3, overhead=5)


class Batch:
    """Items of which some are wrong, and what checking them has cost."""

    def __init__(self, wrong):
        self.wrong, self.sets, self.halving = set(wrong), [], 0

    def holds(self, places):
        assert places
        self.sets.append(len(places))
        if len(places) > 1:
            self.halving += len(places) + COSTS.overhead
        return not self.wrong & set(places)


@given(st.sets(st.integers(0, 299), min_size=1))
def test_exactly_the_wrong_ones_are_found_in_order(wrong):
    batch = Batch(wrong)

    assert find_wrong(range(300), batch.holds, COSTS) == sorted(wrong)


@given(st.sets(st.integers(0, 299), min_size=1))
def test_halving_costs_no_more_than_the_stated_multiple_of_the_first_check(wrong):
    batch = Batch(wrong)

    find_wrong(range(300), batch.holds, COSTS)

    assert batch.halving <= COSTS.most_checks * 300


def test_a_naive_search_would_cost_a_multiple_of_checking_one_by_one():
    liars, naive = Batch(range(1024)), SearchCosts(one_by_one=1, most_checks=1000, overhead=5)
    bounded = Batch(range(1024))

    find_wrong(range(1024), liars.holds, naive)
    find_wrong(range(1024), bounded.holds, COSTS)

    assert liars.halving > 10 * 1024
    assert bounded.halving <= 3 * 1024


@pytest.mark.parametrize("place", [0, 511, 1023])
def test_one_lie_costs_about_two_checks_of_everything(place):
    batch = Batch({place})

    assert find_wrong(range(1024), batch.holds, COSTS) == [place]
    assert sum(batch.sets) < 2.1 * 1024


def test_places_need_not_start_at_nothing_nor_be_without_gaps():
    assert find_wrong([7, 30, 31, 90, 91, 95], Batch({31, 95}).holds, COSTS) == [31, 95]
