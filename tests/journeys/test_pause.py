"""A person pauses and is in no answer, goes on and is in the next one, and ends it while it is paused."""

import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.people import Person, invite
from examples.records import exam_records
from examples.town import Town
from marketplace.domain.chart import subject_earned
from marketplace.domain.offer import OfferState
from tests.journeys.customers import Customer, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import HeldConsent

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

PEOPLE = 12
SOON_SECONDS = 5
TERMS = PolicyChoices(
    statistics=tuple(StatisticKind),
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(8),
    epsilon_total=Decimal(8),
    compensation_cents=30,
)
ASKED = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT),),
    floor=10,
    epsilon=Decimal(2),
)
"""With noise: an exact answer that differs by her alone from the one before would leave her out."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, because its crowd is counted."""
    folder = tmp_path_factory.mktemp("pausing-town")
    with databases_for_a_town() as databases, living_in(Town(folder, database_url=databases)) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(town: Neighbourhood) -> list[Person]:
    """Twelve students."""
    return town.settle(list(invite(town.town, "university", "exam/1", exam_records(PEOPLE), TERMS)))


@pytest.fixture(scope="module")
def customer(town: Neighbourhood) -> Customer:
    """A research institute."""
    return enrolled(town)


def say(town: Neighbourhood, person: Person, *, paused: bool) -> HeldConsent:
    """She presses the button, and everybody knows within seconds."""
    session, begun = town.session(person), time.monotonic()
    held = town.wallets.pause_consents(session, person.consent_id, paused=paused)
    assert time.monotonic() - begun < SOON_SECONDS
    assert held.pausing is not None
    assert held.pausing.marketplace_told
    assert set(held.pausing.nodes_told) == set(Town.NODES)
    return held


def test_who_pauses_is_in_no_answer_until_she_goes_on(
    town: Neighbourhood, crowd: list[Person], customer: Customer
):
    her, *others = crowd
    say(town, her, paused=True)
    without = buy(town, customer, ASKED, others)
    say(town, her, paused=False)

    with_her = buy(town, customer, ASKED, crowd)

    assert all(line.holds for line in without.lines), without.lines
    assert all(line.holds for line in with_her.lines), with_her.lines
    account = subject_earned(her.consent_id)
    assert account not in without.settled.since(without.before)
    assert with_her.settled.since(with_her.before)[account] == TERMS.compensation_cents


def test_a_paused_agreement_can_be_ended_and_what_it_earned_stays(
    town: Neighbourhood, crowd: list[Person], customer: Customer
):
    her, *others = crowd
    account = subject_earned(her.consent_id)
    earned = town.balances().posted.get(account)
    say(town, her, paused=True)

    held = town.wallets.withdraw_consent(town.session(her), her.consent_id)

    assert held.withdrawal is not None
    assert set(held.withdrawal.deletions) == set(Town.NODES)
    assert town.state_of(her) is OfferState.WITHDRAWN
    purchase = buy(town, customer, ASKED, others)
    assert all(line.holds for line in purchase.lines), purchase.lines
    assert purchase.settled.posted.get(account) == earned
