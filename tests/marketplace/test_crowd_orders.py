"""Who may be asked for a crowd sum, and what a buyer may order, at which price."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from consent.crowd_receipt import verify_crowd_offer_receipt
from consent.errors import ConsentError, TermsError
from consent.order import verify_escrow_receipt
from crypto.errors import MalformedError
from marketplace.errors import (
    ContributionRefusedError,
    CrowdRefusedError,
    InsufficientFundsError,
    NotRegisteredError,
    OfferConflictError,
    OrderConflictError,
    PriceChangedError,
)
from marketplace.services.place_crowd_order import MOST_JOINING
from ssi.errors import RevokedError
from tests.crowd_sitters import terms
from tests.marketplace.crowd import (
    ACCEPT,
    PEOPLE,
    Crowd,
    ordered,
)
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import BUYER_HANDLE
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW

EACH = 50 + 11
"""Each person's 50 cents, and the platform's 15 of 70 parts, rounded up."""

ROUND = 600


# Offers.


def test_an_offer_is_taken_in_with_a_receipt_and_the_same_one_again_is_one_offer(any_crowd):
    anna = any_crowd.who[0]
    offer = anna.offer(terms(NOW), marketplace=MARKET)

    answer = any_crowd.services.accept_offer(offer.to_json())

    assert verify_crowd_offer_receipt(answer["receipt"], MARKET_KEY.public).consent_id == anna.consent_id
    assert any_crowd.services.accept_offer(offer.to_json()) == answer
    other = anna.offer(terms(NOW, crowd_floor=11), marketplace=MARKET).to_json()
    with pytest.raises(OfferConflictError):
        any_crowd.services.accept_offer(other)


def test_an_offer_whose_parts_do_not_belong_together_is_refused(crowd):
    anna, ben = crowd.who[:2]
    good = anna.offer(terms(NOW), marketplace=MARKET)
    for bad in (
        replace(good, presentation=ben.presentation),
        anna.offer(terms(NOW), marketplace="did:web:other.example"),
        anna.offer(terms(NOW), marketplace=MARKET, subject=ben.handle),
        anna.offer(terms(NOW, given_at=NOW + timedelta(days=1)), marketplace=MARKET),
    ):
        with pytest.raises(ContributionRefusedError):
            crowd.services.accept_offer(bad.to_json())


def test_an_offer_that_shows_an_attribute_is_refused(crowd):
    anna = crowd.who[0]
    shown = replace(anna.offer(terms(NOW), marketplace=MARKET), presentation=anna.compact)

    with pytest.raises(ContributionRefusedError, match="shows attributes"):
        crowd.services.accept_offer(shown.to_json())


def test_an_offer_of_a_revoked_credential_is_refused(crowd):
    crowd.market.status_lists.revoked.add(crowd.who[0].handle)

    with pytest.raises(RevokedError):
        crowd.offered()


def test_the_buyer_sees_a_band_of_people_and_never_who(any_crowd):
    any_crowd.offered()

    shown = any_crowd.services.show(any_crowd.account.account_id, "exam/1")

    assert shown["people"]["text"] == "fewer than 50"
    assert shown["from"]["compensation_cents"] == 50


# Orders.


def test_an_order_holds_the_price_of_everybody_who_may_take_part(any_crowd):
    any_crowd.placed()

    purchase = any_crowd.now
    receipt = verify_escrow_receipt(
        purchase.escrow_receipt,
        MARKET_KEY.public,
        order_id=any_crowd.made.order_id,
        query_digest=any_crowd.made.digest,
    )
    assert (receipt.amount_cents, receipt.compensation_cents) == (PEOPLE * EACH, 50)
    assert any_crowd.placed().now == purchase


def test_another_order_under_the_same_id_is_refused(crowd):
    crowd.placed()

    with pytest.raises(OrderConflictError):
        Crowd(crowd.market, crowd.account, ordered(floor=11)).placed()


def test_an_order_that_costs_more_than_accepted_or_than_there_is_is_refused(crowd):
    with pytest.raises(PriceChangedError):
        crowd.placed(accept_cents=PEOPLE * EACH - 1)
    with pytest.raises(InsufficientFundsError):
        Crowd(crowd.market, crowd.account, ordered(compensation_cents=100_000)).placed(10**9)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"nothing": 1}},
        {"weights": {"sex": 1}},
        {"data_set": "unknown/1"},
        {"weights": {"exam_score": 1000}, "epsilon": Decimal("0.000001")},
    ],
    ids=["unknown attribute", "not a number", "unknown data set", "epsilon too small"],
)
def test_an_order_that_cannot_be_computed_is_refused(crowd, change):
    with pytest.raises(CrowdRefusedError):
        Crowd(crowd.market, crowd.account, ordered(**change)).placed()


@pytest.mark.parametrize(
    "change",
    [{"floor": 13}, {"people": 256}, {"floor": 9}, {"epsilon": Decimal(11)}, {"round_seconds": 0}],
    ids=["floor above people", "too many", "floor too low", "epsilon too large", "no time"],
)
def test_an_order_out_of_its_ranges_is_refused(crowd, change):
    with pytest.raises(MalformedError):
        Crowd(crowd.market, crowd.account, ordered(**change)).placed()


def test_an_order_of_somebody_else_or_for_another_marketplace_is_refused(crowd):
    for made in (ordered(buyer="urn:somebody"), ordered(marketplace="did:web:other.example")):
        with pytest.raises(ConsentError):
            Crowd(crowd.market, crowd.account, made).placed()
    stranger = crowd.market.services.add_account("other@example.org", PASSWORD)
    with pytest.raises(NotRegisteredError):
        Crowd(crowd.market, stranger).placed()


def test_an_order_that_cannot_be_joined_any_more_is_refused(crowd):
    crowd.market.clock.forward(seconds=3601)

    with pytest.raises(ConsentError):
        crowd.placed()


def test_a_buyer_whose_credential_was_taken_back_cannot_order(crowd):
    crowd.market.status_lists.revoked.add(BUYER_HANDLE)

    with pytest.raises(RevokedError):
        crowd.placed()


# The load.


def test_the_load_counts_orders_by_state(any_crowd):
    any_crowd.placed()

    assert any_crowd.market.services.measure_load().crowds["joining"] == 1


def test_one_person_with_two_offers_is_counted_once_under_the_latest(crowd):
    crowd.who = crowd.who[:1]
    crowd.offered()
    crowd.who = (replace(crowd.who[0], index=900),)
    crowd.offered(compensation_cents=70)

    shown = crowd.services.show(crowd.account.account_id, "exam/1")

    assert shown["from"]["compensation_cents"] == 70


def test_one_buyer_has_so_many_orders_that_gather_people_and_no_more(crowd):
    for number in range(1, MOST_JOINING + 1):
        Crowd(crowd.market, crowd.account, ordered(number, compensation_cents=0)).placed()

    with pytest.raises(CrowdRefusedError, match="gather people already"):
        Crowd(crowd.market, crowd.account, ordered(MOST_JOINING + 1, compensation_cents=0)).placed()

    crowd.later(3600)
    late = {"issued_at": crowd.market.clock(), "join_until": crowd.market.clock() + timedelta(hours=1)}
    Crowd(crowd.market, crowd.account, ordered(MOST_JOINING + 1, **late)).placed()


def test_an_order_is_computable_with_every_number_of_people_it_allows(crowd, monkeypatch):
    def only_at_the_ends(made, keys):
        if len(keys) == 11:
            raise TermsError("so much noise cannot be proven")

    monkeypatch.setattr("marketplace.services.place_crowd_order.run_of", only_at_the_ends)

    with pytest.raises(CrowdRefusedError, match="so much noise"):
        crowd.placed()


def test_accepting_the_highest_price_is_enough(crowd):
    assert crowd.placed(accept_cents=PEOPLE * EACH).now.most_cents == PEOPLE * EACH <= ACCEPT
