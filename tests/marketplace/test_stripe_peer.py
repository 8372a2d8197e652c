"""A checkout-less peer: what the library sends is understood by `localstripe`, a Stripe made by others.

It knows neither checkouts nor idempotency keys, so those are asked of our own fake; here a refund goes out.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import stripe

from examples.town import free_port
from marketplace.clients.stripe_rail import StripeRail
from marketplace.domain.card_payment import Refund, RefundState
from marketplace.errors import PaymentRefusedError
from tests.journeys.patience import until
from tests.marketplace.mpc_node.parties import NOW

pytestmark = pytest.mark.journey
API_KEY = "sk_test_made_up"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "localstripe", "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = stripe.StripeClient(API_KEY, base_addresses={"api": f"http://127.0.0.1:{port}"})

    def answers() -> bool:
        try:
            client.v1.customers.list()
        except stripe.APIConnectionError:
            return False
        return True

    until(answers, bool)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def _refund(cents: int, number: int) -> Refund:
    return Refund(f"refund-{number}", "p", "a", "stripe", cents, RefundState.APPROVED, NOW)


def test_a_paid_intent_is_refunded_in_parts_and_an_unknown_one_is_not(address: str):
    client = stripe.StripeClient(API_KEY, base_addresses={"api": address})
    card = {
        "type": "card",
        "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"},
    }
    method = client.v1.payment_methods.create(card)  # type: ignore[arg-type]
    customer = client.v1.customers.create({"email": "b@example.org"})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method.id,
        }
    )
    intent = client.v1.payment_intents.confirm(intent.id)
    assert intent.status == "succeeded"
    rail = StripeRail(API_KEY, "whsec_made_up", address=address)

    rail.refund(_refund(2000, 1), intent.id)
    rail.refund(_refund(3000, 2), intent.id)

    latest = intent.latest_charge
    assert latest is not None
    charge = client.v1.charges.retrieve(latest if isinstance(latest, str) else latest.id)
    assert charge.amount_refunded == 5000
    with pytest.raises(PaymentRefusedError):
        rail.refund(_refund(1, 4), "pi_unknown")
