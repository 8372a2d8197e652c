"""What does the marketplace keep of events and webhooks, and how does it call a buyer's server?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.event import Event
from marketplace.domain.webhook import Delivery, Webhook


class WebhookLines(Protocol):
    """Keeps webhooks and what came of their deliveries."""

    def add_webhook(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        ...

    def webhook(self, webhook_id: str) -> Webhook | None:
        """A webhook by its id; None for any text that is the id of none."""
        ...

    def webhooks_of(self, account_id: str) -> Sequence[Webhook]:
        """An account's webhooks, made last first."""
        ...

    def save_webhook(self, webhook: Webhook) -> None:
        """Replace a webhook."""
        ...

    def forget_webhook(self, webhook_id: str) -> None:
        """Forget a webhook with its deliveries."""
        ...

    def next_webhook(self, now: datetime) -> Webhook | None:
        """The active webhook that is due for longest, has events to send, and is not leased."""
        ...

    def add_delivery(self, delivery: Delivery) -> None:
        """Keep an attempt; of each webhook the latest `MOST_SHOWN` are kept."""
        ...

    def deliveries_of(self, webhook_id: str) -> Sequence[Delivery]:
        """The attempts of a webhook that are kept, the last first."""
        ...


class EventBook(WebhookLines, Protocol):
    """Keeps the events of accounts, and the webhooks that they are sent to."""

    def next_number(self, account_id: str) -> int:
        """Take the next number of an account; no number is ever taken twice."""
        ...

    def last_number(self, account_id: str) -> int:
        """The number that was taken last; 0 where none was."""
        ...

    def add(self, event: Event) -> None:
        """Keep an event under a number that was taken."""
        ...

    def after(self, account_id: str, number: int, *, limit: int) -> Sequence[Event]:
        """The events of an account behind a number, the earliest first."""
        ...

    def forget(self, account_id: str, *, until: int) -> None:
        """Forget the events of an account up to a number."""
        ...

    def forget_before(self, moment: datetime) -> int:
        """Forget what happened before a moment, in all accounts; how many there were."""
        ...


class WebhookCalls(Protocol):
    """Calls a buyer's server."""

    def allow(self, url: str) -> None:
        """Return only if an address has the form of one that may be called.

        Where the host's name leads is found out at each call anew.

        Raises:
            RefusedError: no https address, too long, or the number of a host inside a network.
        """
        ...

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Hand over an event.

        Raises:
            PeerError: it was not acknowledged with 2xx in time, or the host lies inside a network. The
                message names neither the address nor what was answered.
        """
        ...
