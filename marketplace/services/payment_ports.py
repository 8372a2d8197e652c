"""What payments need from outside: a rail that moves money, and a book that remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from marketplace.domain.card_payment import Payment, Refund, RefundState


class NoticeKind(StrEnum):
    """What a rail tells."""

    PAID = "paid"
    ENDED = "ended"
    REFUND_FAILED = "refund_failed"
    OTHER = "other"


@dataclass(frozen=True)
class Checkout:
    """Where the buyer pays: the rail's name of it, and the address of its page."""

    reference: str
    url: str


@dataclass(frozen=True)
class Notice:
    """A verified word of a rail. `subject` is our id: of the payment, or of the refund that failed."""

    event_id: str
    kind: NoticeKind
    subject: str = ""
    reference: str = ""
    charge: str = ""
    amount_cents: int = 0
    currency: str = ""


class PaymentRail(Protocol):
    """Moves buyers' money in and back. Every request bears our id, and doing it again does it once.

    Methods that talk to the rail raise `PeerError` where it does not answer, which leaves open whether it
    was done, and `PaymentRefusedError` where it answers that it will not do it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 — how the ledger's account of it is called

    @property
    def title(self) -> str: ...  # noqa: D102 — how people call it

    def begin(self, payment: Payment, *, back_to: str) -> Checkout:
        """Open a checkout, or the one that was opened for this payment before."""
        ...

    def look(self, payment: Payment) -> Notice:
        """How a checkout stands now, for a word that never came; `OTHER` while it is open."""
        ...

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        """A word of the rail.

        Raises:
            NoticeRefusedError: it is not signed by the rail, or older than it may be.
            MalformedError: the rail signed something that is no such word.
        """
        ...

    def refund(self, refund: Refund, charge: str) -> None:
        """Give a part of a payment back, once for each refund."""
        ...


class PaymentBook(Protocol):
    """Keeps payments, refunds and which words of a rail were heard, within one database transaction."""

    def add(self, payment: Payment) -> None:
        """Keep a new payment."""
        ...

    def save(self, payment: Payment) -> None:
        """Replace a payment."""
        ...

    def get(self, payment_id: str) -> Payment | None:
        """A payment by its id."""
        ...

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Payment]:
        """An account's payments, newest first."""
        ...

    def started(self, *, before: datetime, limit: int) -> Sequence[Payment]:
        """Payments that were started before a moment and have no end, the oldest first."""
        ...

    def count_started(self, account_id: str) -> int:
        """How many of an account's payments have no end."""
        ...

    def add_refund(self, refund: Refund) -> None:
        """Keep a new refund."""
        ...

    def save_refund(self, refund: Refund) -> None:
        """Replace a refund."""
        ...

    def refund(self, refund_id: str) -> Refund | None:
        """A refund by its id."""
        ...

    def refunds_of(self, payment_id: str) -> Sequence[Refund]:
        """The refunds of a payment, the oldest first."""
        ...

    def refunds_in(self, state: RefundState, *, limit: int) -> Sequence[Refund]:
        """The refunds in a state, the oldest first."""
        ...

    def hear(self, rail: str, event_id: str, at: datetime) -> bool:
        """Remember a word of a rail, and say whether it was heard for the first time."""
        ...
