"""Every statistic of the menu, computed by three roles on shares, against the same in the clear."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from math import sqrt

import numpy as np
import pytest

from consent import computation
from consent.errors import MismatchError
from consent.estimate import Withheld
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.errors import ProtocolError
from ssi.dataset import data_set
from tests.crypto.mpc.trio import flip, play
from tests.marketplace.mpc_node.menu import BINDING, ask, only, protocols, records_of_exams, totals

EXAM = data_set("exam/1")
PEOPLE = records_of_exams(240)
EXACT = Query("exam/1", Purpose.ACADEMIC_RESEARCH, (Statistic(StatisticKind.COUNT),), 20, None)
NOISY = replace(EXACT, epsilon=Decimal(10))


def column(name, people=PEOPLE):
    return np.array([record[name] for record in people])


def statistic(kind, attribute=None, *others, **more):
    return Statistic(StatisticKind(kind), attribute, others, **more)


def off(estimate, truth):
    """By how many of its own standard deviations an estimate is off."""
    assert estimate.value is not None
    assert estimate.noise_sd
    return abs(estimate.value - truth) / estimate.noise_sd


def places_off(estimate, people, place):
    """By how many standard deviations of its place a quantile is off, less two people for ties."""
    assert estimate.value is not None
    assert estimate.noise_rank_sd
    return (abs(rank_of(estimate.value, people) - place) - 2) / estimate.noise_rank_sd


def values(query, people=PEOPLE, **named):
    return [each.value for each in only(ask(query, EXAM, people, **named))]


def test_sums_and_spreads_are_those_in_the_clear():
    kinds = ("sum", "mean", "variance", "sd")
    query = replace(EXACT, statistics=tuple(statistic(kind, "exam_score") for kind in kinds))
    scores = column("exam_score")

    assert values(query) == pytest.approx(
        [scores.sum(), scores.mean(), scores.var(ddof=1), scores.std(ddof=1)]
    )


def test_covariances_and_correlations_are_those_in_the_clear():
    others = ("reading_score", "school_average")
    query = replace(
        EXACT,
        statistics=(
            statistic("covariance", "exam_score", *others),
            statistic("correlation", "exam_score", *others),
        ),
    )
    table = np.array([column(name) for name in ("exam_score", *others)])

    assert values(query) == pytest.approx([*np.cov(table)[0, 1:], *np.corrcoef(table)[0, 1:]])


def test_a_linear_regression_is_that_in_the_clear():
    query = replace(
        EXACT, statistics=(statistic("linear_regression", "exam_score", "reading_score", "school_average"),)
    )
    table = np.stack([np.ones(len(PEOPLE)), column("reading_score"), column("school_average")], axis=1)
    y = column("exam_score")
    weights, (squares,), *_ = np.linalg.lstsq(table, y, rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(table.T @ table)) * squares / (len(PEOPLE) - 3))

    found = only(ask(query, EXAM, PEOPLE))

    assert [each.label for each in found] == ["intercept", "reading_score", "school_average", "r_squared"]
    assert [each.value for each in found] == pytest.approx(
        [*weights, 1 - squares / ((y - y.mean()) ** 2).sum()]
    )
    assert [each.standard_error for each in found[:3]] == pytest.approx(list(errors))
    assert found[3].standard_error is None


@pytest.mark.parametrize("integers", [True, False], ids=["from integers", "from elements"])
def test_exact_quantiles_are_values_of_people(integers):
    kinds = (
        statistic("median", "exam_score"),
        statistic("quantiles", "reading_score", fractions=(Decimal("0.25"), Decimal("0.9"))),
    )
    scores, reading = np.sort(column("exam_score")), np.sort(column("reading_score"))
    n = len(PEOPLE)

    found = values(replace(EXACT, statistics=kinds, floor=50), integers=integers)

    assert found == pytest.approx([scores[(n - 1) // 2], reading[(n - 1) // 4], reading[(n - 1) * 9 // 10]])


def test_exact_quantiles_of_public_groups_are_those_of_each_group():
    query = replace(EXACT, statistics=(statistic("median", "exam_score"),), group_by="school_type")

    for row in ask(query, EXAM, PEOPLE).rows:
        members = np.sort(column("exam_score")[column("school_type") == row.group])
        assert row.estimates[0].value == pytest.approx(members[(len(members) - 1) // 2])


CROWD = records_of_exams(3000, "crowd")


def rank_of(value, people, name="exam_score"):
    return int((column(name, people) < value).sum())


def test_quantiles_with_noise_stand_near_their_place():
    fractions = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))
    query = replace(NOISY, statistics=(statistic("quantiles", "exam_score", fractions=fractions),))

    found = only(ask(query, EXAM, CROWD))

    assert [each.label for each in found] == ["25 %", "50 %", "75 %"]
    for estimate, fraction in zip(found, fractions, strict=True):
        place = float(fraction) * (len(CROWD) - 1)
        assert places_off(estimate, CROWD, place) < 5


def test_extremes_with_noise_stay_away_from_the_last_person():
    query = replace(
        NOISY, statistics=(statistic("minimum", "exam_score"), statistic("maximum", "exam_score"))
    )
    compiled = computation.compile(query, EXAM, CROWD)

    low, high = values(query, CROWD)

    margin, deviation = compiled.tasks[0].margin, sqrt(compiled.tasks[0].variance)
    assert 0 <= rank_of(low, CROWD) < margin + 5 * deviation
    assert len(CROWD) - margin - 5 * deviation < rank_of(high, CROWD) <= len(CROWD)


def test_quantiles_of_private_groups_are_near_those_of_each_group():
    query = replace(NOISY, statistics=(statistic("median", "exam_score"),), group_by="sex")

    for row in ask(query, EXAM, CROWD).rows:
        members = [record for record in CROWD if record["sex"] == row.group]
        (estimate,) = row.estimates
        assert places_off(estimate, members, len(members) / 2) < 5


def test_a_quantile_whose_place_is_mostly_noise_is_withheld():
    query = replace(NOISY, epsilon=Decimal("0.4"), statistics=(statistic("median", "exam_score"),))

    assert only(ask(query, EXAM, PEOPLE))[0].withheld is Withheld.NOISE_TOO_LARGE


def test_the_most_frequent_categories_come_with_their_noised_counts():
    query = replace(NOISY, statistics=(statistic("top_categories", "verbal_reasoning", count=2),))
    found = Counter(record["verbal_reasoning"] for record in CROWD).most_common(2)

    first, second = only(ask(query, EXAM, CROWD))

    assert [first.label, second.label] == [code for code, _ in found]
    for estimate, (_, people) in zip((first, second), found, strict=True):
        assert off(estimate, people) < 6


def test_the_most_frequent_categories_of_groups_are_those_of_each():
    top = statistic("top_categories", "verbal_reasoning", count=3)
    query = replace(NOISY, statistics=(top,), group_by="school_type")

    for row in ask(query, EXAM, CROWD).rows:
        members = [record for record in CROWD if record["school_type"] == row.group]
        counts = Counter(record["verbal_reasoning"] for record in members)
        assert sum(each.value or 0 for each in row.estimates) == pytest.approx(len(members), abs=30)
        assert all(off(each, counts[each.label]) < 6 for each in row.estimates)


def inside(record):
    return record["sex"] == "female" and -1 <= record["reading_score"] <= 0.5


FILTER = (Condition("sex", "female"), Condition("reading_score", None, Decimal(-1), Decimal("0.5")))


@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
def test_a_private_filter_counts_those_who_meet_it(verified):
    query = replace(
        NOISY,
        statistics=(
            statistic("count"),
            statistic("mean", "exam_score"),
            statistic("sd", "exam_score"),
            statistic("histogram", "intake"),
            statistic("correlation", "exam_score", "school_average"),
        ),
        where=FILTER,
        verified=verified,
    )
    people = PEOPLE * 4
    members = [record for record in people if inside(record)]
    scores, averages = column("exam_score", members), column("school_average", members)

    count, mean, spread, *rest = only(ask(query, EXAM, people))

    assert off(count, len(members)) < 6
    assert off(mean, scores.mean()) < 6
    assert off(spread, scores.std(ddof=1)) < 6
    intake = Counter(record["intake"] for record in members)
    assert all(off(each, intake[each.label]) < 6 for each in rest[:3])
    assert off(rest[3], np.corrcoef(scores, averages)[0, 1]) < 6


def test_a_private_filter_holds_for_tasks_too():
    query = replace(
        NOISY,
        statistics=(statistic("median", "exam_score"), statistic("top_categories", "intake", count=1)),
        where=(Condition("sex", "female"),),
    )
    members = [record for record in CROWD if record["sex"] == "female"]

    median, top = only(ask(query, EXAM, CROWD))

    assert places_off(median, members, len(members) / 2) < 5
    most = max(Counter(record["intake"] for record in members).values())
    assert off(top, most) < 8


def test_private_filters_and_private_groups_go_together():
    query = replace(
        NOISY,
        statistics=(statistic("count"), statistic("mean", "exam_score")),
        group_by="sex",
        where=(Condition("reading_score", None, Decimal(-4), Decimal(0)),),
    )
    people = PEOPLE * 4

    for row in ask(query, EXAM, people).rows:
        members = [r for r in people if r["sex"] == row.group and r["reading_score"] <= 0]
        count, mean = row.estimates
        assert off(count, len(members)) < 6
        assert off(mean, column("exam_score", members).mean()) < 6


def test_a_logistic_regression_finds_the_weights_of_its_own_descent():
    labels = [{**record, "sex": "male" if record["exam_score"] > 0.2 else "female"} for record in PEOPLE]
    query = replace(EXACT, statistics=(statistic("logistic_regression", "sex", "reading_score"),))
    x, y = column("reading_score") / 4, column("sex", labels) == "male"
    weights = np.zeros(2)
    table = np.stack([np.ones(len(x)), x])
    step = 2.0 ** round(np.log2(len(x) / 4.0))
    for _ in range(30):
        z = weights @ table
        guess = 0.5 + 19 / 16 * (z / 8) - 13 / 16 * (z / 8) ** 3
        weights = weights - table @ (guess - y) / step

    intercept, slope = values(query, labels)

    assert [intercept, slope] == pytest.approx([weights[0], weights[1] / 4], abs=0.05)


def test_clusters_are_those_of_the_same_descent_in_the_clear():
    query = replace(EXACT, statistics=(statistic("k_means", "exam_score", "reading_score", count=2),))
    compiled = computation.compile(query, EXAM, PEOPLE)
    task = compiled.tasks[0]
    table = np.stack([(column(name) + 4) * 1000 for name in ("exam_score", "reading_score")], axis=1)
    scaled = table * np.array([feature.scale for feature in task.features])
    centres = np.array(task.centres, dtype=float)
    for _ in range(task.iterations):
        nearest = ((scaled[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        centres = np.array([scaled[nearest == index].mean(axis=0) for index in range(2)])
    plain = np.array([column("exam_score"), column("reading_score")])

    found = only(ask(query, EXAM, PEOPLE))

    assert [each.label for each in found] == ["exam_score", "reading_score", "people"] * 2
    for index in range(2):
        members = plain[:, nearest == index]
        exam, reading, people = (each.value for each in found[3 * index : 3 * index + 3])
        assert people == pytest.approx(members.shape[1], abs=3)
        assert [exam, reading] == pytest.approx(list(members.mean(axis=1)), abs=0.06)


def test_a_cluster_below_the_floor_is_not_told():
    people = [{**record, "exam_score": -4.0 if index < 230 else 4.0} for index, record in enumerate(PEOPLE)]
    query = replace(EXACT, statistics=(statistic("k_means", "exam_score", count=2),))

    assert sorted(values(query, people), key=str) == [pytest.approx(-4, abs=0.01), 230.0, None, None]


def test_the_same_question_meets_the_same_noise_and_another_secret_other_noise():
    query = replace(
        NOISY, epsilon=Decimal(1), statistics=(statistic("count"), statistic("sum", "exam_score"))
    )
    compiled = computation.compile(query, EXAM, PEOPLE)

    once, again = (totals(compiled, EXAM, PEOPLE) for _ in range(2))
    other = totals(compiled, EXAM, PEOPLE, noise=("a", "b", "other"))

    assert once == again
    assert all(mine != theirs for mine, theirs in zip(once, other, strict=True))


def test_noise_in_cells_is_as_wide_as_the_computation_says():
    query = replace(NOISY, epsilon=Decimal(1), statistics=(statistic("histogram", "exam_score"),))
    compiled = computation.compile(query, EXAM, PEOPLE)
    true = np.array([sum(low <= r["exam_score"] < high for r in PEOPLE) for low, high in edges()])

    noise = np.concatenate(
        [np.array(totals(compiled, EXAM, PEOPLE, noise=(str(run), "b", "c"))) - true for run in range(12)]
    )

    assert noise.mean() == pytest.approx(0, abs=4 * sqrt(compiled.measures[0].variance / noise.size))
    assert noise.var() == pytest.approx(float(compiled.measures[0].variance), rel=0.35)


def edges():
    bins = [float(edge) for edge in EXAM.attribute("exam_score").bins]
    return list(zip(bins, [*bins[1:-1], bins[-1] + 1], strict=False))


def test_noise_that_is_not_what_it_costs_is_refused():
    compiled = computation.compile(NOISY, EXAM, PEOPLE)
    measure = compiled.measures[0]
    cheap = replace(compiled, measures=(replace(measure, variance=measure.variance / 4),))

    with pytest.raises(MismatchError, match="not what it costs"):
        totals(cheap, EXAM, PEOPLE)


def test_a_node_tells_which_noise_key_its_neighbour_has_before_the_noise_matters():
    query = replace(NOISY, statistics=(statistic("count"),))
    compiled = computation.compile(query, EXAM, PEOPLE)

    def pinned(secrets):
        seen: dict[int, bytes] = {}
        runs = protocols(compiled, EXAM, PEOPLE, noise=secrets, pins=seen)
        play(runs, binding=BINDING)
        return seen

    same, again, other = pinned("abc"), pinned("abc"), pinned("abd")

    assert same == again
    assert same[0] == other[0]
    assert same[1] != other[1], "role 1 is the one that shares a key with role 2"
    assert len(same[0]) == 32


def test_a_run_stops_where_the_neighbours_key_is_not_the_pinned_one():
    compiled = computation.compile(NOISY, EXAM, PEOPLE)

    def refuse(_digest):
        raise ProtocolError("another noise key than before", (1,))

    runs = protocols(compiled, EXAM, PEOPLE, pin=refuse)
    with pytest.raises(ProtocolError, match="another noise key"):
        play(runs, binding=BINDING)


@pytest.mark.parametrize("number", [3, 8, 20])
def test_a_lie_in_a_verified_run_stops_it(number):
    query = replace(NOISY, statistics=(statistic("median", "reading_score"),), verified=True)
    compiled = computation.compile(query, EXAM, PEOPLE[:60])

    with pytest.raises(ProtocolError):
        totals(compiled, EXAM, PEOPLE[:60], tamper=flip(number, 1, 0))


def test_an_altered_part_of_a_product_contradicts_what_its_sender_fixes():
    query = replace(NOISY, statistics=(statistic("correlation", "exam_score", "reading_score"),))
    compiled = computation.compile(query, EXAM, PEOPLE)

    with pytest.raises(ProtocolError) as refused:
        totals(compiled, EXAM, PEOPLE, tamper=flip(2, 1, 0))

    assert refused.value.culprits == (1, 0)


def test_what_a_role_receives_has_the_same_form_whatever_the_records_are():
    query = replace(
        NOISY,
        statistics=(statistic("median", "exam_score"), statistic("top_categories", "intake", count=1)),
        where=(Condition("sex", "female"),),
    )
    others = [{**record, "sex": "male", "exam_score": 4, "intake": "top"} for record in PEOPLE]
    seen = []
    for people in (PEOPLE, others):
        compiled = computation.compile(query, EXAM, people)
        played = play(protocols(compiled, EXAM, people), binding=BINDING)
        seen.append([[len(raw) for raw in played.received(role)] for role in range(3)])

    assert seen[0] == seen[1]
