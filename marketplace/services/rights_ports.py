"""What the register of people's requests needs of the books."""

from collections.abc import Sequence
from typing import Protocol

from marketplace.domain.rights import FiledRequest


class RightsBook(Protocol):
    """Keeps what people asked for, within one database transaction; what was done stands in the acts."""

    def add(self, request: FiledRequest) -> None:
        """Keep a new request."""
        ...

    def get(self, request_id: str) -> FiledRequest | None:
        """A request by its id."""
        ...

    def of_agreement(self, consent_id: str) -> Sequence[FiledRequest]:
        """The requests about one agreement, the oldest first."""
        ...

    def all(self) -> Sequence[FiledRequest]:
        """All requests, the oldest first."""
        ...

    def forget_words(self, request_id: str) -> None:
        """Delete what the person wrote."""
        ...
