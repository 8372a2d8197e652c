"""What the use cases about requests for accounts need of the books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.account_request import AccountRequest


class AccessBook(Protocol):
    """Keeps requests for accounts, within one database transaction."""

    def add(self, asked: AccountRequest) -> None:
        """Keep a new request."""
        ...

    def get(self, request_id: str) -> AccountRequest | None:
        """A request by id."""
        ...

    def all(self) -> Sequence[AccountRequest]:
        """All requests, the oldest first."""
        ...

    def save(self, asked: AccountRequest) -> None:
        """Keep what became of a request."""
        ...

    def forget(self, before: datetime) -> None:
        """Forget what was refused before a moment."""
        ...
