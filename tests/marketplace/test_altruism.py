"""Orders over people who give for the general interest: nobody pays them, and nobody pays for them."""

from dataclasses import replace

import pytest

from consent.receipt import verify_usage_receipt
from consent.vocabulary import Purpose
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.job import JobState, PartOutcome
from marketplace.errors import TooFewPeopleError
from tests.marketplace.market import ENOUGH_CENTS
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import MARKET_KEY, NAMES
from tests.marketplace.mpc_node.people import POLICY, Offer, people, withdrawal_of

GIVES = Offer(policy=replace(POLICY, altruism=True, compensation_cents=0))


def _settled(market, account, placed):
    market.drive()
    return market.services.confirm_result(account.account_id, placed.order_id)


def test_an_order_over_altruists_costs_nothing_from_the_quote_to_the_receipt(any_market):
    market = any_market
    crowd = people(12)
    market.supply(crowd, GIVES)
    market.forward()
    account = market.buyer()

    quote = market.services.make_quote(account.account_id, EXACT)
    placed = market.order(account)
    done = _settled(market, account, placed)

    assert (quote.price.gross_cents, placed.held_cents) == (0, 0)
    assert (done.state, done.admitted, done.charged_cents, done.returned_cents) == (
        JobState.SETTLED,
        12,
        0,
        0,
    )
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS
    told = market.services.read_history(crowd[0].consent_id, crowd[0].key.public)
    receipt = verify_usage_receipt(told["uses"][0]["receipt"], MARKET_KEY.public)
    assert (receipt.amount_cents, told["uses"][0]["outcome"]) == (0, "paid")
    assert told["earnings"]["total_cents"] == 0


def test_in_a_paid_answer_altruists_take_nothing_and_the_buyer_gets_their_part_back(any_market):
    market = any_market
    crowd = people(12)
    market.supply(crowd[:9])
    market.supply(crowd[9:], GIVES)
    market.forward()
    account = market.buyer()

    placed = market.order(account)
    done = _settled(market, account, placed)

    # 12 people at 100 cents are ceil(1200 / 0.7) = 1715; nine of them ceil(900 / 0.7) = 1286.
    assert (placed.held_cents, done.charged_cents, done.returned_cents) == (1715, 1286, 429)
    assert [market.balance(subject_earned(each.consent_id)) for each in crowd] == [100] * 9 + [0] * 3
    fees = [market.balance(node_fee(node)) for node in NAMES]
    assert sum(fees) + market.balance(PLATFORM_FEE) == 1286 - 900
    assert market.balance(escrow(placed.order_id)) == 0
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS - 1286
    again = market.services.read_order(account.account_id, placed.order_id)
    assert (again.charged_cents, again.returned_cents) == (1286, 429)
    with market.store.reading() as books:
        parts = {part.consent_id: part for part in books.orders.parts(placed.job_id)}
    giver = parts[crowd[-1].consent_id]
    assert (giver.outcome, giver.amount_cents, giver.log_index is None) == (PartOutcome.PAID, 0, False)


def test_a_commercial_buyer_does_not_reach_them(market):
    crowd = people(12)
    market.supply(crowd, GIVES)
    market.forward()

    with pytest.raises(TooFewPeopleError):
        market.services.make_quote(
            market.buyer().account_id, replace(EXACT, purpose=Purpose.COMMERCIAL_RESEARCH)
        )


def test_an_altruist_ends_it_like_anybody_and_is_in_no_answer_after(market):
    crowd = people(12)
    market.supply(crowd, GIVES)
    market.forward()
    market.services.withdraw_offer(withdrawal_of(crowd[0]))
    account = market.buyer()

    done = _settled(market, account, market.order(account))

    assert done.admitted == 11
