"""Paying in by card on screen, the rail's words at their endpoint, and money that goes back."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from marketplace.api.app import create_api_app
from marketplace.clients.sandbox_rail import SandboxRail
from marketplace.clients.stripe_rail import StripeRail
from marketplace.services.payments import Payments
from tests.marketplace.market import PASSWORD, open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.stripe_fake import API_KEY, WEBHOOK_SECRET, StripeFake, signed
from tests.marketplace.web.house import House, Visitor, text_of
from tests.serving import serving

ONE, TWO = (str(UUID(int=number)) for number in (1, 2))


@pytest.fixture
def payer(house: House) -> Visitor:
    return house.buyer("payer@institute.example")


def available(house: House, visitor: Visitor) -> int:
    return house.services.read_statement(house.account_of(visitor).account_id).available_cents


def pay(house: House, visitor: Visitor, payment_id: str = ONE) -> None:
    """What the rail says when the buyer has paid."""
    payments = house.services.payments
    assert payments is not None
    payment, _ = payments.read(house.account_of(visitor).account_id, payment_id)
    payments.take_notice(*SandboxRail(b"k" * 32).pay(payment))


def test_paying_in_leads_to_the_rail_and_is_booked_by_its_word(house: House, payer: Visitor):
    page = payer.get("/account/payments").text
    found = re.search(r'name="payment_id" value="([^"]+)"', page)
    assert found is not None

    for _ in range(2):  # the same form twice is one payment
        sent = payer.send("/account/payments", payment_id=found[1], euros="25")
    waiting = payer.get(sent.location)
    pay(house, payer, found[1])

    assert "Pay €25.00 there" in text_of(waiting)
    assert f'href="http://127.0.0.1:8000/account/payments/{found[1]}"' in waiting.text
    assert "The money is in your account." in text_of(payer.get(sent.location))
    assert available(house, payer) == 2500
    assert text_of(payer.get("/account/payments")).count("€25.00") == 1


@pytest.mark.parametrize("euros", ["", "0.50", "x", "100000.01", "-1", "1e3"])
def test_what_is_no_amount_is_refused_at_the_field(house: House, payer: Visitor, euros: str):
    assert payer.send("/account/payments", payment_id=ONE, euros=euros).status_code == 422
    assert "No payments yet" in text_of(payer.get("/account/payments"))


@pytest.mark.parametrize("payment_id", ["", "x", "a/b", "../../x"])
def test_a_form_without_its_number_is_refused(payer: Visitor, payment_id: str):
    assert payer.send("/account/payments", payment_id=payment_id, euros="25").status_code == 400


def test_unused_money_is_asked_back_and_an_operator_decides(house: House, payer: Visitor):
    payer.send("/account/payments", payment_id=ONE, euros="25")
    pay(house, payer)
    operator = house.operator()

    asked = payer.send(f"/account/payments/{ONE}/refunds", refund_id=TWO, euros="20")
    assert asked.location == f"/account/payments/{ONE}"
    assert "€20.00 back" in text_of(operator.get("/operations/refunds"))
    refused = operator.send(f"/operations/refunds/{TWO}/refusal", **{f"reason-{TWO}": "used elsewhere"})

    assert refused.status_code == 302
    assert "Nothing to decide" in text_of(operator.get("/operations/refunds"))
    assert "in your account again: used elsewhere" in text_of(payer.get(f"/account/payments/{ONE}"))
    assert available(house, payer) == 2500
    assert "Asked back to your card" in text_of(payer.get("/money"))


def test_a_refund_that_an_operator_sends(house: House, payer: Visitor):
    payer.send("/account/payments", payment_id=ONE, euros="25")
    pay(house, payer)
    payer.send(f"/account/payments/{ONE}/refunds", refund_id=TWO, euros="20")

    house.operator().send(f"/operations/refunds/{TWO}/approval")

    assert "Is being sent" in text_of(payer.get(f"/account/payments/{ONE}"))
    assert payer.get("/operations/refunds").status_code == 403


@pytest.mark.parametrize("euros", ["", "25.01", "0.00"])
def test_what_cannot_go_back_is_refused_at_the_field(house: House, payer: Visitor, euros: str):
    payer.send("/account/payments", payment_id=ONE, euros="25")
    pay(house, payer)

    response = payer.send(f"/account/payments/{ONE}/refunds", refund_id=TWO, euros=euros)

    assert response.status_code == 422
    assert available(house, payer) == 2500


def test_nobody_sees_the_payment_of_another_buyer(house: House, payer: Visitor):
    payer.send("/account/payments", payment_id=ONE, euros="25")
    other = house.buyer("other@institute.example")

    assert other.get(f"/account/payments/{ONE}").status_code == 404
    assert other.send(f"/account/payments/{ONE}/refunds", refund_id=TWO, euros="1").status_code == 404


def post(client: FlaskClient, body: bytes, signature: str) -> int:
    answer = client.post("/api/v1/payment-notices", data=body, headers={"Stripe-Signature": signature})
    return answer.status_code


def test_words_of_stripe_are_taken_once_at_their_endpoint_and_forged_ones_are_not():
    fake, market = StripeFake(), open_market()
    account_id = market.services.add_account("b@example.org", PASSWORD).account_id
    with serving(fake.app()) as url:
        payments = Payments(market.desk, StripeRail(API_KEY, WEBHOOK_SECRET, address=url))
        client = create_api_app(_with(market.services, payments)).test_client()
        begun = payments.begin(account_id, payment_id=ONE, amount_cents=2500, back_to="https://x.example/")
    body = fake.pay(begun.reference or "")

    told = [
        post(client, body, signed(body, NOW, "whsec_forged")),
        post(client, body, ""),
        post(client, b"{}", signed(b"{}", NOW)),
        post(client, body, signed(body, NOW)),
        post(client, body, signed(body, NOW)),
    ]

    assert told == [422, 422, 400, 204, 204]
    assert market.services.read_statement(account_id).available_cents == 2500


def test_a_market_without_a_rail_has_no_such_endpoint_or_page(market_without_rail):
    assert post(create_api_app(market_without_rail).test_client(), b"{}", "") == 404


@pytest.fixture
def market_without_rail():
    return open_market().services


def _with(services, payments):
    return type(services)(**{**vars(services), "payments": payments})
