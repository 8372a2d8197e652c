"""Statistics in windows of a series: what is asked, what it costs, what it is called."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.cells import of_part, sensitivity
from consent.computation import Computation, compile_groups
from consent.decision import decide
from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.policy import Permitted, Refusal, Refused
from consent.query import MOST_STATISTICS, Query, Statistic
from consent.query_check import check
from consent.vocabulary import Engine, Purpose, StatisticKind
from consent.windows import Windows
from consent.wording import describe_policy, describe_query, statistic_sentence
from crypto.errors import MalformedError
from crypto.mpc.joining import windows as windows_of_moments
from crypto.noise import rho_from_epsilon
from ssi.attribute import Part
from ssi.dataset import data_set
from tests.consent.examples import NOW, POLICY, USE, loose

ACTIVITY = data_set("activity/1")
QUARTERS = Windows(1, 4, 4, 3)
SLIDING = Windows(1, 4, 2, 5)


def about(kind, windows=QUARTERS, series="steps"):
    return Statistic(StatisticKind(kind), series, windows=windows)


def asking(*statistics, **changes):
    plain = Query("activity/1", Purpose.ACADEMIC_RESEARCH, statistics, 50, Decimal(1))
    return replace(plain, **changes)


MEANS = asking(about("mean"))


# What is asked


@given(first=st.integers(1, 20), length=st.integers(1, 12), step=st.integers(1, 12), count=st.integers(1, 16))
def test_windows_hold_the_readings_that_the_nodes_rule_for_moments_gives_them(first, length, step, count):
    windows = Windows(first, length, step, count)
    moments = np.arange(1, windows.last + 1, dtype=np.int64)

    masks = windows_of_moments(moments, start=first, length=length, step=step, count=count)

    assert [(each.first, each.last) for each in windows.of("steps")] == [
        (int(moments[mask][0]), int(moments[mask][-1])) for mask in masks
    ]


def test_a_query_in_windows_survives_its_document():
    query = asking(about("mean"), about("count", SLIDING), about("histogram", Windows(1, 12, 1, 1)))

    assert Query.from_json(query.to_json()) == query
    assert loose(query.to_json())["statistics"][0] == {
        "kind": "mean",
        "attribute": "steps",
        "windows": {"from": 1, "length": 4, "step": 4, "count": 3},
    }


@pytest.mark.parametrize(
    "change",
    [{"from": 0}, {"length": 0}, {"step": 0}, {"count": 0}, {"count": 17}, {"length": 100}, {"until": 3}],
)
def test_windows_of_another_form_are_refused(change):
    document = loose(MEANS.to_json())
    statistic = document["statistics"][0]
    statistic["windows"] = {**QUARTERS.to_json(), **change}

    with pytest.raises(MalformedError, match="windows"):
        Query.from_json({**document, "statistics": [statistic]})


def test_a_count_of_readings_names_its_series_and_a_count_of_people_nothing():
    document = MEANS.to_json()
    for statistic in (
        {"kind": "count", "attribute": "steps"},
        {"kind": "count", "windows": QUARTERS.to_json()},
    ):
        with pytest.raises(MalformedError, match="a count has no attribute"):
            Query.from_json({**document, "statistics": [statistic]})


def test_each_window_is_a_statistic_of_its_own():
    assert [each.attribute for each in MEANS.computed] == ["steps@1-4", "steps@5-8", "steps@9-12"]
    assert asking(Statistic(StatisticKind.COUNT)).computed == (Statistic(StatisticKind.COUNT),)


def test_a_query_depends_on_the_readings_that_fall_into_its_windows():
    assert asking(about("mean", Windows(2, 2, 4, 2))).attributes == {
        "steps_02",
        "steps_03",
        "steps_06",
        "steps_07",
    }


def test_every_reading_must_be_allowed():
    allowed = frozenset(f"steps_{week:02d}" for week in range(1, 13))
    policy = replace(
        POLICY, data_set="activity/1", attributes=allowed, statistics=frozenset({StatisticKind.MEAN})
    )
    use = replace(USE, query=MEANS)

    assert decide(policy, use, now=NOW) == Permitted()
    assert decide(replace(policy, attributes=allowed - {"steps_07"}), use, now=NOW) == Refused(
        Refusal.ATTRIBUTE_NOT_ALLOWED
    )


@pytest.mark.parametrize("kind", ["count", "sum", "mean", "variance", "sd", "histogram"])
def test_sums_over_readings_and_what_follows_from_them_are_computed_in_windows(kind):
    query = asking(about(kind))

    check(query, asked_about(query))


@pytest.mark.parametrize("kind", ["median", "minimum", "quantiles", "correlation", "k_means"])
def test_nothing_else_is_computed_in_windows(kind):
    query = asking(about(kind))

    with pytest.raises(QueryRefusedError, match="is not computed in windows"):
        check(query, asked_about(query))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (asking(about("mean", series="days_worn")), "has no series 'days_worn'"),
        (asking(about("mean", Windows(1, 4, 4, 4))), "has the readings 1 to 12"),
    ],
)
def test_windows_outside_of_a_series_are_refused_with_a_remedy(query, message):
    with pytest.raises(QueryRefusedError, match=message) as refused:
        asked_about(query)

    assert "within its readings" in refused.value.remedy


def test_windows_need_noise_because_not_everyone_has_every_reading():
    query = replace(MEANS, epsilon=None)

    with pytest.raises(QueryRefusedError, match="not everyone has"):
        check(query, asked_about(query))


def test_only_the_nodes_put_readings_into_windows():
    query = replace(MEANS, engine=Engine.PAILLIER)

    with pytest.raises(QueryRefusedError, match="by the nodes only"):
        check(query, asked_about(query))


def test_as_many_windows_as_statistics_can_be_asked_for():
    many = [about(kind, Windows(1, 1, 1, 12)) for kind in ("mean", "sum")]
    query = asking(*many)
    assert len(query.computed) > MOST_STATISTICS

    with pytest.raises(QueryRefusedError, match="for too much"):
        check(query, asked_about(query))


def test_one_window_is_not_asked_for_twice():
    query = asking(about("mean", Windows(1, 4, 4, 1)), about("mean", Windows(1, 4, 1, 1)))

    with pytest.raises(QueryRefusedError, match="twice"):
        check(query, asked_about(query))


# What it costs


@pytest.mark.parametrize(
    ("part", "each"), [(Part.PRESENT, 1), (Part.VALUE, 30_000), (Part.SQUARE, 30_000**2), (Part.BIN, 1)]
)
def test_one_person_can_change_a_window_by_all_her_readings_in_it(part, each):
    described = asked_about(MEANS)

    assert sensitivity(of_part(described.attribute("steps@1-4"), part)) == 4 * each
    assert sensitivity(of_part(described.attribute("steps_01"), part)) == each


@given(
    readings=st.lists(st.none() | st.integers(0, 60_000), min_size=12, max_size=12),
    windows=st.sampled_from([QUARTERS, SLIDING, Windows(1, 12, 1, 1), Windows(3, 1, 1, 8)]),
)
def test_a_person_leaving_changes_no_measure_by_more_than_its_sensitivity(readings, windows):
    """Over all windows, overlapping or not: each measure is charged for itself, and the charges add up."""
    query = asking(about("mean", windows), about("histogram", windows))
    described = asked_about(query)
    computation = compile_groups(query, described, groups=(None,), people=50)
    record = {"days_worn": 80, "age_band": "adult"}
    record |= {f"steps_{week:02d}": value for week, value in enumerate(readings, 1)}
    row = described.encode(record)
    own: dict[str, list[int]] = {}
    for cell in computation.cells:
        own.setdefault(cell.measure, []).append(row[cell.left])

    for measure in computation.measures:
        changed = list(own[measure.name])
        for follows in measure.follows:
            followed = own[follows.measure]
            changed = [one - follows.factor * each for one, each in zip(changed, followed, strict=True)]
        assert sum(one**2 for one in changed) <= measure.sensitivity**2
    total = sum(measure.rho for measure in computation.measures)
    assert total <= rho_from_epsilon(Decimal(1))


def test_overlapping_windows_are_each_paid_for():
    apart, sliding = (
        compile_groups(query, asked_about(query), groups=(None,), people=50)
        for query in (asking(about("mean")), asking(about("mean", SLIDING)))
    )

    assert len(sliding.measures) == 10
    assert sliding.measures[0].rho < apart.measures[0].rho
    assert sliding.measures[0].rho * 10 == apart.measures[0].rho * 6


def test_the_document_of_windows_is_read_back_and_says_nothing_else():
    computation = compile_groups(MEANS, asked_about(MEANS), groups=(None,), people=50)

    assert Computation.from_json(computation.to_json()) == computation
    assert [each.attribute for each in computation.estimators] == ["steps@1-4", "steps@5-8", "steps@9-12"]


# Words


def test_windows_are_said_in_words_in_both_languages():
    query = asking(about("mean"), about("count", Windows(1, 1, 1, 1)))
    described = asked_about(query)

    assert describe_query(query, described, "en").startswith(
        "Average steps a day (weeks 1 to 4, weeks 5 to 8 and weeks 9 to 12)"
        " and number of readings of steps a day (week 1), over at least 50 people"
    )
    assert "„Schritte am Tag“ (Wochen 1 bis 4, Wochen 5 bis 8 und Wochen 9 bis 12)" in describe_query(
        query, described, "de"
    )
    assert statistic_sentence(query.statistics[1], described, "en") == (
        "Number of readings of steps a day (week 1)"
    )


def test_a_whole_series_is_named_once_in_a_policy():
    weeks = frozenset(f"steps_{week:02d}" for week in range(1, 13))
    policy = replace(POLICY, data_set="activity/1", attributes=weeks | {"days_worn"})

    assert describe_policy(policy, ACTIVITY, "en").parts == "This covers: days worn and steps a day."
    some = replace(policy, attributes=frozenset({"steps_01", "steps_02"}))
    assert describe_policy(some, ACTIVITY, "en").parts == (
        "This covers: steps a day, week 1 and steps a day, week 2."
    )
