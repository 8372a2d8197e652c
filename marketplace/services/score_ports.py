"""What do the use cases about scores need from outside? One more book; see `services.ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState


class ScoreBook(Protocol):
    """Keeps offers of scores, and requests for them."""

    def add_offer(self, offer: ScoreOffering) -> None:
        """Keep a new offer."""
        ...

    def offer(self, consent_id: str) -> ScoreOffering | None:
        """An offer by its consent."""
        ...

    def open_offers(self, data_set: str, *, now: datetime, limit: int) -> Sequence[ScoreOffering]:
        """The offers of a data set that are neither withdrawn nor over, newest first."""
        ...

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its ciphertext is deleted."""
        ...

    def add(self, order: ScoreOrder) -> None:
        """Keep a new request."""
        ...

    def get(self, request_id: str) -> ScoreOrder | None:
        """A request by its id."""
        ...

    def save(self, order: ScoreOrder) -> None:
        """Replace what may change of a request."""
        ...

    def of_account(self, account_id: str) -> Sequence[ScoreOrder]:
        """A buyer's requests, newest first."""
        ...

    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        """The requests under one offer, newest first."""
        ...

    def due(self, now: datetime) -> Sequence[ScoreOrder]:
        """Requests that nobody answered in time, and answers that nobody disputed in time, oldest first."""
        ...

    def state_counts(self) -> Mapping[ScoreState, int]:
        """How many requests are in which state."""
        ...
