"""Where events go: webhooks, what became of each delivery, and sending events again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.event import (
    SECRET_BYTES,
    Delivery,
    EventKind,
    Webhook,
    checked_target,
    secret_text,
)
from ssi.issuer_service.errors import BatchConflictError, UnknownThingError
from ssi.issuer_service.services.ports import Books

MAX_WEBHOOKS = 20
PAGE = 50
_ID_BYTES = 16


@dataclass(frozen=True)
class NewWebhook:
    """A webhook and its secret, which is told once."""

    webhook: Webhook
    secret: str = field(repr=False)


class KeepWebhooks:
    """Keeps webhooks. With `loopback`, which is for development, they may lie on this machine."""

    def __init__(self, books: Books, *, loopback: bool, random: RandomBytes) -> None:
        self._books = books
        self._loopback = loopback
        self._random = random

    def create(self, url: str, kinds: frozenset[EventKind], *, now: datetime) -> NewWebhook:
        """Send events of these kinds, or of all if none is named, to an address from now on.

        Raises:
            MalformedError: the address is none to which events may be sent.
            BatchConflictError: there are twenty already.
        """
        checked_target(url, loopback=self._loopback)
        webhook = Webhook(self._random(_ID_BYTES).hex(), url, kinds, now)
        secret = self._random(SECRET_BYTES)
        with self._books.writing() as register:
            if len(register.outbox.webhooks()) >= MAX_WEBHOOKS:
                raise BatchConflictError(f"there are {MAX_WEBHOOKS} webhooks: remove one first")
            register.outbox.add_webhook(webhook, secret)
        return NewWebhook(webhook, secret_text(secret))

    def all(self) -> Sequence[Webhook]:
        """All webhooks, oldest first."""
        with self._books.reading() as register:
            return register.outbox.webhooks()

    def remove(self, webhook_id: str) -> None:
        """Send it nothing more, at once.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.writing() as register:
            register.outbox.webhook(webhook_id)
            register.outbox.stop_webhook(webhook_id)

    def deliveries(self, webhook_id: str, *, page: int = 1) -> Sequence[Delivery]:
        """Fifty deliveries to one webhook, newest first.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            register.outbox.webhook(webhook_id)
            return register.outbox.deliveries(webhook_id, offset=(page - 1) * PAGE, limit=PAGE)

    def webhook(self, webhook_id: str) -> Webhook:
        """One webhook.

        Raises:
            UnknownThingError: there is none of this id.
        """
        with self._books.reading() as register:
            return register.outbox.webhook(webhook_id)

    def replay(
        self, webhook_id: str, *, now: datetime, event_id: str | None = None, since: datetime | None = None
    ) -> int:
        """Send one event, or all since a moment, once more under their own ids; returns how many.

        Raises:
            UnknownThingError: there is no such webhook, or no such event was sent to it.
        """
        with self._books.writing() as register:
            if not register.outbox.webhook(webhook_id).active:
                raise UnknownThingError(f"webhook {webhook_id} was removed")
            count = register.outbox.replay(webhook_id, now=now, event_id=event_id, since=since)
            if event_id is not None and not count:
                raise UnknownThingError(f"no event {event_id[:40]!r} was sent to this webhook")
        return count

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state."""
        with self._books.reading() as register:
            return register.outbox.counts()
