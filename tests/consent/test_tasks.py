"""What runs inside: how it is planned, written down, and read back."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest

from consent import computation
from consent.answer import decode
from consent.computation import Computation
from consent.errors import QueryRefusedError
from consent.estimate import Withheld
from consent.foresight import foresee
from consent.query import Condition, Statistic
from consent.tasks import TaskKind
from consent.vocabulary import Engine, StatisticKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.noise import rho_from_epsilon
from tests.consent.examples import COUNT, EXAM, HEALTH, MEAN, QUERY, loose

EVERYONE = [{"school_type": "mixed"}] * 60
MEDIAN = Statistic(StatisticKind.MEDIAN, "exam_score")
ENDS = (Statistic(StatisticKind.MINIMUM, "exam_score"), Statistic(StatisticKind.MAXIMUM, "exam_score"))
QUARTILES = Statistic(
    StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))
)
TOP = Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2)
FITS = (
    Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score", "school_average")),
    Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=4),
)
FILTER = (Condition("sex", "female"), Condition("reading_score", None, Decimal("-0.0005"), Decimal(9)))


def _compiled(*statistics, rows=EVERYONE, **changes):
    return computation.compile(replace(QUERY, statistics=statistics, **changes), EXAM, rows)


def test_each_decision_of_a_walk_gets_its_part_of_the_share():
    compiled = _compiled(COUNT, QUARTILES, TOP)
    quantiles, top = compiled.tasks

    share = rho_from_epsilon(Decimal(1)) / 3
    assert [measure.rho for measure in compiled.measures] == [share]
    assert quantiles.bits == 13
    assert quantiles.rho == share / (13 * 3)
    assert quantiles.variance == 1 / (2 * quantiles.rho)
    assert top.rho == share


def test_all_noise_together_is_what_the_whole_query_promises():
    compiled = _compiled(COUNT, MEAN, MEDIAN, QUARTILES, TOP)

    spent = sum(Fraction(measure.sensitivity) ** 2 / (2 * measure.variance) for measure in compiled.measures)
    for task in compiled.tasks:
        draws = task.bits * len(task.fractions) if task.kind is TaskKind.QUANTILES else 1
        spent += draws / (2 * task.variance)
    assert 0 < spent <= rho_from_epsilon(Decimal(1))


def test_extremes_with_noise_stay_away_from_the_last_person():
    smallest, middle = _compiled(ENDS[0], MEDIAN).tasks

    assert smallest.margin >= 3 * sqrt(smallest.variance)
    assert middle.margin == 0


def test_an_exact_median_has_neither_margin_nor_noise():
    (middle,) = _compiled(MEDIAN, epsilon=None).tasks

    assert (middle.margin, middle.rho, middle.variance) == (0, 0, 0)


def test_private_groups_are_columns_and_public_ones_are_not():
    private = _compiled(MEDIAN, TOP, group_by="sex")
    public = _compiled(MEDIAN, group_by="school_type", floor=10)

    columns = tuple(EXAM.column("sex", "is", index) for index in range(2))
    assert [task.members for task in private.tasks] == [columns, columns]
    assert [task.members for task in public.tasks] == [()]


def test_whoever_has_no_value_is_not_in_the_crowd():
    median = Statistic(StatisticKind.MEDIAN, "total_cholesterol")
    query = replace(QUERY, data_set="health/1", statistics=(median,))

    (task,) = computation.compile(query, HEALTH, [{}] * 60).tasks

    assert task.presence == HEALTH.column("total_cholesterol", "present")


def test_private_conditions_become_filters_and_public_ones_rows():
    compiled = _compiled(COUNT, where=(*FILTER, Condition("school_type", "mixed")))

    sex, reading = compiled.filters
    assert (sex.column, sex.bits, sex.least, sex.most) == (EXAM.column("sex", "is", 0), 1, 1, 1)
    assert (reading.least, reading.most, reading.presence) == (4000, 8000, None)


def test_a_range_of_what_not_everyone_has_asks_for_presence():
    condition = Condition("sleep_hours", None, Decimal(0), Decimal(8))
    query = replace(QUERY, data_set="health/1", statistics=(COUNT,), where=(condition,))

    (found,) = computation.compile(query, HEALTH, [{}] * 60).filters

    assert found.presence == HEALTH.column("sleep_hours", "present")


def test_features_fill_the_range_they_have():
    regression, clusters = _compiled(*FITS, epsilon=None).tasks

    for feature, name in zip(regression.features, ("exam_score", "school_average"), strict=True):
        steps = EXAM.attribute(name).steps
        assert 250 < (steps - feature.offset) * feature.scale <= 256
    for feature in clusters.features:
        assert 1000 < 8000 * feature.scale <= 1023
    assert len(clusters.centres) == len(set(clusters.centres)) == 4
    assert all(0 <= value < 1024 for centre in clusters.centres for value in centre)


def test_more_noise_than_can_be_drawn_is_refused_with_a_remedy():
    wide = [
        Statistic(
            StatisticKind.QUANTILES,
            "exam_score",
            fractions=tuple(Decimal(10 * part + each) / 100 for each in range(9)),
        )
        for part in range(4)
    ]

    with pytest.raises(QueryRefusedError, match="too large to be drawn") as refused:
        _compiled(*wide, epsilon=Decimal("0.01"))

    assert "larger epsilon" in refused.value.remedy


def test_an_engine_that_these_nodes_do_not_have_is_refused():
    with pytest.raises(QueryRefusedError, match="functional"):
        _compiled(COUNT, engine=Engine.FUNCTIONAL)


COMPILED = {
    "places": _compiled(COUNT, *ENDS, MEDIAN, QUARTILES, TOP, where=FILTER, verified=True),
    "places of groups": _compiled(MEDIAN, TOP, group_by="sex"),
    "nothing but a task": _compiled(TOP),
    "fits": _compiled(*FITS, epsilon=None),
}


@pytest.mark.parametrize("compiled", COMPILED.values(), ids=COMPILED.keys())
def test_a_computation_with_tasks_survives_being_written(compiled):
    again = Computation.from_json(parse_json(canonical_json(compiled.to_json())))

    assert again == compiled
    assert again.digest == compiled.digest


def _task(place, **changes):
    return lambda document: document["tasks"][place].update(changes)


HOSTILE = {
    "a task less": lambda d: d["tasks"].pop(),
    "a task of another kind": _task(0, kind="top_categories"),
    "an unknown task": _task(0, kind="mode"),
    "a quantile of nothing": _task(0, columns=[]),
    "a quantile of two": _task(0, columns=[1, 2]),
    "a quantile at no place": _task(0, fractions=[]),
    "a quantile above all": _task(0, fractions=["1.5"]),
    "a fraction that is a number": _task(0, fractions=[0.5]),
    "a column that is none": _task(0, columns=[-1]),
    "a column that is text": _task(0, columns=["1"]),
    "no bits": _task(0, bits=0),
    "members of no group": _task(0, members=[1]),
    "another noise than its variance": _task(0, noise_variance=1.0),
    "a cost that is no fraction": _task(0, rho="1e-9"),
    "a variance by nothing": _task(0, variance="1/0"),
    "more categories than codes": _task(4, count=9),
    "other codes than labels": lambda d: d["tasks"][4]["columns"].pop(),
    "no margin": lambda d: d["tasks"][0].pop("margin"),
    "a member more": _task(0, note="x"),
    "features of a quantile": _task(0, features=[{"column": 1, "offset": 0, "multiplier": 1, "shift": 1}]),
    "centres without end": _task(0, centres=[[0] * 9]),
    "centres that are text": _task(0, centres=["x"]),
    "a centre out of range": _task(0, centres=[[1024]]),
    "a statistic of no task": lambda d: d["statistics"][1].update(task=None),
    "a statistic of a later task": lambda d: d["statistics"][1].update(task=9),
    "a count with a task": lambda d: d["statistics"][0].update(task=0),
    "a filter upside down": lambda d: d["filters"][1].update(least=9, most=8),
    "a filter beyond its bits": lambda d: d["filters"][0].update(most=2),
    "a filter of no column": lambda d: d["filters"][0].update(column=-1),
    "verification that is text": lambda d: d.update(verified="yes"),
    "no word of verification": lambda d: d.pop("verified"),
    "no filters": lambda d: d.pop("filters"),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_document_with_this_is_malformed(tamper):
    document = loose(COMPILED["places"].to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        Computation.from_json(document)


def test_fits_lack_nothing():
    for tamper in (
        _task(1, centres=[[1, 2]]),
        _task(1, centres=[[1]] * 4),
        _task(0, features=[]),
        _task(0, columns=[1, 2]),
        _task(1, members=[1]),
    ):
        document = loose(COMPILED["fits"].to_json())
        tamper(document)
        with pytest.raises(MalformedError):
            Computation.from_json(document)


def test_results_are_the_cells_and_then_the_tasks_group_by_group():
    compiled = COMPILED["places of groups"]
    numbers = list(range(compiled.results))

    assert compiled.results == len(compiled.cells) + 2 * (1 + 4)
    assert compiled.task_results(0, numbers) == {"female": [2], "male": [3]}
    assert compiled.task_results(1, numbers) == {"female": [4, 5, 6, 7], "male": [8, 9, 10, 11]}


def test_a_quantile_states_by_how_many_people_its_place_may_be_off():
    compiled = _compiled(MEDIAN, rows=EVERYONE * 20)

    (row,) = decode(compiled, [1200, 4500]).rows
    (few,) = decode(compiled, [110, 4500]).rows
    (none,) = decode(compiled, [20, 4500]).rows

    (estimate,) = row.estimates
    assert estimate.value == 0.5
    assert estimate.noise_rank_sd == pytest.approx(sqrt(compiled.tasks[0].variance))
    assert (estimate.noise_sd, estimate.interval95) == (None, None)
    assert few.estimates[0].withheld is Withheld.NOISE_TOO_LARGE
    assert none.estimates[0].withheld is Withheld.TOO_FEW_PEOPLE


def test_what_cannot_be_is_brought_into_range():
    quantiles = _compiled(MEDIAN, rows=EVERYONE * 20)
    top = COMPILED["nothing but a task"]

    assert decode(quantiles, [1200, 8191]).rows[0].estimates[0].value == 4
    first, second = decode(top, [0, 99, -5, 7]).rows[0].estimates
    assert (first.label, first.value) == ("bottom", 0)
    assert (second.label, second.value) == ("top", 7)


def test_clusters_are_divided_by_the_buyer_and_empty_ones_are_withheld():
    compiled = _compiled(FITS[1], epsilon=None)
    sums = [512 * 10, 0, 1023 * 20, 1023 * 20, 0, 0, 0, 0]

    (row,) = decode(compiled, [*sums, 10, 20, 0, 0]).rows

    first, second, third = row.estimates[0:3], row.estimates[3:6], row.estimates[6:9]
    assert [each.value for each in first] == [pytest.approx(0.006, abs=0.01), -4, 10]
    assert [each.value for each in second] == [pytest.approx(4, abs=0.01), pytest.approx(4, abs=0.01), 20]
    assert {each.withheld for each in third} == {Withheld.TOO_FEW_PEOPLE}


@pytest.mark.parametrize("compiled", COMPILED.values(), ids=COMPILED.keys())
def test_every_task_can_be_foreseen(compiled):
    answer = foresee(compiled, 3000)

    assert all(row.estimates for row in answer.rows)
