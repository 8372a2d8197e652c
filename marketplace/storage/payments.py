"""What comes in and goes back over rails, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.card_payment import Payment, PaymentState, Refund, RefundState
from marketplace.storage.payment_tables import payment_events, payments, refunds

_PAYMENT = tuple(column.name for column in payments.columns)
_REFUND = tuple(column.name for column in refunds.columns)


class SqlPayments:
    """The `PaymentBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, payment: Payment) -> None:
        """Keep a new payment."""
        self._session.execute(insert(payments).values(_values(payment, _PAYMENT)))

    def save(self, payment: Payment) -> None:
        """Replace a payment."""
        named = payments.c.payment_id == payment.payment_id
        self._session.execute(update(payments).where(named).values(_values(payment, _PAYMENT)))

    def get(self, payment_id: str) -> Payment | None:
        """A payment by its id."""
        wanted = select(payments).where(payments.c.payment_id == payment_id)
        row = self._session.execute(wanted).one_or_none()
        return None if row is None else _payment(row)

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Payment]:
        """An account's payments, newest first."""
        wanted = select(payments).where(payments.c.account_id == account_id).limit(limit)
        ordered = wanted.order_by(payments.c.started_at.desc(), payments.c.payment_id)
        return [_payment(row) for row in self._session.execute(ordered)]

    def started(self, *, before: datetime, limit: int) -> Sequence[Payment]:
        """Payments that were started before a moment and have no end, the oldest first."""
        open_ones = (payments.c.state == PaymentState.STARTED) & (payments.c.started_at < before)
        wanted = select(payments).where(open_ones).order_by(payments.c.started_at, payments.c.payment_id)
        return [_payment(row) for row in self._session.execute(wanted.limit(limit))]

    def count_started(self, account_id: str) -> int:
        """How many of an account's payments have no end."""
        hers = (payments.c.account_id == account_id) & (payments.c.state == PaymentState.STARTED)
        return self._session.execute(select(func.count()).select_from(payments).where(hers)).scalar_one()

    def add_refund(self, refund: Refund) -> None:
        """Keep a new refund."""
        self._session.execute(insert(refunds).values(_values(refund, _REFUND)))

    def save_refund(self, refund: Refund) -> None:
        """Replace a refund."""
        named = refunds.c.refund_id == refund.refund_id
        self._session.execute(update(refunds).where(named).values(_values(refund, _REFUND)))

    def refund(self, refund_id: str) -> Refund | None:
        """A refund by its id."""
        row = self._session.execute(select(refunds).where(refunds.c.refund_id == refund_id)).one_or_none()
        return None if row is None else _refund(row)

    def refunds_of(self, payment_id: str) -> Sequence[Refund]:
        """The refunds of a payment, the oldest first."""
        wanted = select(refunds).where(refunds.c.payment_id == payment_id)
        ordered = wanted.order_by(refunds.c.requested_at, refunds.c.refund_id)
        return [_refund(row) for row in self._session.execute(ordered)]

    def refunds_in(self, state: RefundState, *, limit: int) -> Sequence[Refund]:
        """The refunds in a state, the oldest first."""
        wanted = select(refunds).where(refunds.c.state == state).limit(limit)
        ordered = wanted.order_by(refunds.c.requested_at, refunds.c.refund_id)
        return [_refund(row) for row in self._session.execute(ordered)]

    def hear(self, rail: str, event_id: str, at: datetime) -> bool:
        """Remember a word of a rail, and say whether it was heard for the first time."""
        named = (payment_events.c.rail == rail) & (payment_events.c.event_id == event_id)
        if self._session.execute(select(payment_events.c.at).where(named)).one_or_none() is not None:
            return False
        self._session.execute(insert(payment_events).values(rail=rail, event_id=event_id, at=at))
        return True


def _values(value: Payment | Refund, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


def _payment(row: Row[tuple[object, ...]]) -> Payment:
    return Payment(**{name: getattr(row, name) for name in _PAYMENT})


def _refund(row: Row[tuple[object, ...]]) -> Refund:
    return Refund(**{name: getattr(row, name) for name in _REFUND})
