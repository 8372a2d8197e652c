"""A person offers scores of her record, is asked, decides, is paid, and ends it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.record import verify_withdrawal
from consent.record_document import Notice
from consent.score_request import sign_score_request
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.functional.als16_wire import encode_secret_key
from ssi.dataset import data_set
from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.score_market import (
    COMPANY_KEY,
    DOUBLE,
    EQUAL,
    STATUS_INDEX,
    request_id,
)
from tests.wallet.world import World
from wallet.domain.asked_score import AskState
from wallet.domain.held_score_offer import HeldScoreOffer, ScoreOfferState
from wallet.domain.offer_news import EndedRequest
from wallet.domain.score_choices import ScoreChoices, most_private_scores
from wallet.domain.score_memory import ScoreMemory, first_memory
from wallet.domain.session import Session
from wallet.domain.use import Outcome, Proof
from wallet.errors import ChoiceError, ConflictError, NotInWalletError, PartnerRefusedError

CHOICES = ScoreChoices(budget_bits=20)
BY_ITSELF = replace(CHOICES, asks_first=False)
SCORE = 0.261 - 1.5


def offered(world: World, session: Session, choices: ScoreChoices = CHOICES) -> HeldScoreOffer:
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.scores.offer(session, record.credential_id, choices)


def answered(world: World, session: Session, weights, number: int = 1, *, agree: bool = True):
    """One request of the company, decided by the person."""
    (held, *_) = [each for each in world.services.scores.read.offers(session) if each.ended is None]
    request = world.scores.ask(held.consent_id, weights, number)
    assert not world.services.refresh(session).alarms
    asked = world.services.scores.answer(session, held.consent_id, request.request_id, agree=agree)
    return request, asked


def test_an_offer_reaches_the_market_encrypted_proven_and_signed(world, anna):
    held = offered(world, anna)

    found = world.scores.verified(held.consent_id)
    assert held.state(world.clock()) is ScoreOfferState.ACTIVE
    assert found.consent.terms == held.terms
    assert found.credential.claims == {"school_type": "girls"}
    assert found.consent.notice == Notice.of(held.notice, "en")
    assert held.receipt is not None


def test_a_person_who_agrees_gives_exactly_the_score_that_was_asked(world, anna):
    offered(world, anna)

    request, asked = answered(world, anna, EQUAL)

    assert asked.state is AskState.GRANTED
    assert asked.sent
    assert world.scores.score(request) == pytest.approx(SCORE)


def test_a_person_who_declines_gives_nothing_but_that_answer(world, anna):
    offered(world, anna)

    request, asked = answered(world, anna, EQUAL, agree=False)

    assert asked.refusal is ScoreRefusal.DECLINED
    assert world.scores.answered(request).refusal is ScoreRefusal.DECLINED
    _, again = answered(world, anna, EQUAL, number=2)
    assert again.state is AskState.GRANTED


def test_nothing_is_answered_before_the_person_has_decided(world, anna):
    held = offered(world, anna)
    world.scores.ask(held.consent_id, EQUAL)

    world.services.refresh(anna)

    ((waiting, asked),) = world.services.scores.read.waiting(anna)
    assert waiting.consent_id == held.consent_id
    assert (asked.buyer.name, asked.weights) == ("Harbour Works", EQUAL)
    assert not world.scores.answers


def test_a_standing_rule_answers_what_the_terms_allow_and_refuses_the_rest(world, anna):
    held = offered(world, anna, BY_ITSELF)
    good = world.scores.ask(held.consent_id, EQUAL, 1)
    bad = world.scores.ask(held.consent_id, {"exam_score": 1}, 2)
    cheap = world.scores.ask(held.consent_id, EQUAL, 3, compensation_cents=499)
    other = world.scores.ask(held.consent_id, EQUAL, 4, purpose=Purpose.SCIENTIFIC_RESEARCH)

    world.services.refresh(anna)

    assert world.scores.score(good) == pytest.approx(SCORE)
    assert world.scores.answered(bad).refusal is ScoreRefusal.SINGLE_VALUE
    assert world.scores.answered(cheap).refusal is ScoreRefusal.COMPENSATION_TOO_LOW
    assert world.scores.answered(other).refusal is ScoreRefusal.PURPOSE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"reading_score": 1}, ScoreRefusal.SINGLE_VALUE),
        ({"exam_score": 1, "reading_score": 31, "school_average": 961}, ScoreRefusal.DOMINATED),
        ({"exam_score": 100, "reading_score": 1, "school_average": 1}, ScoreRefusal.DOMINATED),
    ],
    ids=["unit vector", "digits", "dominating weight"],
)
def test_the_authority_refuses_even_if_the_person_agrees(world, anna, weights, reason):
    offered(world, anna)

    request, asked = answered(world, anna, weights)

    assert asked.refusal is reason
    assert world.scores.answered(request).sealed is None


def test_a_second_buyer_cannot_complete_the_record_with_what_a_first_one_has(world, anna):
    offered(world, anna)
    answered(world, anna, EQUAL, 1)

    _, second = answered(world, anna, {"exam_score": 1, "reading_score": -1}, 2)
    request, again = answered(world, anna, EQUAL, 3)

    assert second.refusal is ScoreRefusal.SINGLE_VALUE
    assert again.state is AskState.GRANTED
    assert world.scores.score(request, 3) == pytest.approx(SCORE)


def test_a_spent_budget_refuses(world, anna):
    offered(world, anna, replace(CHOICES, budget_bits=13))

    _, asked = answered(world, anna, EQUAL)

    assert asked.refusal is ScoreRefusal.BUDGET_SPENT


def test_ending_and_offering_again_does_not_forget_what_was_told(world, anna):
    held = offered(world, anna)
    answered(world, anna, EQUAL, 1)
    world.services.scores.end(anna, held.consent_id)

    again = world.services.scores.offer(anna, held.credential_id, CHOICES)
    _, asked = answered(world, anna, {"exam_score": 1, "reading_score": -1}, 2)

    assert again.master_key != held.master_key
    assert asked.refusal is ScoreRefusal.SINGLE_VALUE


def test_a_reissued_record_is_the_same_record(world, anna):
    held = offered(world, anna)
    answered(world, anna, EQUAL, 1)
    world.services.scores.end(anna, held.consent_id)
    world.clock.forward(days=1)

    offered(world, anna)
    _, asked = answered(world, anna, {"exam_score": 1, "reading_score": 2}, 2)

    assert asked.refusal is ScoreRefusal.SINGLE_VALUE


def test_what_is_told_is_remembered_before_the_answer_leaves(world, anna):
    offered(world, anna)
    world.scores.ask(held_id(world, anna), EQUAL)
    world.services.refresh(anna)
    world.scores.down = True

    asked = world.services.scores.answer(anna, held_id(world, anna), request_id(1), agree=True)

    (memory,) = world.stores.score_memories.all(anna)
    assert memory.functions == ((1, 1, 0),)
    assert asked.waits_to_be_sent
    world.scores.down = False
    world.services.refresh(anna)
    assert request_id(1) in world.scores.answers


def held_id(world: World, session: Session) -> str:
    return world.services.scores.read.offers(session)[0].consent_id


def test_two_windows_cannot_grant_two_scores_that_add_up(world, anna):
    # Both read the same memory; the store lets only the first of them write.
    offered(world, anna)
    (memory,) = world.stores.score_memories.all(anna)
    answered(world, anna, EQUAL, 1)

    with pytest.raises(ConflictError):
        world.stores.score_memories.save(anna, memory.granting(((1, -1, 0),)))


def test_answering_again_changes_nothing(world, anna):
    offered(world, anna)
    request, first = answered(world, anna, EQUAL)

    again = world.services.scores.answer(anna, request.consent_id, request.request_id, agree=False)

    assert again == first


def test_after_the_end_nothing_is_answered_and_the_master_key_is_gone(world, anna):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)

    ended = world.services.scores.end(anna, held.consent_id)

    assert ended.state(world.clock()) is ScoreOfferState.WITHDRAWN
    assert ended.master_key is None
    assert ended.find(request.request_id).state is AskState.ENDED
    with pytest.raises(ConflictError):
        world.services.scores.answer(anna, held.consent_id, request.request_id, agree=True)
    key = world.scores.verified(held.consent_id).credential.holder_key
    assert verify_withdrawal(world.scores.withdrawals[held.consent_id], key).consent_id == held.consent_id


def test_a_key_that_had_not_left_before_the_end_never_leaves(world, anna):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)
    world.scores.down = True
    world.services.scores.answer(anna, held.consent_id, request.request_id, agree=True)
    ended = world.services.scores.end(anna, held.consent_id)

    world.scores.down = False
    world.services.refresh(anna)

    assert ended.find(request.request_id).state is AskState.ENDED
    assert not world.scores.answers


def test_an_end_that_could_not_be_told_is_told_at_the_next_refresh(world, anna):
    held = offered(world, anna)
    world.scores.down = True
    world.services.scores.end(anna, held.consent_id)
    assert not world.scores.withdrawals

    world.scores.down = False
    world.services.refresh(anna)

    assert held.consent_id in world.scores.withdrawals


def test_requests_run_out(world, anna):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)
    world.clock.forward(days=8)

    assert not world.services.scores.read.waiting(anna)
    with pytest.raises(ConflictError, match="over"):
        world.services.scores.answer(anna, held.consent_id, request.request_id, agree=True)


def test_a_payment_is_believed_with_its_receipt_and_its_place_in_the_log(world, anna):
    offered(world, anna)
    request, _ = answered(world, anna, EQUAL)
    world.scores.pay(request)

    report = world.services.refresh(anna)

    (use,) = world.services.history(anna)
    assert not report.alarms
    assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, 500, Proof.CHECKED)
    assert use.weights == (("exam_score", 1), ("reading_score", 1))
    assert world.services.earnings(anna).total_cents == 500


@pytest.mark.parametrize(
    "changes",
    [
        {"entry": {"amount_cents": 1}},
        {"entry": {"request_id": request_id(9)}},
        {"log_index": 0},
        {"weights": DOUBLE},
        {"amount_cents": 501},
    ],
    ids=str,
)
def test_a_payment_that_does_not_hold_raises_an_alarm(world, anna, changes):
    offered(world, anna)
    request, _ = answered(world, anna, EQUAL)
    world.scores.pay(request, **changes)

    assert world.services.refresh(anna).alarms


def _delivered(world: World, held: HeldScoreOffer, **changes):
    """A request with one thing wrong in what comes with it."""
    request = world.scores.request(
        held.consent_id, changes.pop("weights", EQUAL), **changes.pop("request", {})
    )
    token = sign_score_request(request, changes.pop("key", COMPANY_KEY))
    receipt = EscrowReceipt(request.request_id, request.digest, 1000, 500, world.clock())
    receipt = replace(receipt, **changes.pop("receipt", {}))
    signed = sign_escrow_receipt(receipt, changes.pop("market_key", world.scores.key))
    world.scores.deliver(held.consent_id, token, signed, changes.pop("credential", None))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": parties.es256("stranger")},
        {"market_key": parties.ed25519("stranger")},
        {"credential": parties.organisation_credential()},
        {"credential": "not a credential"},
        {"receipt": {"order_id": request_id(5)}},
        {"receipt": {"query_digest": "A" * 43}},
        {"receipt": {"compensation_cents": 1}},
        {"request": {"marketplace": "another"}},
        {"request": {"inputs_digest": "A" * 43}},
        {"request": {"data_set": "framingham/1"}},
        {"weights": {"sex": 1}},
    ],
    ids=lambda changes: "-".join(map(str, changes)),
)
def test_a_request_that_does_not_hold_is_not_even_shown(world, anna, changes):
    held = offered(world, anna)
    _delivered(world, held, **dict(changes))

    report = world.services.refresh(anna)

    assert report.alarms
    assert not world.services.scores.read.waiting(anna)


def test_a_company_whose_credential_was_taken_back_is_not_answered(world, anna):
    held = offered(world, anna, BY_ITSELF)
    world.issuers.revoked[STATUS_INDEX] = Status.INVALID
    world.scores.ask(held.consent_id, EQUAL)

    report = world.services.refresh(anna)

    assert any("Harbour Works" in alarm for alarm in report.alarms)
    assert not world.scores.answers


def test_while_the_standing_of_a_company_is_unknown_its_request_waits_outside(world, anna):
    held = offered(world, anna, BY_ITSELF)
    world.scores.ask(held.consent_id, EQUAL)
    world.issuers.status_down = True
    world.services.refresh(anna)
    assert not world.scores.answers

    world.issuers.status_down = False
    world.services.refresh(anna)

    assert request_id(1) in world.scores.answers


def test_a_request_that_came_to_nothing_says_why(world, anna):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)
    world.scores.delivered.clear()
    ended = EndedRequest(request.request_id, "nobody answered in time")
    world.scores.ended.append((held.consent_id, ended))

    world.services.refresh(anna)

    asked = world.services.scores.read.offers(anna)[0].find(request.request_id)
    assert (asked.state, asked.ended) == (AskState.ENDED, "nobody answered in time")


def test_one_record_has_one_running_offer(world, anna):
    held = offered(world, anna)

    with pytest.raises(ChoiceError, match="offered already"):
        world.services.scores.offer(anna, held.credential_id, CHOICES)


def test_a_record_without_enough_numbers_has_no_scores(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))

    with pytest.raises(ChoiceError, match="no scores"):
        world.services.scores.offer(anna, record.credential_id, replace(CHOICES, explicit_consent=True))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purposes": ()}, "purposes"),
        ({"recipient_kinds": ()}, "recipient_kinds"),
        ({"compensation_cents": -1}, "compensation_cents"),
        ({"budget_bits": 0}, "budget_bits"),
        ({"months": 13}, "months"),
    ],
    ids=str,
)
def test_a_choice_that_cannot_be_offered_is_named(world, anna, changes, field):
    record = world.services.receive_credential(anna, world.issuers.offer())

    with pytest.raises(ChoiceError) as refused:
        world.services.scores.offer(anna, record.credential_id, replace(CHOICES, **changes))

    assert refused.value.field == field


def test_a_refused_offer_is_not_kept(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.scores.says_no = True

    with pytest.raises(PartnerRefusedError):
        world.services.scores.offer(anna, record.credential_id, CHOICES)

    assert not world.services.scores.read.offers(anna)


def test_an_offer_that_could_not_be_sent_is_sent_at_the_next_refresh(world, anna):
    world.scores.down = True
    held = offered(world, anna)
    assert held.state(world.clock()) is ScoreOfferState.SENDING

    world.scores.down = False
    world.services.refresh(anna)

    assert held.consent_id in world.scores.offers


def test_nobody_else_can_decide_or_end(world, anna, ben):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)

    with pytest.raises(NotInWalletError):
        world.services.scores.answer(ben, held.consent_id, request.request_id, agree=True)
    with pytest.raises(NotInWalletError):
        world.services.scores.end(ben, held.consent_id)


@pytest.mark.database
def test_everything_survives_a_real_database_and_is_sealed_in_it(stored_world):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    held = offered(stored_world, anna)
    request, _ = answered(stored_world, anna, EQUAL)
    stored_world.scores.pay(request)
    stored_world.services.refresh(anna)

    (kept,) = stored_world.services.scores.read.offers(anna)
    assert kept.find(request.request_id).state is AskState.PAID
    assert kept.master_key == held.master_key
    (memory,) = stored_world.stores.score_memories.all(anna)
    assert memory.functions == ((1, 1, 0),)
    assert held.master_key is not None
    secret = encode_secret_key(held.master_key)
    rows = [
        row.sealed_document
        for store in (stored_world.stores.score_offers, stored_world.stores.score_memories)
        for row in _rows(store)
    ]
    assert len(rows) == 2
    for plain in (secret, b64url_encode(secret).encode(), b"Harbour Works", b"functions", b"exam/1"):
        assert not any(plain in row for row in rows)


def _rows(store):
    with store.database.reading() as transaction:
        return list(transaction.scalars(select(store.row)))


def test_a_memory_reads_what_it_wrote_and_never_shrinks(world, anna):
    offered(world, anna)
    (memory,) = world.stores.score_memories.all(anna)
    grown = memory.granting(((1, 2**60, -3),))

    assert ScoreMemory.from_document(grown.to_document(), grown.row_id, grown.revision) == grown
    with pytest.raises(MalformedError, match="cannot be taken back"):
        grown.granting(())
    for weight in (1, "01", "1.0", "", "-", "9" * 20, None):
        document = {**grown.to_document(), "functions": [[weight]]}
        with pytest.raises(MalformedError):
            ScoreMemory.from_document(document, "row", 1)


def test_two_windows_that_offer_at_once_begin_the_same_memory(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.stores.credentials.get(anna, record.credential_id)

    assert first_memory(held) == first_memory(held)
    assert held.row_id not in first_memory(held).row_id


def test_health_data_begin_with_nothing_chosen_and_need_a_tick():
    exam, health = most_private_scores(data_set("exam/1")), most_private_scores(data_set("framingham/1"))

    assert exam.asks_first
    assert exam.recipient_kinds == (RecipientKind.COMPANY,)
    assert not health.purposes
    with pytest.raises(ChoiceError, match="explicitly agree"):
        replace(exam, explicit_consent=False).terms(data_set("framingham/1"), now=parties.NOW)
