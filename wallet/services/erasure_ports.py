"""What the use cases about the end of a wallet need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wallet.domain.erasure import Erasure, Farewell


class ErasureStore(Protocol):
    """Keeps which wallets end when, and what is still to be said for those that ended."""

    def plan(self, wallet_id: str, erasure: Erasure, farewells: Sequence[Farewell]) -> Erasure:
        """Plan an erasure and keep what must outlive the wallet, at once; an earlier plan stays as it is."""
        ...

    def planned(self, wallet_id: str) -> Erasure | None:
        """What is planned for a wallet."""
        ...

    def cancel(self, wallet_id: str) -> None:
        """Let a wallet stay; without a plan nothing happens."""
        ...

    def erase_due(self, now: datetime) -> int:
        """Forget every wallet whose time has come, with its locks and all it keeps; how many it was."""
        ...

    def farewells(self, limit: int) -> tuple[Farewell, ...]:
        """What is still to be said, the oldest first."""
        ...

    def said(self, farewell_id: str) -> None:
        """Forget a farewell; forgetting what is not there is no error."""
        ...
