"""What do the use cases of the data space need from outside? Two books, and a way to buyers' connectors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.negotiation import Negotiation, TransferProcess


class NegotiationBook(Protocol):
    """Keeps negotiations, and where each buyer's connector is."""

    def register_callback(self, account_id: str, address: str | None, at: datetime) -> None:
        """Replace the address of an account's connector; None forgets it."""
        ...

    def callback_of(self, account_id: str) -> str | None:
        """The address of an account's connector."""
        ...

    def add(self, negotiation: Negotiation) -> None:
        """Keep a new negotiation; its account has none with this consumer's id."""
        ...

    def get(self, provider_pid: str) -> Negotiation | None:
        """A negotiation by the market's id of it; None for any text that is none."""
        ...

    def find(self, account_id: str, consumer_pid: str) -> Negotiation | None:
        """An account's negotiation by the consumer's id of it."""
        ...

    def of_agreement(self, agreement_id: str) -> Negotiation | None:
        """The negotiation in which an agreement was made."""
        ...

    def count_open(self, account_id: str) -> int:
        """How many negotiations of an account can still go on."""
        ...

    def newest(self, account_id: str, *, limit: int) -> Sequence[Negotiation]:
        """An account's latest negotiations, the newest first."""
        ...

    def due(self, now: datetime, *, limit: int) -> Sequence[Negotiation]:
        """Those that the market has to do something about, the longest due first."""
        ...

    def save(self, negotiation: Negotiation) -> None:
        """Replace a negotiation."""
        ...


class TransferProcessBook(Protocol):
    """Keeps transfers."""

    def add(self, transfer: TransferProcess) -> None:
        """Keep a new transfer; its account has none with this consumer's id."""
        ...

    def get(self, provider_pid: str) -> TransferProcess | None:
        """A transfer by the market's id of it; None for any text that is none."""
        ...

    def find(self, account_id: str, consumer_pid: str) -> TransferProcess | None:
        """An account's transfer by the consumer's id of it."""
        ...

    def count_open(self, account_id: str) -> int:
        """How many transfers of an account can still go on."""
        ...

    def newest(self, account_id: str, *, limit: int) -> Sequence[TransferProcess]:
        """An account's latest transfers, the newest first."""
        ...

    def due(self, now: datetime, *, limit: int) -> Sequence[TransferProcess]:
        """Those that the market has to do something about, the longest due first."""
        ...

    def save(self, transfer: TransferProcess) -> None:
        """Replace a transfer."""
        ...


class Callbacks(Protocol):
    """Hands messages to buyers' connectors."""

    def allow(self, address: str) -> None:
        """Return only if an address has the form of one that messages may be sent to.

        Whether its host lies inside a network is found out on delivery, each time anew.

        Raises:
            RefusedError: no https address, or too long.
        """
        ...

    def deliver(self, url: str, body: bytes, signature: str) -> None:
        """Hand over a message; the receiver checks the signature with the market's key.

        Raises:
            PeerError: it was not acknowledged with 2xx, or the host lies inside a network.
        """
        ...
