"""Two towns of real processes: one in which all is well, one in which nodes lie and processes are killed."""

import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from examples.town import Town
from tests.journeys import strange_node
from tests.journeys.crowds import BY_SCHOOL, students
from tests.journeys.customers import Customer, Purchase, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.market_side import MarketSide
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.patience import PEER_TIMEOUT
from tests.journeys.strange_node import Mood

PEOPLE = 45
ROUGH_PEOPLE = 14
IMPATIENCE = {PEER_TIMEOUT: "10"}
"""Nodes wait 10 seconds for their peers: where nodes are killed, others wait in vain."""

STRANGE = "node-b"
STRANGE_NODE = (sys.executable, strange_node.__file__)


@pytest.fixture(scope="session", autouse=True)
def _quick_start(quick_start: None) -> None:
    """Towns are founded by commands that start at once."""


@pytest.fixture(scope="session")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town in which all is well, with 45 students who offer their records."""
    with databases_for_a_town() as databases:
        town = Town(tmp_path_factory.mktemp("town"), database_url=databases)
        with living_in(town) as found:
            found.people = found.settle(students(town, PEOPLE))
            yield found


@pytest.fixture(scope="session")
def institute(neighbourhood: Neighbourhood) -> Customer:
    """A research institute that may ask the students."""
    return enrolled(neighbourhood)


@pytest.fixture(scope="session")
def exact(neighbourhood: Neighbourhood, institute: Customer) -> Purchase:
    """An exact answer by kind of school, bought, opened, confirmed and paid.

    Those of a kind that is too rare do not take part.
    """
    schools = Counter(person.record.values["school_type"] for person in neighbourhood.people)
    people = [
        person
        for person in neighbourhood.people
        if schools[person.record.values["school_type"]] >= BY_SCHOOL.floor
    ]
    return buy(neighbourhood, institute, BY_SCHOOL, people)


@pytest.fixture(scope="session")
def market_side(neighbourhood: Neighbourhood) -> MarketSide:
    """The marketplace as its nodes see it."""
    return MarketSide.of(neighbourhood)


@pytest.fixture(scope="session")
def mood(rough_neighbourhood: Neighbourhood) -> Mood:
    """How the strange one of the rough town's nodes behaves; honestly, unless a test sets it otherwise."""
    return Mood(rough_neighbourhood.town.home(STRANGE))


@pytest.fixture(scope="session")
def rough_neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town whose processes are killed, and with one strange node; each test leaves it honest and alive."""
    with databases_for_a_town() as databases:
        town = Town(
            tmp_path_factory.mktemp("rough-town"),
            database_url=databases,
            programs={STRANGE: STRANGE_NODE},
            settings=dict(IMPATIENCE),
        )
        with living_in(town) as found:
            found.people = found.settle(students(town, ROUGH_PEOPLE))
            yield found
