"""Groups found on shares are those that the same iteration finds in the clear."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.clusters import Plan, cluster, means
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, parties, play, share_elements

BITS = 6


def run(table, plan):
    flat = [value for column in table for value in column]
    shares = [each.reshape(len(table), -1) for each in share_elements(flat)]
    return play([cluster(party, shares[party.role], plan) for party in parties()])


def opened(played):
    sums = opened_elements([result.sums for result in played.results])
    return sums, opened_elements([result.counts for result in played.results])


def assigned(records, centres):
    """Sums and counts of the records that are nearest to each centre."""
    sums, counts = [[0] * len(centres[0]) for _ in centres], [0] * len(centres)
    for record in records:
        distances = [
            sum((one - other) ** 2 for one, other in zip(record, centre, strict=True)) for centre in centres
        ]
        place = distances.index(min(distances))
        counts[place] += 1
        sums[place] = [total + value for total, value in zip(sums[place], record, strict=True)]
    return sums, counts


def plain(table, plan):
    """The same iteration on integers."""
    records, centres = list(zip(*table, strict=True)), plan.centres
    sums, counts = assigned(records, centres)
    for _ in range(plan.iterations - 1):
        centres = [
            [
                (2 * (total + old) + count + 1) // (2 * (count + 1))
                for total, old in zip(group, centre, strict=True)
            ]
            for group, count, centre in zip(sums, counts, centres, strict=True)
        ]
        sums, counts = assigned(records, centres)
    return [value for group in sums for value in group], counts


BLOBS = ((3, 5, 4, 50, 55, 52, 20, 22), (10, 12, 9, 40, 44, 41, 60, 63))


@pytest.mark.parametrize("iterations", [1, 3])
def test_the_groups_are_those_of_the_iteration_in_the_clear(iterations):
    plan = Plan(((0, 0), (40, 40), (63, 63)), 8, BITS, iterations)

    played = run(BLOBS, plan)

    assert opened(played) == plain(BLOBS, plan)


@settings(max_examples=6)
@given(
    st.lists(st.tuples(st.integers(0, 63), st.integers(0, 63)), min_size=1, max_size=70),
    st.lists(st.tuples(st.integers(0, 63), st.integers(0, 63)), min_size=2, max_size=4),
)
def test_any_records_and_any_starting_centres(records, centres):
    table = tuple(zip(*records, strict=True))
    plan = Plan(tuple(centres), len(records), BITS, 2)

    assert opened(run(table, plan)) == plain(table, plan)


def test_an_empty_group_keeps_its_centre_and_stays_empty():
    plan = Plan(((5, 11), (63, 0)), 3, BITS, 3)
    table = tuple(column[:3] for column in BLOBS)

    sums, counts = opened(run(table, plan))

    assert counts == [3, 0]
    assert sums == [12, 31, 0, 0]


def test_a_tie_goes_to_the_earlier_centre():
    plan = Plan(((10,), (20,), (10,)), 2, BITS, 1)

    assert opened(run(((15, 10),), plan)) == ([25, 0, 0], [2, 0, 0])


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_whatever_the_records(role):
    plan = Plan(((0, 0), (40, 40)), 8, BITS, 2)

    lengths = [
        [len(body) for body in run(table, plan).received(role)] for table in (BLOBS, ((0,) * 8, (63,) * 8))
    ]

    assert lengths[0] == lengths[1]


def test_the_buyer_divides_sums_by_counts():
    assert means([10, 20, 0, 0, 9, 3], [4, 0, 3]) == [(2.5, 5.0), None, (3.0, 1.0)]


@pytest.mark.parametrize(("sums", "counts"), [([1, 2, 3], [1, 2]), ([1], [])])
def test_sums_that_do_not_fit_their_counts_are_refused(sums, counts):
    with pytest.raises(OutOfRangeError):
        means(sums, counts)


@pytest.mark.parametrize(
    "arguments",
    [
        {"centres": ((1, 2),)},
        {"centres": ((1,),) * 33},
        {"centres": ((1, 2), (1,))},
        {"centres": ((), ())},
        {"centres": ((1,), (64,))},
        {"centres": ((1,), (-1,))},
        {"records": 0},
        {"feature_bits": 17},
        {"iterations": 0},
        {"iterations": 101},
    ],
    ids=range(10),
)
def test_plans_out_of_range_are_refused(arguments):
    with pytest.raises(OutOfRangeError):
        Plan(**{"centres": ((1,), (2,)), "records": 5, "feature_bits": 6, "iterations": 1, **arguments})


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(OutOfRangeError):
        run(BLOBS, Plan(((0, 0), (40, 40)), 7, BITS, 1))


@pytest.mark.slow
def test_a_thousand_records_of_sixteen_bits():
    rng = np.random.default_rng(1)
    table = tuple(tuple(column) for column in rng.integers(0, 2**16, (7, 1000)).tolist())
    plan = Plan(tuple(tuple(row) for row in rng.integers(0, 2**16, (4, 7)).tolist()), 1000, 16, 2)

    assert opened(run(table, plan)) == plain(table, plan)
