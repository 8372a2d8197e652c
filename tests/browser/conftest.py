"""One town of real processes behind all browser tests: people who offer records, a buyer, an operator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from examples.buyers import Enrolled, Organisation, enrol
from examples.demo import story
from examples.demo.questions import STUDENTS
from examples.people import Person, invite, settle_in, wallet_settings
from examples.records import Record, exam_records
from examples.town import Town
from tests.browser.officer import EXAM, UNIVERSITY
from tests.browsing import chromium, chromium_path
from tests.journeys.databases import databases_for_a_town
from wallet.bootstrap import build
from wallet.domain.choices import PolicyChoices

CROWD = 52
"""With one more they are enough for the smallest group of 50 that the wallet's wizard offers."""

TOWN = pytest.StashKey[Town]()
BROKEN = pytest.StashKey[str]()

BUYER = ("buyer@institute.example", "tide table compass")
OPERATOR = ("operator@market.example", "tide table sextant")


@pytest.fixture(scope="session", autouse=True)
def _quick_start(quick_start: None) -> None:
    """Towns are founded by commands that start at once."""


@dataclass(frozen=True)
class Crowd:
    """Who lives in the town before the story begins, and who may still come.

    The members allow exact answers. The bystander allows only well blurred ones, so she is in none of those
    that are asked here. The newcomers are students without a record yet.
    """

    members: Sequence[Person]
    bystander: Person
    newcomers: Sequence[Record]


@pytest.fixture(scope="session")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    chromium_path()  # where nobody can look, no town is founded
    with databases_for_a_town() as databases, Town(tmp_path_factory.mktemp("town"), databases) as town:
        request.session.stash[TOWN] = town
        yield town


@pytest.fixture(scope="session")
def crowd(town: Town) -> Crowd:
    records = exam_records(CROWD + 4)
    invitations = [
        *invite(town, UNIVERSITY, EXAM.ref, records[:CROWD], STUDENTS),
        *invite(town, UNIVERSITY, EXAM.ref, records[CROWD : CROWD + 1], PolicyChoices()),
    ]
    *members, bystander = settle_in(town, invitations)
    services = build(wallet_settings(town))
    for _ in story.wait_until_offered(services, [members[-1], bystander]):
        pass
    services.close()
    return Crowd(members, bystander, records[CROWD + 1 :])


@pytest.fixture(scope="session")
def buyer(town: Town) -> Enrolled:
    institute = Organisation("Institute for Education Research", "research_institute")
    email, password = BUYER
    return enrol(town, institute, email=email, password=password)


@pytest.fixture(scope="session")
def operator(town: Town) -> tuple[str, str]:
    email, password = OPERATOR
    story.hire_operator(town, email=email, password=password)
    return OPERATOR


@pytest.fixture(scope="module")
def browser(crowd: Crowd) -> Iterator[Browser]:
    """Chromium, started after the crowd has settled: its helpers are forked, and a browser is not to be."""
    with chromium() as started:
        yield started


def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
    """Remember where a story broke off."""
    if (
        _tells_a_story(item)
        and item.parent
        and call.excinfo
        and not call.excinfo.errisinstance(pytest.skip.Exception)
    ):
        item.parent.stash[BROKEN] = item.name


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What comes after the break cannot be told."""
    if _tells_a_story(item) and item.parent and BROKEN in item.parent.stash:
        pytest.skip(f"the story broke off in {item.parent.stash[BROKEN]}")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last test that looks at the town its processes end, however long the session lasts."""
    here = Path(__file__).parent
    if (nextitem is None or here not in nextitem.path.parents) and TOWN in item.session.stash:
        item.session.stash[TOWN].close()


def _tells_a_story(item: pytest.Item) -> bool:
    return "so_far" in getattr(item, "fixturenames", ())
