"""Stripe Checkout as a payment rail: the buyer pays on Stripe's page, and no datum of a card comes here.

Needs the extra `argonauta[payments]`. Requests bear an idempotency key made of our id, so that asking again
opens the same checkout and refunds once. Words of Stripe come as signed requests ("webhooks"): an HMAC with
SHA-256 over the moment and the very bytes of the body, under a secret that Stripe and we share (Stripe
documentation, "Verify webhook signatures manually"). One is taken for five minutes; the services take each
event once. Amounts and currency are compared with what was asked for before anything is credited.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar

import stripe

from crypto.reading import Fields
from marketplace.domain.card_payment import Payment, Refund
from marketplace.domain.ledger import CURRENCY
from marketplace.domain.split import MAX_CENTS
from marketplace.errors import NoticeRefusedError, PaymentRefusedError
from marketplace.services.payment_ports import Checkout, Notice, NoticeKind
from ssi.http.errors import GarbledAnswerError, UnreachablePeerError

FRESH: Final = timedelta(minutes=5)
SKEW: Final = timedelta(minutes=1)
MAX_NOTICE: Final = 256 * 1024
MAX_SIGNATURE: Final = 2000
_MAX_URL: Final = 4000
_TIMEOUT_SECONDS: Final = 15
_MOMENT_DIGITS: Final = 12
_PAID: Final = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
_ENDED: Final = frozenset({"checkout.session.expired", "checkout.session.async_payment_failed"})
T = TypeVar("T")


class StripeRail:
    """The `PaymentRail` over Stripe Checkout. Both secrets stay out of logs and ``repr``."""

    name = "stripe"
    title = "Stripe"

    def __init__(self, api_key: str, webhook_secret: str, *, address: str | None = None) -> None:
        stripe.enable_telemetry = False
        self._secret = webhook_secret.encode()
        bases: Any = {} if address is None else {"api": address}
        self._client = stripe.StripeClient(
            api_key,
            base_addresses=bases,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
        )

    def begin(self, payment: Payment, *, back_to: str) -> Checkout:
        """Open a checkout, or the one that was opened for this payment before."""
        known = {"payment_id": payment.payment_id}
        line = {
            "quantity": 1,
            "price_data": {
                "currency": CURRENCY.lower(),
                "unit_amount": payment.amount_cents,
                "product_data": {"name": "Credit for answers"},
            },
        }
        wanted: Any = {
            "mode": "payment",
            "client_reference_id": payment.payment_id,
            "line_items": [line],
            "metadata": known,
            "payment_intent_data": {"metadata": known},
            "success_url": back_to,
            "cancel_url": back_to,
        }
        key: Any = {"idempotency_key": f"checkout-{payment.payment_id}"}
        opened = self._ask(lambda: self._client.v1.checkout.sessions.create(wanted, key))
        fields = Fields.of(opened, "checkout")
        url = fields.text("url", max_length=_MAX_URL)
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise GarbledAnswerError("the checkout has no address that a browser may be sent to")
        return Checkout(fields.text("id", max_length=200), url)

    def look(self, payment: Payment) -> Notice:
        """How a checkout stands now."""
        reference = payment.reference or ""
        found = self._ask(lambda: self._client.v1.checkout.sessions.retrieve(reference))
        return _about_checkout(f"look/{reference}", Fields.of(found, "checkout"), is_over=None)

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        """A word of Stripe.

        Raises:
            NoticeRefusedError: it is not signed with the secret, or not made within the last five minutes.
            MalformedError: what is signed is no event.
        """
        if len(body) > MAX_NOTICE or len(signature) > MAX_SIGNATURE:
            raise NoticeRefusedError("the notice is too long")
        made_at, signatures = _read_signature(signature)
        expected = hmac.new(self._secret, str(made_at).encode() + b"." + body, sha256).hexdigest().encode()
        if not any(hmac.compare_digest(expected, each.encode()) for each in signatures):
            raise NoticeRefusedError("the notice is not signed by the rail")
        age = now.timestamp() - made_at
        if not -SKEW.total_seconds() <= age <= FRESH.total_seconds():
            raise NoticeRefusedError("the notice is older than five minutes, or from the future")
        event = Fields.parse(body, "event")
        event_id, kind = event.text("id", max_length=200), event.text("type", max_length=200)
        about = event.section("data").section("object")
        if kind in _PAID or kind in _ENDED:
            return _about_checkout(event_id, about, is_over=kind in _ENDED)
        if kind == "refund.failed":
            subject = about.section("metadata").text("refund_id", max_length=100)
            return Notice(event_id, NoticeKind.REFUND_FAILED, subject)
        return Notice(event_id, NoticeKind.OTHER)

    def refund(self, refund: Refund, charge: str) -> None:
        """Give a part of a payment back, once for each refund."""
        wanted: Any = {
            "payment_intent": charge,
            "amount": refund.amount_cents,
            "metadata": {"refund_id": refund.refund_id},
        }
        key: Any = {"idempotency_key": f"refund-{refund.refund_id}"}
        self._ask(lambda: self._client.v1.refunds.create(wanted, key))

    def _ask(self, request: Callable[[], Any]) -> dict[str, Any]:
        """An answer of Stripe as a document.

        Raises:
            PaymentRefusedError: it will not do that.
            PeerError: it did not answer, or failed; asking again is safe.
        """
        try:
            answer: dict[str, Any] = request().to_dict()
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            raise PaymentRefusedError(f"Stripe refuses: {error.code or 'invalid request'}") from error
        except stripe.StripeError as error:
            raise UnreachablePeerError("Stripe does not answer as it should") from error
        return answer


def _about_checkout(event_id: str, about: Fields, *, is_over: bool | None) -> Notice:
    """What a checkout says; `is_over` is whether its event says that it ended unpaid, None without one."""
    subject = about.text("client_reference_id", max_length=100)
    reference = about.text("id", max_length=200)
    if about.text("payment_status", max_length=40) == "paid":
        return Notice(
            event_id,
            NoticeKind.PAID,
            subject,
            reference,
            about.text("payment_intent", max_length=200),
            about.integer("amount_total", least=0, most=MAX_CENTS),
            about.text("currency", max_length=3),
        )
    ended = is_over if is_over is not None else about.text("status", max_length=40) == "expired"
    return Notice(event_id, NoticeKind.ENDED if ended else NoticeKind.OTHER, subject, reference)


def _read_signature(header: str) -> tuple[int, list[str]]:
    pairs = [each.strip().partition("=")[::2] for each in header.split(",")]
    moments = [value for name, value in pairs if name == "t" and value.isascii() and value.isdigit()]
    if len(moments) != 1 or len(moments[0]) > _MOMENT_DIGITS:
        raise NoticeRefusedError("the notice says not when it was signed")
    return int(moments[0]), [value for name, value in pairs if name == "v1" and value.isascii()]
