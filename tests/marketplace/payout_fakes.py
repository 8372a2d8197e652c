"""What people asked to be paid, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.domain.payout import Payout, PayoutState


class MemoryPayouts:
    """The `PayoutBook` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Payout] = {}

    def add(self, payout: Payout) -> None:
        ordered = tuple(sorted(payout.lines, key=lambda line: line.consent_id))
        self.rows[payout.payout_id] = replace(payout, lines=ordered)

    def get(self, payout_id: str) -> Payout | None:
        return self.rows.get(payout_id)

    def all(self, state: PayoutState, *, limit: int) -> Sequence[Payout]:
        found = [each for each in self.rows.values() if each.state is state]
        return sorted(found, key=lambda each: (each.requested_at, each.payout_id))[:limit]

    def exported(self, payout_id: str, at: datetime) -> None:
        self.rows[payout_id] = replace(self.rows[payout_id], exported_at=at)

    def decide(self, payout_id: str, state: PayoutState, *, at: datetime, reason: str | None = None) -> None:
        row = self.rows[payout_id]
        self.rows[payout_id] = replace(row, state=state, decided_at=at, reason=reason, payee=None)
