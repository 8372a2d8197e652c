"""Twelve students and an institute: a weighted sum over their wallets, with no computing node running."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from consent.vocabulary import Purpose, RecipientKind
from examples.buyers import Organisation
from examples.people import DEMONSTRATION_PASSWORD, invite
from examples.records import Record, exam_records
from examples.town import MARKETPLACE, WALLET, WORKER, Town
from marketplace.domain.chart import PLATFORM_FEE, escrow, subject_earned
from marketplace.sdk.crowds import (
    CrowdWish,
    OrderedCrowd,
    collect_crowd,
    crowd_progress,
    crowd_supply,
    expected_noise,
    open_sum,
    order_crowd,
    wait_for_crowd,
)
from marketplace.sdk.errors import OrderFailedError
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import EXAM, STUDENTS
from tests.journeys.customers import INSTITUTE, Customer, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.patience import until
from tests.journeys.traces import forms_of, found_in, kept_by
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.crowd_part import CrowdPart, PartState
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.session import Session
from wallet.domain.use import Outcome, Proof
from wallet.services.suite import Services

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(900)]

PEOPLE = 12
CENTS = 40
FEE_CENTS = 9
CLARA = Record(
    "student-clara-7393",
    {
        "exam_score": -1.437,
        "reading_score": -0.659,
        "school_average": -0.371,
        "verbal_reasoning": "middle",
        "intake": "top",
        "sex": "female",
        "school_type": "mixed",
    },
)
"""Values that occur nowhere else, so that finding one would tell."""

WEIGHTS = {"exam_score": 2, "reading_score": 1}
CHOICES = CrowdChoices(
    purposes=(Purpose.ACADEMIC_RESEARCH,),
    recipient_kinds=(RecipientKind.RESEARCH_INSTITUTE,),
    crowd_floor=10,
    epsilon_per_sum=Decimal(8),
    epsilon_total=Decimal(20),
    compensation_cents=CENTS,
)
WISH = CrowdWish(
    data_set=EXAM,
    weights=WEIGHTS,
    purpose=Purpose.ACADEMIC_RESEARCH,
    people=PEOPLE,
    floor=10,
    epsilon=Decimal(8),
    compensation_cents=CENTS,
    joining=timedelta(hours=1),
    round_length=timedelta(hours=1),
)


class TownWithoutNodes(Town):
    """Nodes are in the registry, and none of them runs."""

    def start_all(self) -> None:
        """Start every process but the nodes."""
        names = (*self.ISSUERS, MARKETPLACE, WALLET, WORKER)
        for name in names:
            self.start(name, wait=False)
        for name in names[:-1]:
            self.wait_until_healthy(name)


@dataclass
class Student:
    """Somebody with a real record whose wallet takes part in sums."""

    wallets: Services
    session: Session
    record: Record
    consent_id: str

    @property
    def offer(self) -> HeldCrowdOffer:
        """Her offer as her wallet has it now."""
        found = self.wallets.crowds.read.offers(self.session)
        return next(each for each in found if each.consent_id == self.consent_id)

    def part(self, ordered: OrderedCrowd) -> CrowdPart | None:
        """Her part in an order."""
        return self.offer.part(ordered.order_id)

    def look(self) -> None:
        """Her wallet checks for news, and takes the step that is its turn."""
        assert not self.wallets.refresh(self.session).alarms


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town whose nodes do not run."""
    with databases_for_a_town() as databases:
        town = TownWithoutNodes(tmp_path_factory.mktemp("nodeless-town"), database_url=databases)
        with living_in(town) as found:
            assert not set(Town.NODES) & set(found.town.processes)
            yield found


@pytest.fixture(scope="module")
def students(place: Neighbourhood) -> list[Student]:
    """Twelve students who let their wallets take part."""
    wallets, records = place.wallets, [CLARA, *exam_records(PEOPLE - 1)]
    found = []
    for invitation, record in zip(
        invite(place.town, "university", EXAM, records, STUDENTS), records, strict=True
    ):
        session = wallets.create_wallet(invitation.login, DEMONSTRATION_PASSWORD)
        kept = wallets.receive_credential(session, invitation.offer_uri)
        offer = wallets.crowds.offer(session, kept.credential_id, CHOICES)
        found.append(Student(wallets, session, record, offer.consent_id))
    return found


@pytest.fixture(scope="module")
def institute(place: Neighbourhood) -> Customer:
    """Who asks."""
    return enrolled(place, INSTITUTE)


def everybody_looks(students: list[Student]) -> None:
    """One round: every wallet checks for news."""
    for student in students:
        student.look()


def sum_over(students: list[Student]) -> float:
    """The sum in the clear."""
    return sum(
        weight * float(student.record.values[name] or 0.0)
        for student in students
        for name, weight in WEIGHTS.items()
    )


@pytest.fixture(scope="module")
def released(students: list[Student], institute: Customer) -> OrderedCrowd:
    """A sum that twelve wallets computed."""
    ordered = order_crowd(institute.buyer, WISH)
    for state in ("sharing", "masking", "revealing", "released"):
        everybody_looks(students)
        assert crowd_progress(institute.buyer, ordered).state == state
    return ordered


def test_the_institute_gets_the_sum_with_its_error_and_everybody_is_paid_to_the_cent(
    place: Neighbourhood, students: list[Student], institute: Customer, released: OrderedCrowd
):
    before = place.balances()
    assert before.posted[escrow(released.order_id)] == PEOPLE * (CENTS + FEE_CENTS)

    wait_for_crowd(institute.buyer, released)
    opened = collect_crowd(institute.buyer, released)

    assert (opened.people, opened.size) == (PEOPLE, PEOPLE)
    assert opened.noise_sd == pytest.approx(expected_noise(WISH, PEOPLE))
    assert abs(float(opened.value) - sum_over(students)) < 8 * opened.noise_sd
    assert place.balances().since(before) == {
        escrow(released.order_id): -PEOPLE * (CENTS + FEE_CENTS),
        PLATFORM_FEE: PEOPLE * FEE_CENTS,
        **{subject_earned(each.consent_id): CENTS for each in students},
    }


def test_every_wallet_shows_who_asked_what_it_was_paid_and_that_no_node_confirmed_the_log(
    students: list[Student], released: OrderedCrowd
):
    everybody_looks(students)

    for student in students:
        (use,) = student.wallets.history(student.session)
        assert use.job_id == released.order_id
        assert (use.buyer.name, use.purpose) == (INSTITUTE.name, Purpose.ACADEMIC_RESEARCH)
        assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, CENTS, Proof.PENDING)
        part = student.part(released)
        assert part is not None
        assert (part.state, part.seed) == (PartState.PAID, b"")


def test_a_buyer_sees_a_band_of_people_and_not_who(students: list[Student], institute: Customer):
    supply = crowd_supply(institute.buyer, EXAM)

    assert supply.people == "fewer than 50"
    assert supply.from_cents == CENTS + FEE_CENTS


def test_another_organisation_cannot_open_what_was_bought(place: Neighbourhood, released: OrderedCrowd):
    stranger = enrolled(place, Organisation("Ebb Institute", "research_institute"))

    with pytest.raises(RefusedByPeerError) as refusal:
        open_sum(stranger.buyer, released)

    assert refusal.value.status == 404


def test_a_second_sum_without_one_of_them_is_refused_by_all_the_others(
    place: Neighbourhood, students: list[Student], institute: Customer, released: OrderedCrowd
):
    """The difference of the two would be about one student."""
    before = place.balances()
    ordered = order_crowd(institute.buyer, replace(WISH, people=PEOPLE - 1))
    everybody_looks(students[1:])
    everybody_looks(students[1:])

    with pytest.raises(OrderFailedError, match="too few wallets"):
        wait_for_crowd(institute.buyer, ordered)

    refusals = {part.refusal for each in students[1:] if (part := each.part(ordered)) is not None}
    assert None not in refusals
    assert place.balances().is_as(before)


def test_a_sum_that_too_few_join_comes_to_nothing_and_the_money_is_back(
    place: Neighbourhood, students: list[Student], institute: Customer, released: OrderedCrowd
):
    before = place.balances()
    ordered = order_crowd(institute.buyer, replace(WISH, joining=timedelta(seconds=2)))
    students[0].look()

    progress = until(
        partial(crowd_progress, institute.buyer, ordered), lambda progress: progress.state != "joining"
    )

    assert (progress.state, progress.reason) == ("failed", "too few people joined")
    assert place.balances().is_as(before)


def test_a_sum_that_lacks_one_of_the_same_people_is_not_revealed(
    place: Neighbourhood, students: list[Student], institute: Customer, released: OrderedCrowd
):
    """Beside the first sum it would tell what the missing one brought in, so the others do not open it."""
    ordered = order_crowd(institute.buyer, replace(WISH, round_length=timedelta(seconds=45)))
    everybody_looks(students)
    everybody_looks(students)
    others = students[:-1]
    everybody_looks(others)
    until(partial(crowd_progress, institute.buyer, ordered), lambda progress: progress.state == "revealing")
    everybody_looks(others)

    until(partial(crowd_progress, institute.buyer, ordered), lambda progress: progress.state == "failed")

    earned = place.balances().posted
    assert {earned[subject_earned(student.consent_id)] for student in students} == {CENTS}


def test_nobody_holds_a_number_or_the_sum_but_those_it_belongs_to(
    place: Neighbourhood, students: list[Student], institute: Customer, released: OrderedCrowd
):
    secrets = {
        form
        for name in ("exam_score", "reading_score", "school_average")
        for form in forms_of(name, CLARA.values[name] or 0.0)
    }
    secrets |= {f"{open_sum(institute.buyer, released).value}".encode(), CLARA.external_id.encode()}

    for party in (MARKETPLACE, WORKER, WALLET):
        assert not found_in(kept_by(place, party), secrets), party


def test_who_ends_her_offer_is_asked_for_nothing_any_more(
    students: list[Student], institute: Customer, released: OrderedCrowd
):
    clara = students[0]
    clara.wallets.crowds.end(clara.session, clara.consent_id)
    ordered = order_crowd(institute.buyer, WISH)

    clara.look()

    assert clara.part(ordered) is None
