"""Webhooks, events and their deliveries in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import canonical_json, parse_json
from crypto.sealing import Vault
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.event import Delivery, Event, EventKind, Webhook
from ssi.issuer_service.errors import UnknownThingError
from ssi.issuer_service.storage.office_tables import deliveries, events, webhooks

_ALL: Select[Any] = (
    select(
        deliveries,
        events.c.kind,
        events.c.document,
        events.c.created_at.label("event_at"),
        webhooks.c.url,
        webhooks.c.events,
        webhooks.c.created_at,
        webhooks.c.active,
    )
    .join(events, events.c.event_id == deliveries.c.event_id)
    .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
)


class SqlOutbox:
    """Keeps webhooks, events and their deliveries."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add_webhook(self, webhook: Webhook, secret: bytes) -> None:
        """Keep a new webhook."""
        self._session.execute(
            insert(webhooks).values(
                webhook_id=webhook.webhook_id,
                url=webhook.url,
                events=" ".join(sorted(webhook.kinds)),
                secret_sealed=self._vault.seal(secret, _place(webhook.webhook_id)),
                created_at=webhook.created_at,
                active=webhook.active,
            )
        )

    def webhooks(self) -> tuple[Webhook, ...]:
        """All that are active, oldest first."""
        wanted = select(webhooks).where(webhooks.c.active.is_(True))
        found = self._session.execute(wanted.order_by(webhooks.c.created_at, webhooks.c.webhook_id))
        return tuple(_webhook(row) for row in found)

    def webhook(self, webhook_id: str) -> Webhook:
        """One.

        Raises:
            UnknownThingError: there is none.
        """
        row = self._session.execute(select(webhooks).where(webhooks.c.webhook_id == webhook_id)).first()
        if row is None:
            raise UnknownThingError(f"no webhook has the id {webhook_id[:40]!r}")
        return _webhook(row)

    def secret(self, webhook_id: str) -> bytes:
        """Its secret.

        Raises:
            UnknownThingError: there is none.
        """
        self.webhook(webhook_id)
        sealed = self._session.scalar(
            select(webhooks.c.secret_sealed).where(webhooks.c.webhook_id == webhook_id)
        )
        return self._vault.open(sealed or b"", _place(webhook_id))

    def stop_webhook(self, webhook_id: str) -> None:
        """Send it nothing more."""
        self._session.execute(
            update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(active=False)
        )
        self._session.execute(
            update(deliveries)
            .where(deliveries.c.webhook_id == webhook_id, deliveries.c.state == DeliveryState.WAITING)
            .values(state=DeliveryState.FAILED, answer="the webhook was removed")
        )

    def add(self, added: Sequence[Event]) -> None:
        """Keep events, each with a delivery for every webhook that takes it."""
        first = self._session.scalar(select(func.coalesce(func.max(events.c.sequence), 0))) or 0
        receivers = self.webhooks()
        for sequence, event in enumerate(added, start=first + 1):
            self._session.execute(
                insert(events).values(
                    event_id=event.event_id,
                    sequence=sequence,
                    kind=event.kind.value,
                    document=canonical_json(dict(event.data)).decode(),
                    created_at=event.created_at,
                )
            )
            rows = [
                {
                    "event_id": event.event_id,
                    "webhook_id": receiver.webhook_id,
                    "state": DeliveryState.WAITING,
                    "attempts": 0,
                    "next_at": event.created_at,
                }
                for receiver in receivers
                if receiver.takes(event.kind)
            ]
            if rows:
                self._session.execute(insert(deliveries), rows)

    def due(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Deliveries that are to be tried now, in the order of their events."""
        wanted = _ALL.where(
            deliveries.c.state == DeliveryState.WAITING,
            deliveries.c.next_at <= now,
            webhooks.c.active.is_(True),
        )
        found = self._session.execute(wanted.order_by(events.c.sequence).limit(limit))
        return tuple(_delivery(row) for row in found)

    def claim(self, now: datetime, limit: int, *, until: datetime) -> tuple[Delivery, ...]:
        """Take on what is due, so that it is due to nobody else until a moment: this is its new `next_at`."""
        claimed = tuple(replace(each, next_at=until) for each in self.due(now, limit))
        for each in claimed:
            self._session.execute(update(deliveries).where(*_is(each)).values(next_at=until))
        return claimed

    def settle(self, claimed: Delivery, tried: Delivery) -> None:
        """Write what became of an attempt, unless what was claimed has changed since."""
        unchanged = (
            deliveries.c.state == DeliveryState.WAITING,
            deliveries.c.attempts == claimed.attempts,
            deliveries.c.next_at == claimed.next_at,
        )
        self._session.execute(
            update(deliveries)
            .where(*_is(claimed), *unchanged)
            .values(state=tried.state, attempts=tried.attempts, next_at=tried.next_at, answer=tried.answer)
        )

    def deliveries(self, webhook_id: str, *, offset: int = 0, limit: int = 50) -> tuple[Delivery, ...]:
        """The deliveries to one webhook, newest first."""
        wanted = _ALL.where(deliveries.c.webhook_id == webhook_id).order_by(events.c.sequence.desc())
        return tuple(_delivery(row) for row in self._session.execute(wanted.offset(offset).limit(limit)))

    def replay(self, webhook_id: str, *, now: datetime, event_id: str | None, since: datetime | None) -> int:
        """Send again one event, or all since a moment, whatever became of them; returns how many."""
        wanted = [deliveries.c.webhook_id == webhook_id]
        if event_id is not None:
            wanted.append(deliveries.c.event_id == event_id)
        if since is not None:
            recent = select(events.c.event_id).where(events.c.created_at >= since)
            wanted.append(deliveries.c.event_id.in_(recent))
        count = self._session.scalar(select(func.count()).select_from(deliveries).where(*wanted)) or 0
        self._session.execute(
            update(deliveries)
            .where(*wanted)
            .values(state=DeliveryState.WAITING, attempts=0, next_at=now, answer=None)
        )
        return count

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries to active webhooks are in each state."""
        grouped = (
            select(deliveries.c.state, func.count())
            .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
            .where(webhooks.c.active.is_(True))
            .group_by(deliveries.c.state)
        )
        counted = dict.fromkeys(DeliveryState, 0)
        for state, count in self._session.execute(grouped):
            counted[state] = count
        return counted

    def tidy(self, before: datetime) -> None:
        """Forget events from before a moment that wait for nobody."""
        waits = exists().where(
            deliveries.c.event_id == events.c.event_id, deliveries.c.state == DeliveryState.WAITING
        )
        old = select(events.c.event_id).where(events.c.created_at <= before, ~waits)
        ids = list(self._session.scalars(old.limit(1000)))
        for table in (deliveries, events):
            self._session.execute(delete(table).where(table.c.event_id.in_(ids)))


def _is(delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    return (
        deliveries.c.event_id == delivery.event.event_id,
        deliveries.c.webhook_id == delivery.webhook.webhook_id,
    )


def _webhook(row: Row[Any]) -> Webhook:
    kinds = frozenset(EventKind(word) for word in row.events.split())
    return Webhook(row.webhook_id, row.url, kinds, row.created_at, row.active)


def _delivery(row: Row[Any]) -> Delivery:
    data: Any = parse_json(row.document)
    return Delivery(
        event=Event(row.event_id, EventKind(row.kind), data, row.event_at),
        webhook=_webhook(row),
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        answer=row.answer,
    )


def _place(webhook_id: str) -> str:
    return f"webhooks|{webhook_id}|secret_sealed"
