"""What people asked to be paid, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.payout import PaidLine, Payout, PayoutState
from marketplace.storage.payout_tables import payout_lines, payouts

_FIELDS = (
    "payout_id",
    "state",
    "request_digest",
    "requested_at",
    "payee",
    "exported_at",
    "decided_at",
    "reason",
)


class SqlPayouts:
    """The `PayoutBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, payout: Payout) -> None:
        """Keep a new payout."""
        self._session.execute(insert(payouts).values({name: getattr(payout, name) for name in _FIELDS}))
        lines = [
            {"payout_id": payout.payout_id, "consent_id": each.consent_id, "amount_cents": each.amount_cents}
            for each in payout.lines
        ]
        self._session.execute(insert(payout_lines), lines)

    def get(self, payout_id: str) -> Payout | None:
        """A payout by its id."""
        row = self._session.execute(select(payouts).where(payouts.c.payout_id == payout_id)).one_or_none()
        return None if row is None else self._read(row)

    def all(self, state: PayoutState, *, limit: int) -> Sequence[Payout]:
        """Payouts in a state, the oldest first."""
        wanted = select(payouts).where(payouts.c.state == state)
        ordered = wanted.order_by(payouts.c.requested_at, payouts.c.payout_id).limit(limit)
        return [self._read(row) for row in self._session.execute(ordered).all()]

    def exported(self, payout_id: str, at: datetime) -> None:
        """Record that a payout was written into a file."""
        named = payouts.c.payout_id == payout_id
        self._session.execute(update(payouts).where(named).values(exported_at=at))

    def decide(self, payout_id: str, state: PayoutState, *, at: datetime, reason: str | None = None) -> None:
        """End a payout, and forget its payee."""
        values = {"state": state, "decided_at": at, "reason": reason, "payee": None}
        self._session.execute(update(payouts).where(payouts.c.payout_id == payout_id).values(values))

    def _read(self, row: Row[tuple[object, ...]]) -> Payout:
        wanted = select(payout_lines).where(payout_lines.c.payout_id == row.payout_id)
        lines = self._session.execute(wanted.order_by(payout_lines.c.consent_id))
        members = {name: getattr(row, name) for name in _FIELDS}
        return Payout(**members, lines=tuple(PaidLine(each.consent_id, each.amount_cents) for each in lines))
