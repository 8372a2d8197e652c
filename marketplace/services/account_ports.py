"""What keeps accounts, their organisations, and the keys of their programs?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from marketplace.domain.account import Account, ApiKey, Organisation


class AccountBook(Protocol):
    """Keeps accounts, their organisations and API keys."""

    def add(self, account: Account) -> None:
        """Keep a new account."""
        ...

    def get(self, account_id: str) -> Account | None:
        """An account by id."""
        ...

    def set_organisation(self, account_id: str, organisation: Organisation) -> None:
        """Replace the organisation of an account."""
        ...

    def add_failure(self, email: str, at: datetime) -> None:
        """Remember a wrong password for an address, known or not."""
        ...

    def failures_since(self, email: str, since: datetime) -> int:
        """How many wrong passwords there were for an address."""
        ...

    def forget_failures(self, email: str) -> None:
        """Forget the wrong passwords of an address."""
        ...

    def add_api_key(self, key: ApiKey, secret_digest: str) -> None:
        """Keep a new API key by the digest of its secret."""
        ...

    def api_keys(self, account_id: str) -> Sequence[ApiKey]:
        """The API keys of an account, oldest first."""
        ...

    def find_api_key(self, secret_digest: str) -> ApiKey | None:
        """The API key with this secret."""
        ...

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        """End an API key; the first moment stays."""
        ...

    def note_use_of_api_key(self, key_id: str, on: date) -> None:
        """Remember the last day, in UTC, on which an API key was used."""
        ...
