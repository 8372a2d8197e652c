"""Every kind of statistic over two joined data sets, computed on shares, against the same in the clear."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.joining import asked_about
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from ssi.joined import side_by_side
from tests.marketplace.mpc_node.menu import ask, only, records_of_exams

EXACT = Query(
    "exam/1", Purpose.ACADEMIC_RESEARCH, (Statistic(StatisticKind.COUNT),), 20, None, join="health/1"
)
NOISY = replace(EXACT, epsilon=Decimal(10))
BOTH = asked_about(EXACT)
AGE, SYSTOLIC, BAND = "health/1#age", "health/1#systolic", "health/1#age_band"


def statistic(kind, attribute=None, *others, **more):
    return Statistic(StatisticKind(kind), attribute, others, **more)


def check_of(exam, index, draw):
    """A health check of somebody with these exam results, related to them."""
    age = int(np.clip(round(40 + 10 * exam["exam_score"] + draw.normal(scale=4)), 0, 80))
    check = {
        "age": age,
        "sex": exam["sex"],
        "age_band": "child" if age < 18 else "adult" if age < 65 else "senior",
        "body_mass_index": round(float(draw.uniform(18, 40)), 1),
    }
    return check if index % 3 == 0 else {**check, "systolic": 100 + age // 2}


def pairs(people, seed=7):
    draw = np.random.default_rng(seed)
    return [
        side_by_side(exam, check_of(exam, index, draw), "health/1")
        for index, exam in enumerate(records_of_exams(people, str(seed)))
    ]


PEOPLE = pairs(240)


def column(name, people=PEOPLE):
    return np.array([record[name] for record in people if name in record], dtype=float)


def off(estimate, truth):
    """By how many of its own standard deviations an estimate is off."""
    assert estimate.value is not None
    assert estimate.noise_sd
    return abs(estimate.value - truth) / estimate.noise_sd


def values(query, people=PEOPLE):
    return [each.value for each in only(ask(query, BOTH, people))]


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), people=st.integers(20, 60))
def test_counts_sums_means_and_spreads_of_both_records_are_those_in_the_clear(seed, people):
    crowd = pairs(people, seed)
    query = replace(
        EXACT,
        statistics=tuple(
            statistic(kind, name) for kind in ("sum", "mean", "sd") for name in ("exam_score", AGE)
        ),
    )
    scores, ages = column("exam_score", crowd), column(AGE, crowd)

    assert values(query, crowd) == pytest.approx(
        [scores.sum(), ages.sum(), scores.mean(), ages.mean(), scores.std(ddof=1), ages.std(ddof=1)],
        abs=1e-9,
    )


def test_relations_across_both_records_are_those_in_the_clear():
    query = replace(
        EXACT,
        statistics=(
            statistic("covariance", "exam_score", AGE),
            statistic("correlation", AGE, "exam_score", "reading_score"),
        ),
    )
    table = np.array([column(name) for name in ("exam_score", AGE, "reading_score")])
    correlations = np.corrcoef(table)

    assert values(query) == pytest.approx(
        [np.cov(table)[0, 1], correlations[1, 0], correlations[1, 2]], abs=1e-9
    )


def test_a_regression_of_one_record_on_the_other_is_that_in_the_clear():
    query = replace(EXACT, statistics=(statistic("linear_regression", "exam_score", AGE),))
    slope, intercept = np.polyfit(column(AGE), column("exam_score"), 1)

    found = only(ask(query, BOTH, PEOPLE))

    assert [each.label for each in found] == ["intercept", AGE, "r_squared"]
    assert [each.value for each in found[:2]] == pytest.approx([intercept, slope])


def test_order_statistics_of_the_second_record_are_those_in_the_clear():
    upper = statistic("quantiles", "exam_score", fractions=(Decimal("0.75"),))
    query = replace(EXACT, statistics=(statistic("median", AGE), upper))
    ages, scores = sorted(column(AGE)), sorted(column("exam_score"))

    assert values(query) == pytest.approx([ages[(len(ages) - 1) // 2], scores[(len(scores) - 1) * 3 // 4]])


def test_groups_of_the_second_record_divide_values_of_the_first():
    query = replace(EXACT, statistics=(statistic("mean", "exam_score"),), group_by=BAND)
    sizes = Counter(record[BAND] for record in PEOPLE)

    answer = ask(query, BOTH, PEOPLE)

    assert {row.group for row in answer.rows} == {band for band, size in sizes.items() if size >= 20}
    for row in answer.rows:
        truth = np.mean([record["exam_score"] for record in PEOPLE if record[BAND] == row.group])
        assert row.estimates[0].value == pytest.approx(truth)


def test_a_private_condition_on_one_record_chooses_whose_values_of_the_other_count():
    query = replace(
        NOISY,
        statistics=(statistic("count"), statistic("mean", "exam_score")),
        where=(Condition(SYSTOLIC, None, Decimal(60), Decimal(260)),),
    )
    met = [record for record in PEOPLE if SYSTOLIC in record]

    people, mean = only(ask(query, BOTH, PEOPLE))

    assert off(people, len(met)) < 6
    assert off(mean, column("exam_score", met).mean()) < 6


def test_a_checked_run_over_both_records_gives_the_same():
    query = replace(EXACT, statistics=(statistic("covariance", "exam_score", AGE),), verified=True)
    table = np.array([column("exam_score"), column(AGE)])

    assert values(query) == pytest.approx([np.cov(table)[0, 1]])


def test_noise_on_a_joined_answer_is_that_of_one_person_who_leaves_with_both_records():
    """She is one person in both, so one share of the cost covers her, as in an answer about one record."""
    alone = replace(NOISY, join=None)
    one, both = (
        computation.compile_groups(query, asked_about(query), groups=(None,), people=50)
        for query in (alone, NOISY)
    )

    assert both.measures[0].variance == one.measures[0].variance
    assert both.measures[0].sensitivity == 1
