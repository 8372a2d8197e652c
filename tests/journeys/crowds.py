"""Who lives in the towns, what they allow, and what is asked about them."""

from dataclasses import replace
from decimal import Decimal

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.people import Invitation, invite
from examples.records import Record, exam_records
from examples.town import Town
from wallet.domain.choices import PolicyChoices

EXAM = "exam/1"
COMPENSATION_CENTS = 37
STUDENTS = PolicyChoices(
    statistics=(StatisticKind.COUNT, StatisticKind.MEAN, StatisticKind.STANDARD_DEVIATION),
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(8),
    epsilon_total=Decimal(20),
    compensation_cents=COMPENSATION_CENTS,
)
TWIN_CHOICES = replace(STUDENTS, compensation_cents=20)
"""The twins ask for less, and must get as much as everybody else."""

TWINS = (
    Record(
        "student-ada-7391",
        {
            "exam_score": -2.937,
            "reading_score": -1.946,
            "school_average": -0.873,
            "verbal_reasoning": "bottom",
            "intake": "bottom",
            "sex": "female",
            "school_type": "mixed",
        },
    ),
    Record(
        "student-bea-7392",
        {
            "exam_score": -3.618,
            "reading_score": -2.763,
            "school_average": -0.914,
            "verbal_reasoning": "top",
            "intake": "top",
            "sex": "male",
            "school_type": "mixed",
        },
    ),
)
"""Two people who differ in everything private, by values that occur nowhere else, and in nothing public.

Their numbers are negative, so that none of them is by chance a part of a moment and its fraction of a second.
"""

BY_SCHOOL = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),
    ),
    floor=10,
    epsilon=None,
    group_by="school_type",
)
BY_SEX = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
    floor=10,
    epsilon=Decimal(8),
    group_by="sex",
)
OF_ALL = replace(BY_SCHOOL, group_by=None)
OF_ALL_WITH_NOISE = replace(OF_ALL, epsilon=Decimal(1))
"""It may be asked again when one person less is there."""


def students(town: Town, people: int) -> list[Invitation]:
    """The twins, and real students up to that many people."""
    return [
        *invite(town, "university", EXAM, TWINS, TWIN_CHOICES),
        *invite(town, "university", EXAM, exam_records(people - len(TWINS)), STUDENTS),
    ]
