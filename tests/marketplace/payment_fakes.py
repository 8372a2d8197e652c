"""What comes in and goes back over rails, in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.card_payment import Payment, PaymentState, Refund, RefundState


class MemoryPayments:
    """The `PaymentBook` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Payment] = {}
        self.back: dict[str, Refund] = {}
        self.heard: dict[tuple[str, str], datetime] = {}

    def add(self, payment: Payment) -> None:
        assert payment.payment_id not in self.rows
        self.rows[payment.payment_id] = payment

    def save(self, payment: Payment) -> None:
        self.rows[payment.payment_id] = payment

    def get(self, payment_id: str) -> Payment | None:
        return self.rows.get(payment_id)

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Payment]:
        hers = [each for each in self.rows.values() if each.account_id == account_id]
        by_id = sorted(hers, key=lambda each: each.payment_id)
        return sorted(by_id, key=lambda each: each.started_at, reverse=True)[:limit]

    def started(self, *, before: datetime, limit: int) -> Sequence[Payment]:
        found = [
            each
            for each in self.rows.values()
            if each.state is PaymentState.STARTED and each.started_at < before
        ]
        return sorted(found, key=lambda each: (each.started_at, each.payment_id))[:limit]

    def count_started(self, account_id: str) -> int:
        return sum(
            each.account_id == account_id and each.state is PaymentState.STARTED
            for each in self.rows.values()
        )

    def add_refund(self, refund: Refund) -> None:
        assert refund.refund_id not in self.back
        self.back[refund.refund_id] = refund

    def save_refund(self, refund: Refund) -> None:
        self.back[refund.refund_id] = refund

    def refund(self, refund_id: str) -> Refund | None:
        return self.back.get(refund_id)

    def refunds_of(self, payment_id: str) -> Sequence[Refund]:
        return self._ordered(each for each in self.back.values() if each.payment_id == payment_id)

    def refunds_in(self, state: RefundState, *, limit: int) -> Sequence[Refund]:
        return self._ordered(each for each in self.back.values() if each.state is state)[:limit]

    def hear(self, rail: str, event_id: str, at: datetime) -> bool:
        first = (rail, event_id) not in self.heard
        if first:
            self.heard[rail, event_id] = at
        return first

    def _ordered(self, found) -> list[Refund]:
        return sorted(found, key=lambda each: (each.requested_at, each.refund_id))
