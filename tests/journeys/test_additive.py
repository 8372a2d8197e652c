"""A town with a dealer, whose people give each node one component: sums without it, products with it."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from subprocess import run

import pytest

from consent.query import Statistic
from consent.vocabulary import Engine, StatisticKind
from examples.people import invite
from examples.records import exam_records
from examples.town import Town, free_port
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import COMPENSATION_CENTS, EXAM, OF_ALL, STUDENTS
from tests.journeys.customers import Customer, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in

PEOPLE = 12
DEALER = "dealer"
DEALER_PROGRAM = (sys.executable, "-m", "marketplace.mpc_dealer.cli")
ALL_THREE = replace(
    STUDENTS,
    engines=(Engine.ADDITIVE,),
    statistics=(*STUDENTS.statistics, StatisticKind.VARIANCE, StatisticKind.COVARIANCE),
)
SPREAD = replace(
    OF_ALL,
    engine=Engine.ADDITIVE,
    statistics=(*OF_ALL.statistics, Statistic(StatisticKind.VARIANCE, "exam_score")),
)
TOGETHER = replace(
    SPREAD,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),
    ),
)

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(600)]


class TownWithDealer(Town):
    """A town in which a fourth operator deals random numbers."""

    def found(self) -> None:
        """Let the dealer make its key first, so that its part is there when the registry is signed."""
        self.ports[DEALER] = free_port()
        self.programs[DEALER] = DEALER_PROGRAM
        about = ("--id", DEALER, "--operator", "Statistics Office", "--url", self.url(DEALER))
        run(
            [*DEALER_PROGRAM, "init", "--dir", str(self.home(DEALER)), *about],
            check=True,
            capture_output=True,
        )
        super().found()

    def start_all(self) -> None:
        """Start the dealer and then everybody else."""
        self.start(DEALER)
        super().start_all()

    def url(self, name: str) -> str:
        """Where a party answers."""
        return f"https://127.0.0.1:{self.ports[DEALER]}" if name == DEALER else super().url(name)

    def _sign_registry(self, *words: Path) -> None:
        super()._sign_registry(*words, self.home(DEALER) / "public.json")

    def _serve(self, name: str) -> list[str | Path]:
        if name == DEALER:
            return ["serve", "--dir", self.home(DEALER), "--port", str(self.ports[DEALER]), *self.trust]
        return super()._serve(name)

    def said_by_the_dealer(self) -> Sequence[str]:
        """The lines of the dealer's log."""
        return (self.home(DEALER) / "process.log").read_text().splitlines()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, in which everybody wants all three nodes to be needed."""
    with databases_for_a_town() as databases:
        founded = TownWithDealer(tmp_path_factory.mktemp("alone"), database_url=databases)
        with living_in(founded) as found:
            records = exam_records(PEOPLE)
            found.people = found.settle(list(invite(founded, "university", EXAM, records, ALL_THREE)))
            yield found


@pytest.fixture(scope="module")
def institute(town: Neighbourhood) -> Customer:
    """Who asks."""
    return enrolled(town)


def test_the_registry_names_the_dealer(town):
    assert town.registry.dealer.operator == "Statistics Office"


@pytest.mark.parametrize("epsilon", [None, Decimal(8)], ids=["exact", "noised"])
def test_sums_and_a_variance_are_bought_opened_and_paid(town, institute, epsilon):
    purchase = buy(town, institute, replace(SPREAD, epsilon=epsilon), town.people)

    assert all(line.holds for line in purchase.lines)
    earned = purchase.settled.since(purchase.before)
    paid = [cents for name, cents in earned.items() if name.startswith("subject:")]
    assert paid == [COMPENSATION_CENTS] * PEOPLE


def test_a_covariance_takes_the_dealer_and_is_right(town, institute):
    purchase = buy(town, institute, TOGETHER, town.people)

    assert purchase.result.computation.verified
    count, covariance = purchase.result.answer.rows[0].estimates
    scores = [
        (float(person.record.values["exam_score"]), float(person.record.values["reading_score"]))
        for person in town.people
    ]
    means = [sum(column) / PEOPLE for column in zip(*scores, strict=True)]
    expected = sum((x - means[0]) * (y - means[1]) for x, y in scores) / (PEOPLE - 1)
    assert count.value == PEOPLE
    assert covariance.value == pytest.approx(expected, abs=1e-6)
    dealt = [line for line in town.town.said_by_the_dealer() if "triples were dealt" in line]
    assert sorted(name for line in dealt for name in Town.NODES if f'"{name}"' in line) == list(Town.NODES)


def test_a_question_that_two_nodes_would_answer_reaches_nobody_here(town, institute):
    with pytest.raises(RefusedByPeerError) as refused:
        institute.buyer.quote(OF_ALL)

    assert "people" in str(refused.value)
