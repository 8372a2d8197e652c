"""What the people of the story allow, and what the buyer asks."""

from decimal import Decimal

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from marketplace.sdk.describing import describing_query
from ssi.dataset import data_set
from wallet.domain.choices import PolicyChoices

STUDENTS = PolicyChoices(
    crowd_floor=20,
    exact_allowed=True,
    epsilon_per_query=Decimal(4),
    epsilon_total=Decimal(8),
    compensation_cents=50,
)
PATIENTS = PolicyChoices(
    crowd_floor=50,
    epsilon_per_query=Decimal(4),
    epsilon_total=Decimal(8),
    compensation_cents=120,
    explicit_consent=True,
    publication=True,
)


def by_school(attribute: str) -> Query:
    """Exact averages by a shown attribute: equal to the answer in the clear, to the last digit.

    Two exact answers with one person more or less would tell that person's value, so the nodes would leave
    others out of the second one as well.
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


def quartiles() -> Query:
    """Noised quartiles: their error is one of place, by so many people in the crowd from the lowest up.

    It is the same in every crowd, so in a small one a quartile may stand far from where it should;
    where that could be nearly anywhere, as in single kinds of school here, there is no number.
    """
    fractions = tuple(map(Decimal, ("0.25", "0.5", "0.75")))
    return Query(
        data_set="exam/1",
        purpose=Purpose.ACADEMIC_RESEARCH,
        statistics=(Statistic(StatisticKind.QUANTILES, "exam_score", fractions=fractions),),
        floor=20,
        epsilon=Decimal(4),
    )


def scores_by_reading() -> Query:
    """An exact regression of the exam at sixteen on the reading test at eleven.

    It is about the same people as the exact exam scores before, and of people who were in neither only if
    they are a crowd of their own.
    """
    return Query(
        data_set="exam/1",
        purpose=Purpose.ACADEMIC_RESEARCH,
        statistics=(Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score",)),),
        floor=20,
        epsilon=None,
    )


def health_described() -> Query:
    """How the patients are spread over single columns, for everybody to see in the catalogue."""
    return describing_query(
        data_set("health/1"),
        Purpose.SCIENTIFIC_RESEARCH,
        epsilon=Decimal(4),
        attributes=("sex", "age_band", "diabetes"),
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
