"""A question across two records: students let their exam results be joined with a health check of theirs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.comparison import compare
from examples.people import Person, invite
from examples.records import Record, exam_records, health_records
from examples.town import Town
from marketplace.domain.chart import subject_earned
from marketplace.domain.offer import OfferState
from marketplace.domain.split import price_of
from ssi.joined import side_by_side
from tests.journeys.customers import Customer, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.patience import until
from wallet.domain.choices import PolicyChoices

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

EXAM, HEALTH = "exam/1", "health/1"
WILLING, UNWILLING = 14, 2
CENTS = {EXAM: 30, HEALTH: 55}
TERMS = PolicyChoices(
    statistics=tuple(StatisticKind),
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(8),
    epsilon_total=Decimal(8),
    explicit_consent=True,
)
ACROSS = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.MEAN, "health/1#age"),
        Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),
    ),
    floor=10,
    epsilon=None,
    join=HEALTH,
)


@dataclass(frozen=True)
class Both:
    """A person with both her agreements."""

    person: Person
    health: Record
    health_consent: str

    @property
    def consents(self) -> tuple[str, str]:
        return self.person.consent_id, self.health_consent

    @property
    def values(self) -> dict[str, Any]:
        return side_by_side(dict(self.person.record.values), dict(self.health.values), HEALTH)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, because its crowd is counted."""
    folder = tmp_path_factory.mktemp("joined-town")
    with databases_for_a_town() as databases, living_in(Town(folder, database_url=databases)) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(town: Neighbourhood) -> list[Both]:
    """Fourteen who let both be joined, and two who allow it for the health check only."""
    records = exam_records(WILLING + UNWILLING)
    joining = replace(TERMS, compensation_cents=CENTS[EXAM], joins=(HEALTH,))
    people = town.settle(
        [
            *invite(town.town, "university", EXAM, records[:WILLING], joining),
            *invite(town.town, "university", EXAM, records[WILLING:], replace(joining, joins=())),
        ]
    )
    return [
        second_record(town, person, record)
        for person, record in zip(people, health_records(len(people)), strict=True)
    ]


def second_record(town: Neighbourhood, person: Person, record: Record) -> Both:
    """She fetches a health check into the same wallet and offers it as well."""
    terms = replace(TERMS, compensation_cents=CENTS[HEALTH], joins=(EXAM,))
    (invitation,) = invite(town.town, "hospital", HEALTH, [record], terms)
    session = town.session(person)
    received = town.wallets.receive_credential(session, invitation.offer_uri)
    held = town.wallets.publish_offer(session, received.credential_id, terms)
    offered = replace(person, consent_id=held.consent_id)
    state = until(partial(town.state_of, offered), lambda state: state is not OfferState.WAITING)
    assert state is OfferState.ACTIVE
    return Both(person, record, held.consent_id)


@pytest.fixture(scope="module")
def customer(town: Neighbourhood) -> Customer:
    """A research institute."""
    return enrolled(town)


def test_an_answer_across_both_records_equals_that_in_the_clear_and_pays_for_both(
    town: Neighbourhood, crowd: list[Both], customer: Customer
):
    willing = crowd[:WILLING]
    purchase = buy(town, customer, ACROSS, [each.person for each in willing])

    lines = compare(ACROSS, purchase.result.answer, [each.values for each in willing])
    assert all(line.private is not None for line in lines), lines
    assert all(line.holds for line in lines), lines
    price = price_of(WILLING, max(CENTS.values()), Town.NODES, records=2)
    changes = purchase.settled.since(purchase.before)
    earned = {account: cents for account, cents in changes.items() if account.startswith("subject:")}
    assert earned == {
        subject_earned(consent): max(CENTS.values()) for each in willing for consent in each.consents
    }
    assert -changes[customer.purse] == price.gross_cents == purchase.quote.price_cents
    assert purchase.settled.of("escrow") == 0


def test_each_of_them_sees_in_her_wallet_what_both_records_were_used_for(
    town: Neighbourhood, crowd: list[Both]
):
    session = town.session(crowd[0].person)
    town.wallets.refresh(session)

    uses = {use.consent_id: use for use in town.wallets.read.history(session)}

    assert set(uses) == set(crowd[0].consents)
    assert all(use.query == ACROSS for use in uses.values())
    assert {use.amount_cents for use in uses.values()} == {max(CENTS.values())}


def test_whoever_ends_one_of_the_two_agreements_is_out_with_both(
    town: Neighbourhood, crowd: list[Both], customer: Customer
):
    left = crowd[0]
    session = town.session(left.person)
    town.wallets.withdraw_consent(session, left.health_consent)

    noised = replace(ACROSS, statistics=ACROSS.statistics[:1], epsilon=Decimal(2))
    purchase = buy(town, customer, noised, [each.person for each in crowd[1:WILLING]])

    assert purchase.result.people == WILLING - 1
    alone = replace(noised, join=None)
    still_there = buy(town, customer, alone, [each.person for each in crowd])
    assert still_there.result.people == WILLING + UNWILLING


def test_handles_stand_in_both_agreements_and_in_no_other(town: Neighbourhood, crowd: list[Both]):
    with town.house.store.reading() as books:
        offers = books.offers.many(consent for each in crowd for consent in each.consents)
    handles = [
        tuple(
            offers[consent].policy.join_handle(other)
            for consent, other in zip(each.consents, (HEALTH, EXAM), strict=True)
        )
        for each in crowd
    ]

    assert all(left == right is not None for left, right in handles[:WILLING])
    assert all(left is None and right is not None for left, right in handles[WILLING:])
    assert len({right for _, right in handles}) == len(crowd)
