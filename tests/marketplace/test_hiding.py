"""An exact answer that would differ from an earlier one by too few people is refused before money is held."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from consent.query import Query
from consent.vocabulary import Purpose
from marketplace.domain.job import JobState
from marketplace.errors import DiffersByTooFewError, TooFewPeopleError
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.people import POLICY, Offer, person, withdrawal_of

PRICE_OF = {10: 1429, 12: 1715, 20: 2858, 23: 3286}
"""What exact answers over so many people cost, at 100 cents each."""


def price(market: Market, account, query: Query = EXACT) -> int:
    return market.services.make_quote(account.account_id, query).price.gross_cents


def supply(market: Market, *numbers: int) -> None:
    market.supply([person(each) for each in numbers])
    market.forward()


def test_whoever_joins_after_an_exact_answer_waits_and_changes_no_price(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    any_market.released(account)

    supply(any_market, 13)
    one = price(any_market, account)
    supply(any_market, *range(14, 22))
    nine = price(any_market, account)
    supply(any_market, 22)
    ten = price(any_market, account)

    assert (one, nine, ten) == (PRICE_OF[12], PRICE_OF[12], 3143)


def test_after_one_person_left_the_same_question_is_refused_before_money_is_held(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    any_market.services.confirm_result(account.account_id, any_market.released(account).order_id)
    before = any_market.services.read_statement(account.account_id)
    any_market.services.withdraw_offer(withdrawal_of(person(1)))

    with pytest.raises(DiffersByTooFewError) as quoted:
        any_market.services.make_quote(account.account_id, EXACT)
    with pytest.raises(DiffersByTooFewError) as ordered:
        any_market.services.place_order(
            account.account_id, order_id=str(uuid4()), query=EXACT, accepted_price_cents=10**6
        )

    assert quoted.value.nearby == ordered.value.nearby == replace(EXACT, epsilon=Decimal(1))
    assert any_market.services.read_statement(account.account_id) == before
    assert any_market.order(account, quoted.value.nearby).state is JobState.QUEUED


def test_another_buyer_is_held_against_the_same_history(any_market):
    any_market.stock(12)
    any_market.released(any_market.buyer())
    other = any_market.buyer("other@example.org")
    any_market.services.withdraw_offer(withdrawal_of(person(1)))

    with pytest.raises(DiffersByTooFewError):
        any_market.services.make_quote(other.account_id, EXACT)


def test_a_crowd_that_is_large_enough_without_them_leaves_company_out(market):
    market.stock(30)
    account = market.buyer()
    market.released(account)
    market.services.withdraw_offer(withdrawal_of(person(1)))

    placed = market.order(account)

    with market.store.reading() as books:
        assert len(books.orders.parts(placed.job_id)) == 20
    assert placed.price.gross_cents == PRICE_OF[20]


def test_an_order_that_was_refused_or_failed_is_no_answer(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.leave_out = dict.fromkeys(list(market.nodes.people)[:5], "withdrawn")
    assert market.released(account).state is JobState.REFUNDED
    market.nodes.leave_out = {}
    market.services.withdraw_offer(withdrawal_of(person(1)))

    assert price(market, account) == 1572


def test_noise_is_held_against_no_history(market):
    market.stock(12)
    account = market.buyer()
    market.released(account)
    market.services.withdraw_offer(withdrawal_of(person(1)))

    assert price(market, account, replace(EXACT, epsilon=Decimal("0.5"))) == 1572


def test_one_reason_stands_for_too_few_people_and_for_too_few_who_differ(market):
    market.stock(12)
    account = market.buyer()
    market.released(account)
    reasons = set()
    for number in range(1, 5):
        market.services.withdraw_offer(withdrawal_of(person(number)))
        with pytest.raises(DiffersByTooFewError) as raised:
            market.services.make_quote(account.account_id, EXACT)
        reasons.add(raised.value.reason)

    assert len(reasons) == 1


def test_whoever_waits_changes_no_reason_of_a_refusal(market):
    market.stock(12)
    account = market.buyer()
    market.released(account)
    larger, reasons = replace(EXACT, floor=13), set()
    for number in range(13, 16):
        with pytest.raises(TooFewPeopleError) as raised:
            market.services.make_quote(account.account_id, larger)
        reasons.add((type(raised.value), raised.value.reason))
        supply(market, number)

    assert len(reasons) == 1


def test_what_nobody_allows_is_the_reason_whatever_was_answered_before(market):
    market.stock(12)
    account = market.buyer()
    market.released(account)

    with pytest.raises(TooFewPeopleError, match="purpose") as raised:
        market.services.make_quote(account.account_id, replace(EXACT, purpose=Purpose.COMMERCIAL_RESEARCH))

    assert not isinstance(raised.value, DiffersByTooFewError)


def test_what_the_nodes_answered_against_our_history_is_released_all_the_same(market):
    market.stock(30)
    account = market.buyer()
    market.released(account)
    # The nodes leave one out of the next answer, which by our history they could not.
    first = next(iter(market.nodes.people))
    market.nodes.leave_out = {first: "withdrawn"}

    ended = market.released(account)

    assert (ended.state, ended.admitted) == (JobState.RELEASED, 29)
    market.nodes.leave_out = {}
    assert price(market, account) == 4286


def test_the_history_is_kept_with_the_release_or_not_at_all(any_market, monkeypatch):
    any_market.stock(12)
    account = any_market.buyer()
    any_market.order(account)

    def break_down(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("marketplace.services.release_result.append", break_down)
    with pytest.raises(RuntimeError):
        any_market.drive()
    monkeypatch.undo()
    any_market.services.withdraw_offer(withdrawal_of(person(1)))

    assert price(any_market, account) == 1572


def test_somebody_who_asks_for_a_larger_crowd_is_hidden_in_one(market):
    market.supply([person(each) for each in range(1, 31)], Offer(policy=replace(POLICY, crowd_floor=25)))
    market.forward()
    account = market.buyer()
    market.released(account)
    market.services.withdraw_offer(withdrawal_of(person(1)))

    with pytest.raises(DiffersByTooFewError):
        market.services.make_quote(account.account_id, EXACT)
