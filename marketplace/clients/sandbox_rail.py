"""A rail without money: checkouts are pages of our own, and whoever asks is believed. For trying things out.

It keeps nothing: a checkout's name is made of the payment's id, and its words are signed with a key that is
made at the start, so that words of another process are refused, as those of a stranger are.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from crypto.encoding import canonical_json
from crypto.randomness import random_bytes
from crypto.reading import Fields
from marketplace.domain.card_payment import Payment, Refund
from marketplace.domain.ledger import CURRENCY
from marketplace.domain.split import MAX_CENTS
from marketplace.errors import NoticeRefusedError, PaymentRefusedError
from marketplace.services.payment_ports import Checkout, Notice, NoticeKind

KEY_BYTES = 32


@dataclass(frozen=True)
class SandboxRail:
    """The `PaymentRail` of the sandbox."""

    key: bytes = field(default_factory=lambda: random_bytes(KEY_BYTES), repr=False)
    name: str = "sandbox"
    title: str = "the sandbox"

    def begin(self, payment: Payment, *, back_to: str) -> Checkout:
        """Open a checkout at the page to which the buyer comes back anyway."""
        return Checkout(f"sandbox-{payment.payment_id}", back_to)

    def look(self, payment: Payment) -> Notice:
        """Nothing: only its own words tell that somebody paid."""
        return Notice(f"look/{payment.payment_id}", NoticeKind.OTHER)

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        """A word that `pay` or `abandon` wrote.

        Raises:
            NoticeRefusedError: it is not signed with the key of this process.
        """
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode("utf-8", "replace")):
            raise NoticeRefusedError("the notice is not signed by the rail")
        fields = Fields.parse(body, "event")
        subject = fields.text("payment_id")
        reference = f"sandbox-{subject}"
        amount = fields.integer("amount_cents", least=0, most=MAX_CENTS)
        kind = fields.choice("kind", NoticeKind)
        return Notice(fields.text("id"), kind, subject, reference, f"charge-{subject}", amount, CURRENCY)

    def refund(self, refund: Refund, charge: str) -> None:
        """Give nothing back, of nothing.

        Raises:
            PaymentRefusedError: it is no charge of this rail.
        """
        if charge != f"charge-{refund.payment_id}":
            raise PaymentRefusedError("the sandbox knows no such charge")

    def pay(self, payment: Payment) -> tuple[bytes, str]:
        """The signed word that somebody paid."""
        return self._word(payment, NoticeKind.PAID)

    def abandon(self, payment: Payment) -> tuple[bytes, str]:
        """The signed word that nobody will."""
        return self._word(payment, NoticeKind.ENDED)

    def _word(self, payment: Payment, kind: NoticeKind) -> tuple[bytes, str]:
        body = canonical_json(
            {
                "id": f"{kind}-{payment.payment_id}",
                "kind": kind.value,
                "payment_id": payment.payment_id,
                "amount_cents": payment.amount_cents,
            }
        )
        return body, self._sign(body)

    def _sign(self, body: bytes) -> str:
        return hmac.new(self.key, body, sha256).hexdigest()
