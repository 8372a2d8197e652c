"""Disputes about scores, the end of offers, and what the books hold."""

from dataclasses import replace

import pytest

from consent.score_request import unverified_score_request
from crypto.errors import CryptoError
from marketplace.domain.chart import subject_earned
from marketplace.domain.score import ScoreState
from marketplace.errors import (
    ContributionRefusedError,
    DisputeRefusedError,
    OfferConflictError,
    OrderConflictError,
    ResultNotReadyError,
    UnknownOfferError,
    UnknownOrderError,
)
from tests.marketplace.scorers import EQUAL, TERMS, request_for, result_key, scorer
from tests.marketplace.scoring import ANNA, answered, asked, offered


def test_a_wallet_that_lied_is_found_out_and_the_money_is_back(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)
    any_market.services.scores.take_answer(ANNA.lie(order.token))

    ended = any_market.services.scores.dispute(
        buyer.account_id, order.request_id, private_key=result_key(1).to_bytes()
    )

    assert ended.state is ScoreState.DISPUTED
    assert ended.dispute is not None
    assert ended.dispute.proven
    assert ended.answer is None
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.balance(subject_earned(ANNA.id)) == 0
    any_market.clock.forward(days=30)
    assert any_market.duties.tend_scores() == 0


def test_a_key_for_other_weights_is_a_lie_as_well(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    other = ANNA.key(unverified_score_request(request_for(ANNA, {"exam_score": 2, "reading_score": 1})))
    market.services.scores.take_answer(ANNA.answer(order.token, other))

    ended = market.services.scores.dispute(
        buyer.account_id, order.request_id, private_key=result_key(1).to_bytes()
    )

    assert ended.state is ScoreState.DISPUTED


def test_a_dispute_against_an_honest_wallet_proves_nothing_and_she_is_paid(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    key = result_key(1).to_bytes()

    looked = any_market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)
    again = any_market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)

    assert looked.dispute is not None
    assert not looked.dispute.proven
    assert again == looked
    any_market.clock.forward(days=3)
    any_market.duties.tend_scores()
    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_a_dispute_needs_the_key_of_the_request_and_an_answer(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    key = result_key(1).to_bytes()

    with pytest.raises(ResultNotReadyError):
        market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)
    market.services.scores.take_answer(ANNA.answer(order.token))
    with pytest.raises(DisputeRefusedError):
        market.services.scores.dispute(
            buyer.account_id, order.request_id, private_key=result_key(2).to_bytes()
        )
    market.services.scores.confirm(buyer.account_id, order.request_id)
    with pytest.raises(DisputeRefusedError):
        market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)


def test_ending_an_offer_refunds_what_waits_and_deletes_the_ciphertext(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)

    told = any_market.services.scores.withdraw_offer(ANNA.withdrawal())
    again = any_market.services.scores.withdraw_offer(ANNA.withdrawal())

    assert told["withdrawn_at"] == again["withdrawn_at"]
    ended = any_market.services.scores.read_orders.one(buyer.account_id, order.request_id)
    assert (ended.state, ended.offer) == (ScoreState.WITHDRAWN, None)
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.services.scores.list_offers(buyer.account_id, "exam/1") == ()
    with any_market.store.reading() as books:
        kept = books.scores.offer(ANNA.id)
    assert kept is not None
    assert kept.document is None
    with pytest.raises(UnknownOfferError):
        asked(any_market, buyer, number=2)
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))


def test_what_was_answered_before_the_end_can_still_be_opened_and_is_paid(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    any_market.services.scores.withdraw_offer(ANNA.withdrawal())

    kept = any_market.services.scores.read_orders.one(buyer.account_id, order.request_id)
    assert kept.answer is not None
    assert kept.offer is not None
    any_market.services.scores.confirm(buyer.account_id, order.request_id)
    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_only_the_person_ends_her_offer(market):
    offered(market)

    with pytest.raises(ContributionRefusedError):
        market.services.scores.withdraw_offer(replace(scorer(2), consent_id=ANNA.id).withdrawal())
    with pytest.raises(UnknownOfferError):
        market.services.scores.withdraw_offer(scorer(3).withdrawal())
    with pytest.raises(CryptoError):
        market.services.scores.withdraw_offer("not a withdrawal")


def test_a_withdrawn_consent_cannot_be_offered_again(market):
    offer = ANNA.offer().to_json()
    market.services.scores.accept_offer(offer)
    market.services.scores.withdraw_offer(ANNA.withdrawal())

    with pytest.raises(OfferConflictError):
        market.services.scores.accept_offer(offer)


def test_a_buyer_sees_its_own_requests_only(any_market):
    buyer, other = any_market.buyer(), any_market.buyer("other@example.org")
    order = answered(any_market, buyer)

    assert [each.request_id for each in any_market.services.scores.read_orders(buyer.account_id)] == [
        order.request_id
    ]
    assert any_market.services.scores.read_orders(other.account_id) == ()
    for act in (
        any_market.services.scores.read_orders.one,
        any_market.services.scores.confirm,
    ):
        with pytest.raises(UnknownOrderError):
            act(other.account_id, order.request_id)
    with pytest.raises(ResultNotReadyError):
        any_market.services.scores.confirm(buyer.account_id, asked(any_market, buyer, number=2).request_id)


def test_scores_for_nothing_move_no_money(any_market):
    free = scorer(5, terms=replace(TERMS, compensation_cents=0))
    buyer = any_market.buyer(cents=0)
    order = answered(any_market, buyer, free, compensation_cents=0)

    settled = any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert settled.price.gross_cents == 0
    assert any_market.services.trial_balance().total_cents == 0


def test_neither_books_nor_log_hold_a_number_of_the_record_or_a_score(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    with any_market.store.reading() as books:
        kept = repr(vars(books.scores.get(order.request_id))) + repr(vars(books.scores.offer(ANNA.id)))
        entries = [books.log.entry(index) for index in range(books.log.size())]
        kept += repr([vars(entry) for entry in entries if entry is not None])
    for number in (*(str(ANNA.person.values[name]) for name in EQUAL), str(ANNA.score(EQUAL))):
        assert number not in kept


def test_monitoring_counts_requests_by_state(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    asked(any_market, buyer, number=2)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    counted = any_market.services.measure_load().scores

    assert {state: number for state, number in counted.items() if number} == {"asked": 1, "settled": 1}
