"""Catalogue, quotes and orders: what is refused, what is atomic, what repeating does."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from consent.errors import QueryRefusedError
from consent.order import verify_escrow_receipt
from consent.pace import MOST_QUESTIONS, SPAN
from consent.policy import MOST_COMPENSATION_CENTS
from consent.query import Condition, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.errors import MalformedError
from marketplace.domain.chart import buyer_available
from marketplace.domain.job import JobState
from marketplace.errors import (
    InsufficientFundsError,
    NotRegisteredError,
    OrderConflictError,
    PriceChangedError,
    TooFewPeopleError,
    TooManyQuestionsError,
    UnknownAccountError,
    UnknownOrderError,
)
from ssi.errors import RevokedError, UnknownDataSetError
from tests.marketplace.market import ENOUGH_CENTS, PASSWORD
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, EXACT, NOISY
from tests.marketplace.mpc_node.parties import MARKET_KEY
from tests.marketplace.mpc_node.people import POLICY, Offer, people, person, withdrawal_of

ORDER_ID = "2f1c6a52-7d5b-4d0e-9a51-3c8d0b1e4f6a"

TWELVE = 1715
"""The price of EXACT over twelve people at 100 cents: ceil(100·1200/70)."""


def test_the_catalogue_lists_every_data_set_with_bands_only(market):
    market.stock(12)
    entries = {entry.data_set.ref: entry for entry in market.services.show_catalogue()}

    assert set(entries) >= {"exam/1", "health/1"}
    assert (entries["exam/1"].people.text, entries["exam/1"].from_cents) == ("fewer than 50", None)
    assert (entries["health/1"].people.text, entries["health/1"].from_cents) == ("fewer than 50", None)


def test_a_quote_says_price_band_and_error(market):
    market.stock(12)
    quote = market.services.make_quote(market.buyer().account_id, EXACT)

    assert (quote.price.gross_cents, quote.people.text) == (TWELVE, "fewer than 50")
    assert [each.noise_sd for each in quote.expected_errors] == [0.0, 0.0, 0.0]


def test_the_error_of_a_noisy_answer_is_stated_for_the_smallest_crowd_of_the_band(market):
    market.stock(60)
    query = replace(
        NOISY, statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score"))
    )
    account = market.buyer()
    quote = market.services.make_quote(account.account_id, query)
    by_label = {each.label: each.noise_sd for each in quote.expected_errors}

    assert quote.people.text == "50 to 100"
    count, mean = by_label["number of people"], by_label["average: Exam score"]
    assert count is not None
    assert mean is not None
    assert 1 < count < 20
    assert 0 < mean < 2


def test_a_grouped_quote_states_one_error_for_each_statistic(market):
    market.stock(60)
    query = replace(
        NOISY,
        statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.HISTOGRAM, "exam_score")),
        group_by="school_type",
    )
    quote = market.services.make_quote(market.buyer().account_id, query)

    assert [each.label for each in quote.expected_errors] == [
        "number of people, in each group",
        "people in each class: Exam score, in each group",
    ]


def test_a_buyer_without_credential_or_mandate_gets_no_quote_and_no_order(market):
    market.stock(12)
    account = market.services.add_account("buyer@example.org", PASSWORD)

    with pytest.raises(NotRegisteredError):
        market.services.make_quote(account.account_id, EXACT)
    with pytest.raises(NotRegisteredError):
        market.services.place_order(
            account.account_id, order_id=str(uuid4()), query=EXACT, accepted_price_cents=TWELVE
        )
    with pytest.raises(UnknownAccountError):
        market.services.make_quote("nobody", EXACT)


def test_a_mandate_that_ran_out_since_is_noticed(market):
    market.stock(12)
    account = market.buyer()
    market.clock.forward(days=30)

    with pytest.raises(NotRegisteredError):
        market.services.make_quote(account.account_id, EXACT)


def test_an_unsafe_query_is_refused_before_anybody_is_asked(market):
    market.stock(12)
    account = market.buyer()

    with pytest.raises(QueryRefusedError):
        market.services.make_quote(account.account_id, replace(EXACT, floor=9))
    with pytest.raises(UnknownDataSetError):
        market.services.make_quote(account.account_id, replace(EXACT, data_set="unknown/1"))
    with pytest.raises(QueryRefusedError):
        market.services.make_quote(
            account.account_id, replace(EXACT, statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),))
        )


def test_too_few_people_is_refused_with_the_reason_and_no_number(market):
    market.stock(9)

    with pytest.raises(TooFewPeopleError) as raised:
        market.services.make_quote(market.buyer().account_id, EXACT)
    assert raised.value.reason == "fewer than 10 people take part in this"
    assert raised.value.nearby is None


def test_a_condition_that_is_too_narrow_is_refused_with_the_query_without_it(market):
    market.stock(18)
    narrow = replace(EXACT, where=(Condition("school_type", "girls"),))

    with pytest.raises(TooFewPeopleError) as raised:
        market.services.make_quote(market.buyer().account_id, narrow)
    assert raised.value.nearby == EXACT
    assert raised.value.nearby_people == "fewer than 50"


def test_an_order_that_reaches_too_few_is_refused_without_writing_and_with_the_query_nearby(
    market, monkeypatch
):
    market.stock(18)
    account = market.buyer()
    narrow = replace(EXACT, where=(Condition("school_type", "girls"),))
    monkeypatch.setattr(type(market.store), "writing", _no_writing)

    with pytest.raises(TooFewPeopleError) as raised:
        market.services.place_order(
            account.account_id, order_id=str(uuid4()), query=narrow, accepted_price_cents=10**6
        )
    assert raised.value.nearby == EXACT


def _no_writing(_store):
    raise AssertionError("nothing is to be written")


def test_an_exact_query_where_people_want_noise_is_refused_with_a_noisy_one(market):
    market.supply(people(12), Offer(policy=replace(POLICY, exact_allowed=False)))
    market.forward()

    with pytest.raises(TooFewPeopleError) as raised:
        market.services.make_quote(market.buyer().account_id, EXACT)
    assert raised.value.nearby == replace(EXACT, epsilon=Decimal(1))
    assert "Exact answers are not allowed" in raised.value.reason


def test_a_purpose_that_nobody_allows_has_no_nearby_query(market):
    market.stock(12)

    with pytest.raises(TooFewPeopleError) as raised:
        market.services.make_quote(
            market.buyer().account_id, replace(EXACT, purpose=Purpose.COMMERCIAL_RESEARCH)
        )
    assert raised.value.nearby is None
    assert "purpose" in raised.value.reason


def test_an_order_holds_the_price_makes_a_job_and_signs_a_receipt(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    placed = any_market.order(account)

    statement = any_market.services.read_statement(account.account_id)
    assert (statement.available_cents, statement.held_cents) == (ENOUGH_CENTS - TWELVE, TWELVE)
    assert placed.state is JobState.QUEUED
    with any_market.store.reading() as books:
        order = books.orders.get(placed.order_id)
        assert order is not None
        receipt = verify_escrow_receipt(
            order.escrow_receipt,
            MARKET_KEY.public,
            order_id=placed.order_id,
            query_digest=EXACT.digest,
        )
        assert len(books.orders.parts(placed.job_id)) == 12
    assert (receipt.amount_cents, receipt.compensation_cents) == (TWELVE, 100)
    assert any_market.services.list_orders(account.account_id) == (placed,)
    assert any_market.services.read_order(account.account_id, placed.order_id) == placed


def test_the_same_order_again_is_the_same_order_and_holds_once(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    placed = any_market.order(account)
    any_market.services.withdraw_offer(withdrawal_of(person(1)))

    again = any_market.services.place_order(
        account.account_id, order_id=placed.order_id, query=EXACT, accepted_price_cents=TWELVE
    )

    assert again == placed
    assert any_market.services.read_statement(account.account_id).held_cents == TWELVE


@pytest.mark.parametrize("change", ["query", "price", "buyer"])
def test_one_id_with_another_order_is_refused(market, change):
    market.stock(12)
    account = market.buyer()
    placed = market.order(account)
    other = market.buyer("other@example.org") if change == "buyer" else account

    with pytest.raises(OrderConflictError):
        market.services.place_order(
            other.account_id,
            order_id=placed.order_id,
            query=NOISY if change == "query" else EXACT,
            accepted_price_cents=TWELVE + 1 if change == "price" else TWELVE,
        )


@pytest.mark.parametrize("order_id", ["", "1", "x" * 36, ORDER_ID.upper(), f"{{{ORDER_ID}}}"])
def test_an_order_id_that_is_no_uuid_is_refused(market, order_id):
    with pytest.raises(MalformedError):
        market.services.place_order(
            market.buyer().account_id, order_id=order_id, query=EXACT, accepted_price_cents=TWELVE
        )


def test_a_buyer_without_the_price_is_refused_and_nothing_is_left_behind(any_market):
    any_market.stock(12)
    account = any_market.buyer(cents=TWELVE - 1)
    size = any_market.services.read_log.size()

    with pytest.raises(InsufficientFundsError) as raised:
        any_market.order(account)
    assert raised.value.missing_cents == 1
    assert any_market.services.list_orders(account.account_id) == ()
    assert any_market.services.read_log.size() == size
    assert any_market.services.read_statement(account.account_id).held_cents == 0


def test_a_price_above_the_accepted_one_is_refused_with_todays_price(market):
    market.stock(12)
    account = market.buyer()
    market.supply([person(13)])
    market.forward()

    with pytest.raises(PriceChangedError) as raised:
        market.services.place_order(
            account.account_id, order_id=str(uuid4()), query=EXACT, accepted_price_cents=TWELVE
        )
    assert raised.value.price_cents == 1858


def test_a_price_below_the_accepted_one_is_taken(market):
    market.stock(12)
    account = market.buyer()
    market.services.withdraw_offer(withdrawal_of(person(1)))

    placed = market.services.place_order(
        account.account_id, order_id=str(uuid4()), query=EXACT, accepted_price_cents=TWELVE
    )

    assert placed.price.gross_cents == 1572


def test_a_buyer_whose_credential_was_revoked_since_cannot_order(market):
    market.stock(12)
    account = market.buyer()
    market.status_lists.revoked.add(BUYER_HANDLE)

    with pytest.raises(RevokedError):
        market.order(account)


def test_people_who_ask_for_nothing_are_asked_without_a_hold(market):
    market.supply(people(12), Offer(policy=replace(POLICY, compensation_cents=0)))
    market.forward()
    account = market.buyer(cents=0)
    placed = market.released(account)
    settled = market.services.confirm_result(account.account_id, placed.order_id)

    assert (placed.price.gross_cents, settled.charged_cents) == (0, 0)
    assert settled.state is JobState.SETTLED
    assert market.services.trial_balance().accounts == ()


def test_the_largest_compensation_can_be_paid(market):
    market.supply(people(12), Offer(policy=replace(POLICY, compensation_cents=MOST_COMPENSATION_CENTS)))
    market.forward()
    quote = market.services.make_quote(market.buyer().account_id, EXACT)

    assert quote.price.people_total_cents == 12 * MOST_COMPENSATION_CENTS


def test_the_privacy_budget_is_reserved_by_the_order_so_that_two_orders_cannot_share_it(market):
    market.stock(12)
    account = market.buyer()
    for _ in range(2):
        market.order(account, NOISY)

    with pytest.raises(TooFewPeopleError) as raised:
        market.order(account, NOISY)
    assert "limit for all answers" in raised.value.reason


def test_somebody_elses_order_is_as_good_as_none(market):
    market.stock(12)
    placed = market.order(market.buyer())
    other = market.buyer("other@example.org")

    for use in (
        market.services.read_order,
        market.services.fetch_result,
        market.services.confirm_result,
    ):
        with pytest.raises(UnknownOrderError):
            use(other.account_id, placed.order_id)
    with pytest.raises(UnknownOrderError):
        market.services.read_order(other.account_id, "nothing")


class BrokenLogError(RuntimeError):
    """Something breaks between the hold and the job."""


def test_an_order_that_breaks_half_way_leaves_neither_hold_nor_job(any_market, monkeypatch):
    any_market.stock(12)
    account = any_market.buyer()

    def break_down(*_: object) -> None:
        raise BrokenLogError

    monkeypatch.setattr("marketplace.services.place_order._keep", break_down)
    with pytest.raises(BrokenLogError):
        any_market.order(account)
    monkeypatch.undo()

    assert any_market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS
    assert any_market.services.read_statement(account.account_id).held_cents == 0
    assert any_market.order(account).state is JobState.QUEUED


def test_a_buyer_who_asked_too_often_waits_and_no_money_is_held(market):
    market.stock(12)
    account = market.buyer()
    placed = market.order(account, EXACT)
    kept = market.store.books.orders.rows[placed.order_id]
    for number in range(1, MOST_QUESTIONS):
        market.store.books.orders.rows[f"earlier {number}"] = replace(kept, order_id=f"earlier {number}")
    purse = buyer_available(account.account_id)
    before = market.balance(purse)

    with pytest.raises(TooManyQuestionsError, match="exam/1"):
        market.order(account, EXACT)

    assert market.balance(purse) == before
    market.clock.forward(days=SPAN.days)
    market.order(account, EXACT)
