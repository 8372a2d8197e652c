"""An answer is held against the clear: an honest one holds, and one with a wrong number does not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.answer import Answer, AnswerRow
from consent.estimate import Estimate, Withheld
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.comparison import Places, compare
from ssi.dataset import data_set
from tests.marketplace.mpc_node.menu import ask, records_of_exams

EXAM = data_set("exam/1")
PEOPLE = records_of_exams(80)
EXACT = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.SUM, "exam_score"),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.VARIANCE, "exam_score"),
        Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),
        Statistic(StatisticKind.QUANTILES, "reading_score", fractions=(Decimal("0.25"), Decimal("0.75"))),
        Statistic(StatisticKind.MEDIAN, "reading_score"),
        Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score", "school_average")),
        Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
        Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")),
    ),
    floor=20,
    epsilon=None,
)
FITTED = replace(
    EXACT,
    statistics=(
        Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score", "reading_score")),
        Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=2),
    ),
)
NOISED = replace(
    EXACT,
    statistics=(
        Statistic(StatisticKind.MINIMUM, "exam_score"),
        Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.25"), Decimal("0.75"))),
        Statistic(StatisticKind.TOP_CATEGORIES, "verbal_reasoning", count=2),
        Statistic(StatisticKind.HISTOGRAM, "exam_score"),
    ),
    epsilon=Decimal(10),
    where=(
        Condition("reading_score", None, Decimal(-2), Decimal(2)),
        Condition("intake", "middle"),
    ),
)
CROWD = records_of_exams(900)


def with_first(answer, **changes):
    row = answer.rows[0]
    return replace(answer, rows=(AnswerRow(row.group, (replace(row.estimates[0], **changes),)),))


def with_first_off(answer, off):
    return with_first(answer, value=answer.rows[0].estimates[0].value + off)


@pytest.mark.parametrize(("query", "numbers"), [(EXACT, 15), (FITTED, 9)], ids=["exact", "fitted"])
def test_every_number_of_an_honest_answer_holds(query, numbers):
    lines = compare(query, ask(query, EXAM, PEOPLE), PEOPLE)

    assert len(lines) == numbers
    assert [line for line in lines if line.private is None or not line.holds] == []


def test_noised_numbers_hold_within_their_stated_error_over_those_who_meet_the_conditions():
    lines = compare(NOISED, ask(NOISED, EXAM, CROWD), CROWD)

    places = [line for line in lines if line.places is not None]
    assert [line.what for line in places] == [
        "minimum exam_score",
        "quantiles exam_score [25 %]",
        "quantiles exam_score [75 %]",
    ]
    assert [line for line in lines if line.private is None or not line.holds] == []


@pytest.mark.parametrize("statistic", EXACT.statistics[:8], ids=lambda each: each.kind.value)
def test_an_exact_number_that_is_a_little_off_does_not_hold(statistic):
    query = replace(EXACT, statistics=(statistic,))

    (line,) = compare(query, with_first_off(ask(query, EXAM, PEOPLE), 0.001), PEOPLE)

    assert not line.holds


@pytest.mark.parametrize(
    ("statistic", "off"),
    [(FITTED.statistics[0], 0.1), (FITTED.statistics[1], 0.5)],
    ids=["logistic regression", "clusters"],
)
def test_a_fit_that_is_off_by_more_than_its_rounding_does_not_hold(statistic, off):
    query = replace(FITTED, statistics=(statistic,))

    line = compare(query, with_first_off(ask(query, EXAM, PEOPLE), off), PEOPLE)[0]

    assert not line.holds


def test_a_noised_quantile_is_judged_by_its_place_and_not_by_its_value():
    median = Statistic(StatisticKind.MEDIAN, "exam_score")
    people = [{"exam_score": score} for score in (-4.0, -4.0, -4.0, 0.0, 4.0, 4.0, 4.0)]
    query = replace(EXACT, statistics=(median,), epsilon=Decimal(1))

    def line(value):
        estimate = Estimate(StatisticKind.MEDIAN, "exam_score", 0, "50 %", value, noise_rank_sd=0.1)
        return compare(query, Answer((AnswerRow(None, (estimate,)),), ()), people)[0]

    assert line(-3.9).places == Places(0.0, 0.1)
    assert line(-3.9).holds
    assert line(4.0).places == Places(1.0, 0.1)
    assert not line(4.0).holds


def test_what_is_withheld_is_no_number_and_so_not_a_wrong_one():
    query = replace(EXACT, statistics=EXACT.statistics[:1])
    answer = ask(query, EXAM, PEOPLE)

    (line,) = compare(query, with_first(answer, value=None, withheld=Withheld.TOO_FEW_PEOPLE), PEOPLE)

    assert line.private is None
    assert line.holds
