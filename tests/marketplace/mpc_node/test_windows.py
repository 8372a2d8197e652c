"""Statistics in windows of a series, computed on shares, against the same in the clear."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.joining import asked_about
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from consent.windows import Windows
from crypto import goldilocks
from crypto.mpc.program import Program
from marketplace.mpc_node.computation import Needed
from marketplace.mpc_node.row_shares import made_holdings
from ssi.dataset import data_set
from ssi.joined import side_by_side
from tests.marketplace.mpc_node.menu import ask, only, records_of_exams, totals
from tests.marketplace.mpc_node.orders import manifest_for
from tests.marketplace.mpc_node.pairs import ACTIVITY, Half, contribution_of
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.town import Town

QUERY = Query("activity/1", Purpose.ACADEMIC_RESEARCH, (Statistic(StatisticKind.COUNT),), 20, Decimal(10))
FARTHEST = 6


def in_windows(kind, windows, series="steps"):
    return Statistic(StatisticKind(kind), series, windows=windows)


def wearers(people, seed=3):
    """People who wear a device; about one week in five is missing, and steps rise over the weeks."""
    draw = np.random.default_rng(seed)
    found = []
    for index in range(people):
        base = draw.integers(3000, 15_000)
        record = {"days_worn": int(draw.integers(40, 85)), "age_band": ("adult", "senior")[index % 2]}
        for week in range(1, 13):
            if draw.random() > 0.2:
                record[f"steps_{week:02d}"] = int(base + 100 * week + draw.integers(0, 800))
                record[f"resting_heart_rate_{week:02d}"] = int(draw.integers(50, 85))
        found.append(record)
    return found


PEOPLE = wearers(300)


def off(estimate, truth):
    """By how many of its own standard deviations an estimate is off."""
    assert estimate.value is not None
    assert estimate.noise_sd
    return abs(estimate.value - truth) / estimate.noise_sd


def readings(first, last, series="steps", people=PEOPLE):
    names = [f"{series}_{week:02d}" for week in range(first, last + 1)]
    return np.array([record[name] for record in people for name in names if name in record], dtype=float)


def exact_sums(query, people):
    """The opened cells of a computation from which the noise is taken off again."""
    described = asked_about(query)
    compiled = computation.compile(query, described, people)
    silent = replace(
        compiled,
        measures=tuple(
            replace(each, rho=type(each.rho)(0), variance=each.variance * 0) for each in compiled.measures
        ),
    )
    return [
        (cell.measure, cell.index, total)
        for cell, total in zip(silent.cells, totals(silent, described, people), strict=True)
    ]


@settings(max_examples=8)
@given(
    seed=st.integers(0, 2**32 - 1), first=st.integers(1, 4), length=st.integers(1, 5), step=st.integers(1, 4)
)
def test_counts_and_sums_in_each_window_are_those_in_the_clear(seed, first, length, step):
    people = wearers(25, seed)
    windows = Windows(first, length, step, 2)
    query = replace(QUERY, statistics=(in_windows("sum", windows), in_windows("histogram", windows)))
    sums = exact_sums(query, people)
    edges = [float(edge) for edge in data_set("activity/1").attribute("steps_01").bins]

    for window in windows.of("steps"):
        inside = readings(window.first, window.last, people=people)
        own = {
            (measure, index): total for measure, index, total in sums if measure.startswith(f"{window.name}.")
        }
        assert own[f"{window.name}.present", 0] == len(inside)
        assert own[f"{window.name}.value", 0] == inside.sum()
        bins, _ = np.histogram(inside, edges)
        assert [own[f"{window.name}.bin", index] for index in range(len(bins))] == list(bins)


def test_averages_in_windows_stand_as_near_as_their_noise_says():
    query = replace(QUERY, statistics=(in_windows("mean", Windows(1, 4, 4, 3)),))

    found = only(ask(query, asked_about(query), PEOPLE))

    assert [each.attribute for each in found] == ["steps@1-4", "steps@5-8", "steps@9-12"]
    for each, (first, last) in zip(found, [(1, 4), (5, 8), (9, 12)], strict=True):
        assert off(each, readings(first, last).mean()) < FARTHEST


def test_a_window_is_compared_between_groups_and_filtered_by_one_reading():
    query = replace(
        QUERY,
        statistics=(in_windows("count", Windows(1, 12, 1, 1), "resting_heart_rate"),),
        group_by="age_band",
        where=(Condition("days_worn", None, Decimal(60), Decimal(84)),),
    )

    answer = ask(query, asked_about(query), PEOPLE)

    for row in answer.rows:
        chosen = [each for each in PEOPLE if each["age_band"] == row.group and each["days_worn"] >= 60]
        truth = len(readings(1, 12, "resting_heart_rate", chosen))
        (estimate,) = row.estimates
        assert off(estimate, truth) < FARTHEST


def test_a_checked_run_in_windows_gives_the_same():
    query = replace(QUERY, statistics=(in_windows("sum", Windows(2, 3, 3, 2)),), verified=True)

    sums = {(measure, index): total for measure, index, total in exact_sums(query, PEOPLE[:30])}

    assert sums["steps@2-4.value", 0] == readings(2, 4, people=PEOPLE[:30]).sum()


def test_windows_of_a_joined_record_are_those_in_the_clear():
    exams = records_of_exams(30)
    people = [
        side_by_side(exam, activity, "activity/1") for exam, activity in zip(exams, PEOPLE[:30], strict=True)
    ]
    query = replace(
        QUERY,
        data_set="exam/1",
        join="activity/1",
        statistics=(in_windows("sum", Windows(1, 6, 6, 2), "activity/1#steps"),),
    )

    sums = {measure: total for measure, _, total in exact_sums(query, people)}

    assert sums["activity/1#steps@1-6.value"] == readings(1, 6, people=PEOPLE[:30]).sum()
    assert sums["activity/1#steps@7-12.value"] == readings(7, 12, people=PEOPLE[:30]).sum()


def test_noise_grows_with_the_readings_of_one_person_in_a_window():
    short, long = (
        computation.compile_groups(query, asked_about(query), groups=(None,), people=50)
        for query in (
            replace(QUERY, statistics=(in_windows("mean", Windows(1, length, 1, 1)),)) for length in (1, 12)
        )
    )

    assert long.measures[1].sensitivity == 12 * short.measures[1].sensitivity
    assert float(long.measures[1].variance) == pytest.approx(
        144 * float(short.measures[1].variance), rel=1e-2
    )


@pytest.fixture
def wearing(town: Town) -> list[Half]:
    """Twelve people whose activity rests with three nodes."""
    crowd = [Half(ACTIVITY, index, allows=False) for index in range(1, 13)]
    for name in NAMES:
        verdicts = town.contribute(name, *map(contribution_of, crowd))
        assert all(each["accepted"] for each in verdicts), verdicts
    return crowd


def test_three_nodes_make_the_columns_of_windows_from_the_shares_that_they_hold(
    town: Town, wearing: list[Half]
):
    statistics = (in_windows("sum", Windows(1, 6, 6, 2)),)
    query = replace(QUERY, statistics=statistics, epsilon=Decimal("1.0"), floor=10)
    named = {half.consent_id: contribution_of(half).inputs_digest for half in wearing}

    ended = town.run(manifest_for([], query, contributions=named))

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert {each["admitted"] for each in ended.values()} == {12}


@pytest.mark.parametrize("form", ["elements", "integers"])
def test_the_shares_of_a_window_are_shares_of_the_sum_of_its_readings(
    town: Town, wearing: list[Half], form: str
):
    query = replace(QUERY, statistics=(in_windows("sum", Windows(1, 6, 6, 2)),))
    described = asked_about(query)
    columns = (*range(len(described.columns)),)
    needed = Needed(columns, columns, Program(()))
    manifest = SimpleNamespace(query=query, partners={}, rows=())
    rows = [half.consent_id for half in wearing]
    tables = [
        getattr(
            made_holdings(
                town.nodes[name].contributions,
                SimpleNamespace(role=role, manifest=manifest, data_set=described),  # type: ignore[arg-type]
                rows,
                needed,
            ),
            form,
        )
        for role, name in enumerate(NAMES)
    ]

    modulus = goldilocks.PRIME if form == "elements" else 2**64
    for place, half in enumerate(wearing):
        opened = [
            sum(int(table.shares.first[column, place]) for table in tables) % modulus for column in columns
        ]
        assert tuple(opened) == described.encode(half.values)
        assert all(
            np.array_equal(tables[role].shares.second, tables[(role + 1) % 3].shares.first)
            for role in range(3)
        )
