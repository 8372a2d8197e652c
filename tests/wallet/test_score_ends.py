"""How scores end, are paid and are doubted."""

import pytest

from consent.record import verify_withdrawal
from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.score_market import (
    DOUBLE,
    EQUAL,
    STATUS_INDEX,
    request_id,
)
from tests.wallet.scoring import BY_ITSELF, _delivered, answered, offered
from wallet.domain.asked_score import AskState
from wallet.domain.held_score_offer import ScoreOfferState
from wallet.domain.offer_news import EndedRequest
from wallet.domain.use import Outcome, Proof
from wallet.errors import ConflictError


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
