"""Answers to requests for a score, and what becomes of the money."""

import pytest

from consent.log import InclusionProof
from consent.score_receipt import verify_score_receipt
from consent.score_terms import ScoreRefusal
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, subject_earned
from marketplace.domain.score import ScoreState
from marketplace.errors import (
    ContributionRefusedError,
    DisputeRefusedError,
    OrderConflictError,
    UnknownOfferError,
)
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY
from tests.marketplace.scorers import EQUAL, request_for, result_key, scorer
from tests.marketplace.scoring import ANNA, answered, asked, offered


def test_an_answer_puts_the_money_into_escrow_and_confirming_pays_to_the_cent(any_market):
    buyer = any_market.buyer(cents=1000)
    order = answered(any_market, buyer)
    assert any_market.balance(escrow(order.request_id)) == 608

    settled = any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert settled.state is ScoreState.SETTLED
    assert any_market.balance(subject_earned(ANNA.id)) == 500
    assert any_market.balance(PLATFORM_FEE) == 108
    assert any_market.balance(buyer_available(buyer.account_id)) == 392
    assert any_market.balance(escrow(order.request_id)) == 0
    assert any_market.services.trial_balance().total_cents == 0


def test_confirming_twice_pays_once(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    for _ in range(2):
        any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_a_person_gets_a_receipt_with_its_place_in_the_log(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)

    (use,) = news["uses"]
    receipt = verify_score_receipt(use["receipt"], MARKET_KEY.public)
    assert (receipt.request_id, receipt.weights, receipt.amount_cents) == (order.request_id, EQUAL, 500)
    assert use["log"]["entry"]["body"]["amount_cents"] == 500
    InclusionProof.from_json(use["log"]["proof"]).verify(MARKET, MARKET_KEY.public)
    assert news["requests"] == []


def test_nobody_but_the_holder_hears_of_an_offer(market):
    offered(market)

    for consent_id, key in ((ANNA.id, scorer(2).person.key), ("unknown", ANNA.person.key)):
        with pytest.raises(UnknownOfferError):
            market.services.scores.read_news(consent_id, key.public)


def test_a_refusal_gives_the_money_back_and_says_why(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)

    ended = any_market.services.scores.take_answer(ANNA.refusal(order.token, ScoreRefusal.DOMINATED))

    assert ended.state is ScoreState.REFUSED
    assert "weigh other numbers more" in (ended.reason or "")
    statement = any_market.services.read_statement(buyer.account_id)
    assert (statement.available_cents, statement.held_cents) == (1000, 0)


def test_an_answer_that_is_not_the_persons_or_to_another_request_is_refused(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    other = request_for(ANNA, {"exam_score": 2, "reading_score": 1})

    with pytest.raises(ContributionRefusedError):
        market.services.scores.take_answer(scorer(2).answer(order.token))
    with pytest.raises(ContributionRefusedError):
        market.services.scores.take_answer(ANNA.answer(other))
    with pytest.raises(UnknownOfferError):
        market.services.scores.take_answer(ANNA.answer(request_for(ANNA, number=9)))


def test_the_same_answer_again_changes_nothing_and_another_is_refused(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    assert any_market.services.scores.take_answer(order.answer or "") == order
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))  # sealed anew
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.refusal(order.token))


def test_the_same_refusal_again_changes_nothing_and_another_is_refused(any_market):
    account = any_market.buyer()
    offered(any_market)
    order = asked(any_market, account)
    refused = any_market.services.scores.take_answer(ANNA.refusal(order.token))

    assert any_market.services.scores.take_answer(ANNA.refusal(order.token)) == refused
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))


def test_an_answer_is_not_disputed_after_the_time_for_it(market):
    account = market.buyer()
    offered(market)
    order = answered(market, account)
    market.clock.forward(seconds=(order.settle_at - market.clock()).total_seconds())

    with pytest.raises(DisputeRefusedError, match="time for a dispute"):
        market.services.scores.dispute(
            account.account_id, order.request_id, private_key=result_key(1).to_bytes()
        )


def test_a_request_that_nobody_answers_comes_back(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)
    assert any_market.duties.tend_scores() == 0

    any_market.clock.forward(days=7)

    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))
    assert any_market.duties.tend_scores() == 1
    assert any_market.duties.tend_scores() == 0
    assert any_market.services.scores.read_orders.one(buyer.account_id, order.request_id).state is (
        ScoreState.EXPIRED
    )
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)
    assert news["ended"] == [{"request_id": order.request_id, "reason": "nobody answered in time"}]


def test_money_comes_back_even_if_its_hold_ran_out_first(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    asked(any_market, buyer)
    any_market.clock.forward(days=10)

    any_market.duties.expire_holds()
    any_market.duties.tend_scores()

    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.services.trial_balance().total_cents == 0


def test_an_answer_that_nobody_disputes_is_paid_after_the_time_for_it(any_market):
    buyer = any_market.buyer()
    answered(any_market, buyer)
    any_market.clock.forward(days=2)
    assert any_market.duties.tend_scores() == 0

    any_market.clock.forward(days=1)

    assert any_market.duties.tend_scores() == 1
    assert any_market.balance(subject_earned(ANNA.id)) == 500
