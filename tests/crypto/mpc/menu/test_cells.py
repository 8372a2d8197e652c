"""Sums with filters and noise: against the clear, and against a role that lies."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.menu.plan import Draw, Filter, Following, Plan
from crypto.mpc.partitions import TablePartition, local_sums
from crypto.mpc.program import LinearCell, ProductCell, Program
from tests.crypto.mpc.menu.plans import NOTHING, held, results, transcript
from tests.crypto.mpc.trio import flip

RANDOM = np.random.default_rng(11)
X, Y = (RANDOM.integers(0, 1000, 200) for _ in range(2))
FLAG = RANDOM.integers(0, 2, 200)
ROWS = np.arange(200) % 3 == 0
COLUMNS = [column.tolist() for column in (X, Y, FLAG)]
PROGRAM = Program(
    (LinearCell(0), ProductCell(0, 1), LinearCell(1, ROWS), ProductCell(1, 1, ROWS), ProductCell(2, 0))
)


def _clear(mask):
    return [
        int((X * mask).sum()),
        int((X * Y * mask).sum()),
        int((Y * mask)[ROWS].sum()),
        int((Y * Y * mask)[ROWS].sum()),
        int((FLAG * X * mask).sum()),
    ]


@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
@pytest.mark.parametrize("integers", [True, False], ids=["integers", "elements"])
def test_cells_count_those_who_meet_every_filter(integers, verified):
    filters = (Filter(2, 1, 1, 1), Filter(0, 10, 200, 700))
    plan = Plan(200, PROGRAM, filters=filters, verified=verified)

    mask = (FLAG == 1) & (X >= 200) & (X <= 700)
    assert results(plan, held(COLUMNS, integers=integers)) == _clear(mask)


@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
def test_without_filters_everybody_counts(verified):
    assert results(Plan(200, PROGRAM, verified=verified), held(COLUMNS)) == _clear(np.ones(200, dtype=int))


def summed(plan: Plan, holdings: list[Holdings], pieces: int) -> list[Holdings]:
    """The holdings of roles that summed up beforehand what they can, and hold no column just for that."""
    found = []
    for role, each in enumerate(holdings):
        shares = each.elements.shares
        order = np.array_split(np.roll(np.arange(plan.records), role), pieces + role)
        parts = [
            TablePartition(places, Shares(*(np.ascontiguousarray(half[:, places]) for half in shares)))
            for places in order
        ]
        sums = local_sums(plan.summed, parts, records=plan.records)
        columns = Table(plan.gathered, Shares(*each.elements.rows(plan.gathered)))
        found.append(Holdings(columns, each.integers, sums))
    return found


@pytest.mark.parametrize("filters", [(), (Filter(2, 1, 1, 1),)], ids=["everybody", "filtered"])
@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
@given(st.integers(1, 20))
@settings(max_examples=5)
def test_roles_that_summed_up_before_find_what_gathered_columns_give(verified, filters, pieces):
    plan = Plan(200, PROGRAM, filters=filters, verified=verified)
    holdings = held(COLUMNS)
    early = summed(plan, holdings, pieces)

    whole, mixed = transcript(plan, holdings), transcript(plan, [early[0], holdings[1], early[2]])

    assert results(plan, early) == results(plan, holdings)
    assert [each.first.tolist() for each in mixed.results] == [each.first.tolist() for each in whole.results]


def test_what_is_summed_before_needs_no_columns_and_what_is_verified_needs_its_factors():
    plain, verified = Plan(200, PROGRAM), Plan(200, PROGRAM, verified=True)
    filtered = Plan(200, PROGRAM, filters=(Filter(2, 1, 1, 1),))

    assert (plain.gathered, len(plain.summed.cells)) == ((), 5)
    assert (verified.gathered, len(verified.summed.cells)) == ((0, 1, 2), 2)
    assert (filtered.gathered, filtered.summed.cells) == ((0, 1, 2), ())


@pytest.mark.parametrize("number", range(1, 4))
def test_a_verified_product_is_not_taken_from_what_a_role_summed_up(number):
    """A role that shifts its part of a product is found out, whatever it says that it summed up."""
    plan = Plan(200, Program((ProductCell(0, 1),)), verified=True)
    early = summed(plan, held(COLUMNS), 3)

    with pytest.raises(ProtocolError):
        results(plan, early, tamper=flip(number, 2, 1))


@given(st.integers(0, 1023), st.integers(0, 1023))
@settings(max_examples=20)
def test_any_range_counts_who_is_in_it(least, most):
    plan = Plan(200, Program((LinearCell(2),)), filters=(Filter(0, 10, least, most),))

    assert results(plan, held(COLUMNS)) == [int(FLAG[(least <= X) & (most >= X)].sum())]


def test_a_filter_on_a_missing_value_is_not_met():
    plan = Plan(200, Program((LinearCell(0),)), filters=(Filter(1, 10, 0, 1023, presence=2),))

    assert results(plan, held(COLUMNS)) == [int(X[FLAG == 1].sum())]


def test_a_filter_may_ask_for_zero():
    plan = Plan(200, Program((LinearCell(0),)), filters=(Filter(2, 1, 0, 0),))

    assert results(plan, held(COLUMNS)) == [int(X[FLAG == 0].sum())]


def test_noise_follows_the_noise_of_other_cells():
    draws = (Draw((0, 1), 1, Fraction(1, 1000)), Draw((2,), 50, Fraction(1, 10)))
    followings = (Following(2, 7, 0), Following(2, -3, 1), Following(3, 2, 2))
    program = Program(tuple(LinearCell(0) for _ in range(4)))
    plain = Plan(200, program, draws=draws)
    following = Plan(200, program, draws=draws, followings=followings)
    total = int(X.sum())

    alone = [value - total for value in results(plain, held(COLUMNS))]
    noise = [value - total for value in results(following, held(COLUMNS))]

    assert noise[:2] == alone[:2]
    assert noise[2] == alone[2] + 7 * alone[0] - 3 * alone[1]
    assert noise[3] == 2 * noise[2]
    assert 0 not in noise


def test_noise_is_the_same_for_the_same_keys_and_new_for_others():
    plan = Plan(200, Program((LinearCell(0),)), draws=(Draw((0,), 1000, Fraction(1, 100)),))

    drawn = [results(plan, held(COLUMNS), noise=name) for name in ("one", "one", "two")]

    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("number", range(1, 12))
def test_a_lie_anywhere_stops_a_verified_run(number):
    plan = Plan(200, PROGRAM, filters=(Filter(0, 10, 200, 700),), verified=True)

    with pytest.raises(ProtocolError):
        results(plan, held(COLUMNS), tamper=flip(number, 2, 1))


def test_nobody_learns_a_digit_of_the_noise_by_flipping_it_the_second_time():
    """Two answers with the same noise would differ by the digit that was flipped in one of them."""
    plan = Plan(200, Program((LinearCell(0),)), draws=(Draw((0,), 1, Fraction(1, 100)),))

    results(plan, held(COLUMNS))
    with pytest.raises(ProtocolError):
        results(plan, held(COLUMNS), liar=True)


NOISED = Plan(
    200,
    Program((ProductCell(0, 1),)),
    filters=(Filter(0, 10, 200, 700),),
    draws=(Draw((0,), 1000, Fraction(1, 100)),),
)


@pytest.mark.parametrize("number", range(1, 25))
def test_nobody_learns_whether_one_person_counts_by_changing_it_the_second_time(number):
    """Whatever is lied about, the run stops, or what both holders say of the result differs."""
    with pytest.raises((ProtocolError, AssertionError)):
        results(NOISED, held(COLUMNS), tamper=flip(number, 1, 0))


def test_a_run_of_nothing_finds_nothing():
    assert results(Plan(200, NOTHING), held(COLUMNS)) == []


@pytest.mark.parametrize("records", [199, 201])
def test_other_records_than_planned_are_refused(records):
    with pytest.raises(OutOfRangeError, match="records"):
        results(Plan(records, PROGRAM), held(COLUMNS))


def test_a_column_that_is_not_held_is_refused():
    with pytest.raises(OutOfRangeError, match="not among those held"):
        results(Plan(200, Program((LinearCell(3),))), held(COLUMNS))


@pytest.mark.parametrize(
    "tables",
    [
        (np.zeros((2, 5), dtype=np.uint64), np.zeros((2, 6), dtype=np.uint64)),
        (np.zeros((2, 5), dtype=np.uint64), np.zeros((2, 5), dtype=np.int64)),
        (np.zeros((3, 5), dtype=np.uint64), np.zeros((3, 5), dtype=np.uint64)),
        (np.zeros(5, dtype=np.uint64), np.zeros(5, dtype=np.uint64)),
    ],
)
def test_tables_of_another_form_are_refused(tables):
    with pytest.raises(OutOfRangeError):
        Table((0, 1), Shares(*tables))


def test_shares_stay_out_of_what_is_printed():
    (first, *_) = held(COLUMNS)

    assert str(int(first.elements.shares.first[0, 0])) not in repr(first)
    assert isinstance(first, Holdings)


def test_rounds_do_not_depend_on_the_number_of_records():
    rounds = set()
    for records in (70, 200):
        plan = Plan(records, Program((LinearCell(0),)), filters=(Filter(0, 10, 5, 500),))
        rounds.add(transcript(plan, held([column[:records] for column in COLUMNS])).rounds)

    assert len(rounds) == 1
