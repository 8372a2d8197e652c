"""Requests for a score: their price, their money, and what does not hold."""

import pytest

from consent.errors import ConsentError
from consent.order import verify_escrow_receipt
from consent.score_request import unverified_score_request
from consent.vocabulary import Purpose
from crypto.errors import SignatureError
from marketplace.domain.direct import direct_price
from marketplace.domain.score import ScoreState
from marketplace.errors import (
    InsufficientFundsError,
    OrderConflictError,
    PriceChangedError,
    ScoreRefusedError,
    UnknownOfferError,
)
from ssi.errors import CredentialError
from tests.marketplace.mpc_node.orders import BUYER_HANDLE
from tests.marketplace.mpc_node.parties import MARKET_KEY, es256
from tests.marketplace.mpc_node.people import PLAIN, _handle
from tests.marketplace.scoring import ANNA, asked, offered


def test_a_request_holds_its_price_and_waits_for_the_wallet(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)

    order = asked(any_market, buyer)

    request = unverified_score_request(order.token)
    assert (order.state, order.price.gross_cents) == (ScoreState.ASKED, 608)
    assert any_market.services.read_statement(buyer.account_id).held_cents == 608
    receipt = verify_escrow_receipt(
        order.escrow_receipt, MARKET_KEY.public, order_id=order.request_id, query_digest=request.digest
    )
    assert (receipt.amount_cents, receipt.compensation_cents) == (608, 500)
    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)
    assert [each["request"] for each in news["requests"]] == [order.token]


@pytest.mark.parametrize(("cents", "fee"), [(0, 0), (1, 1), (70, 15), (500, 108), (999, 215)])
def test_person_and_platform_have_their_usual_proportion_to_the_cent(cents, fee):
    price = direct_price(cents)

    assert (price.compensation_cents, price.platform_fee_cents, price.gross_cents) == (
        cents,
        fee,
        cents + fee,
    )


def test_the_same_request_again_is_the_same_order_with_one_hold(any_market):
    offered(any_market)
    buyer = any_market.buyer()
    first = asked(any_market, buyer)

    again = asked(any_market, buyer)

    assert again == first
    assert any_market.services.read_statement(buyer.account_id).held_cents == 608


def test_another_request_under_the_same_id_is_refused(market):
    offered(market)
    buyer = market.buyer()
    asked(market, buyer)

    with pytest.raises(OrderConflictError):
        asked(market, buyer, weights={"exam_score": 2, "reading_score": 1})
    other = market.buyer("other@example.org")
    with pytest.raises(OrderConflictError):
        asked(market, other)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"key": es256("stranger")}, SignatureError),
        ({"buyer": "urn:argonauta:organisation:other"}, ConsentError),
        ({"marketplace": "another"}, ConsentError),
        ({"inputs_digest": "A" * 43}, ScoreRefusedError),
        ({"data_set": "framingham/1"}, ScoreRefusedError),
        ({"weights": {"sex": 1}}, ScoreRefusedError),
        ({"purpose": Purpose.SCIENTIFIC_RESEARCH}, ScoreRefusedError),
        ({"compensation_cents": 499}, ScoreRefusedError),
        ({"consent_id": "urn:uuid:00000000-0000-4000-8000-000000000000"}, UnknownOfferError),
        ({"compensation_cents": 9_000}, PriceChangedError),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_request_that_does_not_hold_moves_no_money(market, changes, error):
    offered(market)
    buyer = market.buyer()

    with pytest.raises(error):
        asked(market, buyer, **changes)

    assert market.services.read_statement(buyer.account_id).held_cents == 0


def test_a_request_beyond_the_purse_is_refused_and_leaves_nothing(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=607)

    with pytest.raises(InsufficientFundsError):
        asked(any_market, buyer)

    assert any_market.services.scores.read_orders(buyer.account_id) == ()


def test_neither_a_revoked_record_nor_a_revoked_buyer_gets_further(market):
    offered(market)
    buyer = market.buyer()
    for handle in (BUYER_HANDLE, _handle(ANNA.person, PLAIN)):
        market.status_lists.revoked = {handle}
        with pytest.raises(CredentialError):
            asked(market, buyer)
