"""Webhooks and their deliveries, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, desc, func, insert, or_, select, update
from sqlalchemy.orm import Session

from marketplace.domain.webhook import MOST_SHOWN, Delivery, Webhook, WebhookState
from marketplace.storage.event_tables import event_numbers, webhook_deliveries, webhooks

_SAME = (
    "webhook_id",
    "account_id",
    "url",
    "made_at",
    "due_at",
    "sealed",
    "sealed_before",
    "before_until",
    "sent_until",
    "attempts",
    "state",
    "failure",
    "lease",
    "leased_until",
    "tested_at",
)


class SqlWebhooks:
    """The `WebhookLines` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_webhook(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        self._session.execute(insert(webhooks).values(_columns(webhook)))

    def webhook(self, webhook_id: str) -> Webhook | None:
        """A webhook by its id."""
        found = self._session.execute(select(webhooks).where(webhooks.c.webhook_id == webhook_id)).first()
        return None if found is None else _webhook(found)

    def webhooks_of(self, account_id: str) -> Sequence[Webhook]:
        """An account's webhooks, made last first."""
        mine = select(webhooks).where(webhooks.c.account_id == account_id)
        ordered = mine.order_by(desc(webhooks.c.made_at), webhooks.c.webhook_id)
        return [_webhook(each) for each in self._session.execute(ordered)]

    def save_webhook(self, webhook: Webhook) -> None:
        """Replace a webhook."""
        this = webhooks.c.webhook_id == webhook.webhook_id
        self._session.execute(update(webhooks).where(this).values(_columns(webhook)))

    def forget_webhook(self, webhook_id: str) -> None:
        """Forget a webhook with its deliveries."""
        mine = webhook_deliveries.c.webhook_id == webhook_id
        self._session.execute(delete(webhook_deliveries).where(mine))
        self._session.execute(delete(webhooks).where(webhooks.c.webhook_id == webhook_id))

    def next_webhook(self, now: datetime) -> Webhook | None:
        """The active webhook that is due for longest, has events to send, and is not leased."""
        due = (
            select(webhooks)
            .join(event_numbers, event_numbers.c.account_id == webhooks.c.account_id)
            .where(
                webhooks.c.state == WebhookState.ACTIVE,
                webhooks.c.due_at <= now,
                event_numbers.c.last_number > webhooks.c.sent_until,
                or_(webhooks.c.leased_until.is_(None), webhooks.c.leased_until <= now),
            )
            .order_by(webhooks.c.due_at, webhooks.c.webhook_id)
            .limit(1)
        )
        found = self._session.execute(due).first()
        return None if found is None else _webhook(found)

    def add_delivery(self, delivery: Delivery) -> None:
        """Keep an attempt, and of each webhook the latest only."""
        mine = webhook_deliveries.c.webhook_id == delivery.webhook_id
        highest = self._session.execute(select(func.max(webhook_deliveries.c.place)).where(mine))
        place = (highest.scalar_one() or 0) + 1
        row = {
            "webhook_id": delivery.webhook_id,
            "place": place,
            "number": delivery.number,
            "at": delivery.at,
            "attempt": delivery.attempt,
            "failure": delivery.failure,
        }
        self._session.execute(insert(webhook_deliveries).values(row))
        old = webhook_deliveries.c.place <= place - MOST_SHOWN
        self._session.execute(delete(webhook_deliveries).where(mine, old))

    def deliveries_of(self, webhook_id: str) -> Sequence[Delivery]:
        """The attempts of a webhook that are kept, the last first."""
        mine = select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id)
        ordered = mine.order_by(desc(webhook_deliveries.c.place))
        return [
            Delivery(row.webhook_id, row.number, row.at, row.attempt, row.failure)
            for row in self._session.execute(ordered)
        ]


def _columns(webhook: Webhook) -> dict[str, Any]:
    return {"made_by": webhook.by, **{name: getattr(webhook, name) for name in _SAME}}


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(by=row.made_by, **{name: getattr(row, name) for name in _SAME})
