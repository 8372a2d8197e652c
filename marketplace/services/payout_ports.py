"""What payouts need of the books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.payout import Payout, PayoutState


class PayoutBook(Protocol):
    """Keeps what people asked to be paid, within one database transaction."""

    def add(self, payout: Payout) -> None:
        """Keep a new payout."""
        ...

    def get(self, payout_id: str) -> Payout | None:
        """A payout by its id."""
        ...

    def all(self, state: PayoutState, *, limit: int) -> Sequence[Payout]:
        """Payouts in a state, the oldest first."""
        ...

    def exported(self, payout_id: str, at: datetime) -> None:
        """Record that a payout was written into a file."""
        ...

    def decide(self, payout_id: str, state: PayoutState, *, at: datetime, reason: str | None = None) -> None:
        """End a payout, and forget its payee."""
        ...
