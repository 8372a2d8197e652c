"""Medians, relations, fits and frequent categories, bought in a town of processes, each as in the clear."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.people import invite
from examples.records import exam_records
from examples.town import Town
from tests.journeys.crowds import COMPENSATION_CENTS, EXAM
from tests.journeys.customers import Customer, Purchase, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from wallet.domain.choices import PolicyChoices

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(300)]

PEOPLE = 60
STUDENTS = PolicyChoices(
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(10),
    epsilon_total=Decimal(20),
    compensation_cents=COMPENSATION_CENTS,
)
QUARTILES = (Decimal("0.25"), Decimal("0.75"))
COUNT = Statistic(StatisticKind.COUNT)
PLACES = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        COUNT,
        Statistic(StatisticKind.MEDIAN, "exam_score"),
        Statistic(StatisticKind.QUANTILES, "exam_score", fractions=QUARTILES),
    ),
    floor=10,
    epsilon=Decimal(10),
    where=(Condition("reading_score", None, Decimal("-1.5"), Decimal(4)),),
)
"""Quartiles among those whose reading score is in a range, and nobody knows who they are."""

FREQUENT = replace(
    PLACES,
    statistics=(Statistic(StatisticKind.TOP_CATEGORIES, "verbal_reasoning", count=2),),
    epsilon=Decimal(8),
    where=(Condition("sex", "female"),),
)
RELATED = replace(
    PLACES,
    statistics=(
        COUNT,
        Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score", "school_average")),
        Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")),
    ),
    epsilon=None,
    where=(),
)
FITTED = replace(
    RELATED,
    statistics=(
        Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=2),
        Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("reading_score",)),
    ),
)
VERIFIED = replace(
    RELATED,
    statistics=(
        Statistic(StatisticKind.MEDIAN, "reading_score"),
        Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    ),
    verified=True,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, with students who allow everything on the menu."""
    with databases_for_a_town() as databases:
        founded = Town(tmp_path_factory.mktemp("menu"), database_url=databases)
        with living_in(founded) as found:
            records = exam_records(PEOPLE)
            found.people = found.settle(list(invite(founded, "university", EXAM, records, STUDENTS)))
            yield found


@pytest.fixture(scope="module")
def institute(town: Neighbourhood) -> Customer:
    """Who asks."""
    return enrolled(town)


def bought(town: Neighbourhood, institute: Customer, query: Query) -> Purchase:
    """An answer of which every number holds, and for which everybody was paid; the books sum to zero."""
    purchase = buy(town, institute, query, town.people)
    changes = purchase.settled.since(purchase.before)
    assert [cents for name, cents in changes.items() if name.startswith("subject:")] == (
        [COMPENSATION_CENTS] * PEOPLE
    )
    assert purchase.settled.of("escrow") == 0
    assert all(line.holds for line in purchase.lines), purchase.lines
    return purchase


def told(purchase: Purchase) -> list[str]:
    """The numbers that are in the answer, by what they are."""
    return [line.what for line in purchase.lines if line.private is not None]


def test_noised_quartiles_of_those_in_a_private_range_stand_near_their_places(town, institute):
    purchase = bought(town, institute, PLACES)

    count, *places = purchase.lines
    assert told(purchase) == [
        "count",
        "median exam_score",
        "quantiles exam_score [25 %]",
        "quantiles exam_score [75 %]",
    ]
    assert count.in_the_clear < PEOPLE
    assert count.noise_sd
    assert all(line.places is not None and 0 < line.places.sd < PEOPLE / 10 for line in places)


def test_the_most_frequent_categories_come_with_their_noised_counts(town, institute):
    purchase = bought(town, institute, FREQUENT)

    assert len(told(purchase)) == 2
    assert all(line.noise_sd for line in purchase.lines)


def test_exact_covariances_and_a_regression_equal_those_in_the_clear(town, institute):
    purchase = bought(town, institute, RELATED)

    assert told(purchase) == [
        "count",
        "covariance exam_score [reading_score]",
        "covariance exam_score [school_average]",
        "linear regression exam_score [intercept]",
        "linear regression exam_score [reading_score]",
        "linear regression exam_score [school_average]",
        "linear regression exam_score [r_squared]",
    ]
    assert not any(line.noise_sd or line.rounding for line in purchase.lines)


def test_clusters_and_a_yes_or_no_regression_are_those_of_the_same_descent_in_the_clear(town, institute):
    purchase = bought(town, institute, FITTED)

    clusters, weights = purchase.lines[:6], purchase.lines[6:]
    assert sum(line.private or 0 for line in clusters if "people" in line.what) == PEOPLE
    assert [line.what for line in weights] == [
        "logistic regression sex [intercept]",
        "logistic regression sex [reading_score]",
    ]


def test_an_answer_of_which_the_nodes_check_every_step_is_the_same(town, institute):
    purchase = bought(town, institute, VERIFIED)

    assert purchase.result.query.verified
    assert told(purchase) == ["median reading_score", "correlation exam_score [reading_score]"]
