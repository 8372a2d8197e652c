"""What the people of the story allow, and what the buyer asks."""

from decimal import Decimal

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from wallet.domain.choices import PolicyChoices

STUDENTS = PolicyChoices(
    crowd_floor=20,
    exact_allowed=True,
    epsilon_per_query=Decimal(2),
    epsilon_total=Decimal(6),
    compensation_cents=50,
)
PATIENTS = PolicyChoices(
    crowd_floor=50,
    epsilon_per_query=Decimal(4),
    epsilon_total=Decimal(8),
    compensation_cents=120,
    explicit_consent=True,
)


def by_school(attribute: str) -> Query:
    """Exact averages by a shown attribute: equal to the answer in the clear, to the last digit.

    Two exact answers about one attribute, with one person more or less, would tell that person's value: the
    story asks about each attribute once.
    """
    return Query(
        data_set="exam/1",
        purpose=Purpose.ACADEMIC_RESEARCH,
        statistics=(
            Statistic(StatisticKind.COUNT),
            Statistic(StatisticKind.MEAN, attribute),
            Statistic(StatisticKind.STANDARD_DEVIATION, attribute),
        ),
        floor=20,
        epsilon=None,
        group_by="school_type",
    )


def scores_by_sex() -> Query:
    """Noised averages and a distribution by an attribute that nobody is shown."""
    return Query(
        data_set="exam/1",
        purpose=Purpose.ACADEMIC_RESEARCH,
        statistics=(
            Statistic(StatisticKind.COUNT),
            Statistic(StatisticKind.MEAN, "exam_score"),
            Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning"),
        ),
        floor=20,
        epsilon=Decimal(2),
        group_by="sex",
    )


def blood_pressure(data_set: str = "health/1") -> Query:
    """Noised averages of measurements that not everybody has."""
    return Query(
        data_set=data_set,
        purpose=Purpose.SCIENTIFIC_RESEARCH,
        statistics=(
            Statistic(StatisticKind.MEAN, "systolic"),
            Statistic(StatisticKind.MEAN, "total_cholesterol"),
            Statistic(StatisticKind.HISTOGRAM, "diabetes"),
        ),
        floor=50,
        epsilon=Decimal(4),
    )
