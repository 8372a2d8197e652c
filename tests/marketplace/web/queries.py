"""Questions that the buyers of these tests ask."""

from dataclasses import replace
from decimal import Decimal

from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from consent.windows import Windows

COUNT = Statistic(StatisticKind.COUNT)
MEAN_SCORE = Statistic(StatisticKind.MEAN, "exam_score")
SPREAD_OF_SCORES = Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score")
SCORES = Statistic(StatisticKind.HISTOGRAM, "exam_score")


def ask(
    *statistics: Statistic,
    ref: str = "exam/1",
    epsilon: str | None = "2",
    floor: int = 50,
    group_by: str | None = None,
    where: tuple[Condition, ...] = (),
    purpose: Purpose = Purpose.ACADEMIC_RESEARCH,
) -> Query:
    """A query with few words."""
    privacy = None if epsilon is None else Decimal(epsilon)
    return Query(ref, purpose, statistics, floor, privacy, group_by, where)


EXACT = ask(COUNT, MEAN_SCORE, SPREAD_OF_SCORES, epsilon=None)
NOISY = ask(COUNT, MEAN_SCORE)
BY_SCHOOL = ask(COUNT, MEAN_SCORE, epsilon=None, floor=25, group_by="school_type")
"""Groups of which one, the boys' schools, has too few people."""

BY_REASONING = ask(COUNT, MEAN_SCORE, SCORES, floor=25, group_by="verbal_reasoning")
"""Groups that nobody may know the size of, so they are always computed, with noise."""

HEALTH = ask(
    COUNT,
    Statistic(StatisticKind.MEAN, "systolic"),
    Statistic(StatisticKind.STANDARD_DEVIATION, "age"),
    Statistic(StatisticKind.HISTOGRAM, "sex"),
    ref="health/1",
)

RELATIONS = (
    Statistic(StatisticKind.SUM, "exam_score"),
    Statistic(StatisticKind.VARIANCE, "exam_score"),
    Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score", "school_average")),
    Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")),
)
PLACES = (
    Statistic(StatisticKind.MEDIAN, "exam_score"),
    Statistic(
        StatisticKind.QUANTILES,
        "exam_score",
        fractions=(Decimal("0.025"), Decimal("0.25"), Decimal("0.5"), Decimal("0.75")),
    ),
    Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2),
)
FITS = (
    Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score", "reading_score")),
    Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=3),
)

RELATED = ask(*RELATIONS, epsilon=None)
BLURRED = ask(*RELATIONS)
"""The same with noise, over so few people that some of it is withheld."""

PLACED = ask(
    PLACES[0],
    Statistic(
        StatisticKind.QUANTILES,
        "exam_score",
        fractions=(Decimal("0.125"), Decimal("0.25"), Decimal("0.5"), Decimal("0.75")),
    ),
    epsilon=None,
)
FREQUENT = ask(PLACES[2], where=(Condition("sex", "female"),))
FITTED = ask(*FITS, epsilon=None, floor=25)

JOINED_RECORDS = replace(
    ask(
        COUNT,
        Statistic(StatisticKind.MEAN, "health/1#age"),
        Statistic(StatisticKind.HISTOGRAM, "health/1#sex"),
        Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),
        Statistic(StatisticKind.LINEAR_REGRESSION, "health/1#age", ("exam_score", "reading_score")),
    ),
    join="health/1",
)
"""A question across two records of each person."""

WEEKS = ask(
    Statistic(StatisticKind.MEAN, "steps", windows=Windows(1, 4, 4, 3)),
    Statistic(StatisticKind.COUNT, "steps", windows=Windows(1, 12, 12, 1)),
    Statistic(StatisticKind.HISTOGRAM, "resting_heart_rate", windows=Windows(1, 12, 12, 1)),
    ref="activity/1",
)
"""Windows of two series."""
