"""One student and one company: issue, hold, offer scores, ask, agree, open, pay, end; over real processes."""

from dataclasses import dataclass

import pytest

from consent.score_offer import VerifiedScoreOffer
from consent.vocabulary import Purpose, RecipientKind
from examples.buyers import Organisation
from examples.people import DEMONSTRATION_PASSWORD, invite
from examples.records import Record
from examples.town import MARKETPLACE, WALLET, Town
from marketplace.domain.chart import escrow, subject_earned
from marketplace.sdk.errors import OrderFailedError
from marketplace.sdk.score_offers import check_score_offer, list_score_offers
from marketplace.sdk.scores import (
    AskedScore,
    ScoreWish,
    ask_score,
    collect_score,
    confirm_score,
    open_score,
    score_progress,
    wait_for_score,
)
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import EXAM, STUDENTS
from tests.journeys.customers import Customer, enrolled
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.patience import until
from tests.journeys.traces import forms_of, found_in, kept_by
from wallet.domain.asked_score import AskState
from wallet.domain.held_score_offer import HeldScoreOffer, ScoreOfferState
from wallet.domain.score_choices import ScoreChoices
from wallet.domain.session import Session
from wallet.domain.use import Outcome, Proof, UseEntry
from wallet.errors import ConflictError
from wallet.services.suite import Services

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

COMPANY = Organisation("Harbour Works", "company")
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

DOUBLE = {"exam_score": 2, "reading_score": 1}
SCORE = 2 * -1.437 - 0.659
EURO = 100
CHOICES = ScoreChoices(
    purposes=(Purpose.PERSONNEL_HIRING,),
    recipient_kinds=(RecipientKind.COMPANY,),
    compensation_cents=5 * EURO,
    budget_bits=20,
)


@dataclass
class Student:
    """Somebody with a real record, who offers scores of it."""

    wallets: Services
    session: Session
    offer: HeldScoreOffer

    def decide(self, asked: AskedScore, *, agree: bool = True) -> AskState:
        """Look into the wallet, find the request, and say yes or no."""
        assert not self.wallets.refresh(self.session).alarms
        waiting = {each.request.request_id for _, each in self.wallets.scores.read.waiting(self.session)}
        assert asked.request_id in waiting
        consent_id = self.offer.consent_id
        return self.wallets.scores.answer(self.session, consent_id, asked.request_id, agree=agree).state


@pytest.fixture(scope="module")
def clara(neighbourhood: Neighbourhood) -> Student:
    """A student who fetched her record and offers scores of it, after being asked each time."""
    wallets = neighbourhood.wallets
    (invitation,) = invite(neighbourhood.town, "university", EXAM, [CLARA], STUDENTS)
    session = wallets.create_wallet(invitation.login, DEMONSTRATION_PASSWORD)
    record = wallets.receive_credential(session, invitation.offer_uri)
    return Student(wallets, session, wallets.scores.offer(session, record.credential_id, CHOICES))


@pytest.fixture(scope="module")
def company(neighbourhood: Neighbourhood) -> Customer:
    """A company that hires."""
    return enrolled(neighbourhood, COMPANY)


@pytest.fixture(scope="module")
def checked(clara: Student, company: Customer) -> VerifiedScoreOffer:
    """Her offer as the company finds and checks it."""
    listed = {each.consent_id: each for each in list_score_offers(company.buyer, EXAM)}
    assert dict(listed[clara.offer.consent_id].public) == {"school_type": "mixed"}
    return check_score_offer(company.buyer, clara.offer.consent_id)


@pytest.fixture(scope="module")
def answered(clara: Student, company: Customer, checked: VerifiedScoreOffer) -> AskedScore:
    """A score that was asked for and granted."""
    asked = ask_score(company.buyer, checked, ScoreWish(DOUBLE, Purpose.PERSONNEL_HIRING))
    assert asked.price_cents == 608
    assert clara.decide(asked) is AskState.GRANTED
    return asked


def test_the_company_gets_exactly_the_score_and_the_student_is_paid_to_the_cent(
    neighbourhood: Neighbourhood, clara: Student, company: Customer, answered: AskedScore
):
    before = neighbourhood.balances()
    assert before.posted[escrow(answered.request_id)] == 608

    wait_for_score(company.buyer, answered)
    score = collect_score(company.buyer, answered)

    assert float(score.score) == pytest.approx(SCORE, abs=1e-9)
    assert neighbourhood.balances().since(before) == {
        escrow(answered.request_id): -608,
        subject_earned(clara.offer.consent_id): 500,
        "platform:fee": 108,
    }
    confirm_score(company.buyer, answered)
    assert neighbourhood.balances().posted[subject_earned(clara.offer.consent_id)] == 500


def test_her_wallet_shows_who_asked_what_was_paid_and_the_proof_of_it(clara: Student, answered: AskedScore):
    def look() -> UseEntry:
        assert not clara.wallets.refresh(clara.session).alarms
        (found,) = [
            each for each in clara.wallets.history(clara.session) if each.job_id == answered.request_id
        ]
        return found

    use = until(look, lambda seen: seen.proof is not Proof.PENDING)
    assert (use.buyer.name, use.purpose) == (COMPANY.name, Purpose.PERSONNEL_HIRING)
    assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, 500, Proof.CHECKED)
    assert use.weights == tuple(sorted(DOUBLE.items()))


def test_weights_that_would_complete_the_record_are_refused_and_the_money_is_back(
    neighbourhood: Neighbourhood,
    clara: Student,
    company: Customer,
    checked: VerifiedScoreOffer,
    answered: AskedScore,
):
    before = neighbourhood.balances()
    for weights in ({"exam_score": 1}, {"exam_score": 1, "reading_score": -2}):
        asked = ask_score(company.buyer, checked, ScoreWish(weights, Purpose.PERSONNEL_HIRING))
        assert clara.decide(asked) is AskState.REFUSED

        with pytest.raises(OrderFailedError, match="one number of the record alone"):
            wait_for_score(company.buyer, asked)

    assert neighbourhood.balances().is_as(before)


def test_who_declines_gives_nothing(
    neighbourhood: Neighbourhood, clara: Student, company: Customer, checked: VerifiedScoreOffer
):
    before = neighbourhood.balances()
    asked = ask_score(company.buyer, checked, ScoreWish(DOUBLE, Purpose.PERSONNEL_HIRING))

    assert clara.decide(asked, agree=False) is AskState.REFUSED

    with pytest.raises(OrderFailedError, match="decided against"):
        open_score(company.buyer, asked)
    assert neighbourhood.balances().is_as(before)


def test_somebody_else_gets_the_same_score_and_cannot_get_more(
    neighbourhood: Neighbourhood, clara: Student, answered: AskedScore
):
    rival = enrolled(neighbourhood, Organisation("Tide Works", "company"))
    offer = check_score_offer(rival.buyer, clara.offer.consent_id)
    same = ask_score(rival.buyer, offer, ScoreWish(DOUBLE, Purpose.PERSONNEL_HIRING))
    more = ask_score(
        rival.buyer, offer, ScoreWish({"exam_score": 1, "reading_score": 1}, Purpose.PERSONNEL_HIRING)
    )

    assert clara.decide(same) is AskState.GRANTED
    assert clara.decide(more) is AskState.REFUSED

    assert float(collect_score(rival.buyer, same).score) == pytest.approx(SCORE, abs=1e-9)


def test_one_company_cannot_open_what_another_bought(
    neighbourhood: Neighbourhood, company: Customer, answered: AskedScore
):
    stranger = enrolled(neighbourhood, Organisation("Ebb Works", "company"))

    with pytest.raises(RefusedByPeerError) as refusal:
        open_score(stranger.buyer, answered)

    assert refusal.value.status == 404
    assert open_score(company.buyer, answered).request_id == answered.request_id


def test_a_purpose_or_a_kind_of_organisation_that_she_did_not_allow_gets_nowhere(
    neighbourhood: Neighbourhood, clara: Student, company: Customer, checked: VerifiedScoreOffer
):
    with pytest.raises(RefusedByPeerError) as refusal:
        ask_score(company.buyer, checked, ScoreWish(DOUBLE, Purpose.SCIENTIFIC_RESEARCH))
    assert refusal.value.status == 422

    insurer = enrolled(neighbourhood, Organisation("Safe Harbour", "insurer"))
    assert clara.offer.consent_id not in {each.consent_id for each in list_score_offers(insurer.buyer, EXAM)}
    with pytest.raises(RefusedByPeerError) as hidden:
        check_score_offer(insurer.buyer, clara.offer.consent_id)
    assert hidden.value.status == 404


def test_nobody_but_the_two_ever_holds_a_number_or_the_score(
    neighbourhood: Neighbourhood, clara: Student, company: Customer, answered: AskedScore
):
    secrets = {
        form
        for name in ("exam_score", "reading_score", "school_average")
        for form in forms_of(name, CLARA.values[name] or 0.0)
    }
    secrets |= {f"{SCORE:.3f}".encode(), CLARA.external_id.encode()}

    for party in (MARKETPLACE, *Town.NODES, WALLET):
        assert not found_in(kept_by(neighbourhood, party), secrets), party


def test_after_the_end_nothing_is_answered_and_what_was_bought_still_opens(
    neighbourhood: Neighbourhood,
    clara: Student,
    company: Customer,
    checked: VerifiedScoreOffer,
    answered: AskedScore,
):
    waiting = ask_score(company.buyer, checked, ScoreWish(DOUBLE, Purpose.PERSONNEL_HIRING))
    clara.wallets.refresh(clara.session)
    before = neighbourhood.balances()

    ended = clara.wallets.scores.end(clara.session, clara.offer.consent_id)

    assert ended.state(clara.wallets.clock()) is ScoreOfferState.WITHDRAWN
    with pytest.raises(ConflictError):
        clara.wallets.scores.answer(clara.session, clara.offer.consent_id, waiting.request_id, agree=True)
    assert score_progress(company.buyer, waiting).state == "withdrawn"
    assert neighbourhood.balances().held.get(company.purse, 0) == before.held.get(company.purse, 0) - 608
    with pytest.raises(RefusedByPeerError) as refusal:
        ask_score(company.buyer, checked, ScoreWish(DOUBLE, Purpose.PERSONNEL_HIRING))
    assert refusal.value.status == 404
    assert float(open_score(company.buyer, answered).score) == pytest.approx(SCORE, abs=1e-9)
