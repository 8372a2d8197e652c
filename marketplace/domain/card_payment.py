"""What a buyer pays in over a rail, and what goes back: how it stands, and the transfers that each step is.

A payment is `STARTED` → `PAID` or `ENDED`; a word about money that came in late makes an ended one paid, and
a paid one never ends. A refund is `REQUESTED` → `APPROVED` → `SENT`, or `REFUSED` with the money back in the
purse; one that the rail took back afterwards is `FAILED`, with the money back as well. Every id is made
before the rail hears of it, so that asking again is the same payment. No datum of a card is known here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.domain.chart import buyer_available, rail, refund_requested
from marketplace.domain.ledger import EntryKind, Transfer


class PaymentState(StrEnum):
    """How a payment stands."""

    STARTED = "started"
    PAID = "paid"
    ENDED = "ended"


class RefundState(StrEnum):
    """How a refund stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


KEEPS = frozenset({RefundState.REQUESTED, RefundState.APPROVED, RefundState.SENT})
"""States of a refund in which its amount is not the buyer's to ask for again."""


@dataclass(frozen=True)
class Payment:
    """Money that is to come in. `reference` is the rail's name of the checkout, `charge` of what was paid."""

    payment_id: str
    account_id: str
    rail: str
    amount_cents: int
    state: PaymentState
    started_at: datetime
    reference: str | None = None
    checkout_url: str | None = None
    charge: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Refund:
    """Unused money that is to go back where it came from."""

    refund_id: str
    payment_id: str
    account_id: str
    rail: str
    amount_cents: int
    state: RefundState
    requested_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None


def paid_in(payment: Payment, at: datetime) -> Transfer:
    """The money is in the buyer's purse; its id can be used once."""
    purse = buyer_available(payment.account_id)
    return _moved(f"payment/{payment.payment_id}", rail(payment.rail), purse, payment.amount_cents, at)


def asked_back(refund: Refund) -> Transfer:
    """The money leaves the purse, and cannot be spent while it is on its way."""
    purse = buyer_available(refund.account_id)
    return _refunding(refund, "requested", purse, refund_requested(refund.refund_id), refund.requested_at)


def sent_back(refund: Refund, at: datetime) -> Transfer:
    """The rail has it."""
    return _refunding(refund, "sent", refund_requested(refund.refund_id), rail(refund.rail), at)


def returned(refund: Refund, at: datetime) -> Transfer:
    """It was not sent, and is in the purse again."""
    account, purse = refund_requested(refund.refund_id), buyer_available(refund.account_id)
    return _refunding(refund, "returned", account, purse, at)


def came_back(refund: Refund, at: datetime) -> Transfer:
    """The rail could not deliver what it had taken, and gave it back."""
    return _refunding(refund, "failed", rail(refund.rail), buyer_available(refund.account_id), at)


def _refunding(refund: Refund, step: str, debit: str, credit: str, at: datetime) -> Transfer:
    return _moved(f"refund/{refund.refund_id}/{step}", debit, credit, refund.amount_cents, at)


def _moved(name: str, debit: str, credit: str, amount_cents: int, at: datetime) -> Transfer:
    return Transfer(name, EntryKind.PAYMENT, debit, credit, amount_cents, at)
