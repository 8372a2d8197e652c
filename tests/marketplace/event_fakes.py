"""Events of accounts, webhooks and their deliveries, in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.event import Event
from marketplace.domain.webhook import MOST_SHOWN, Delivery, Webhook


class MemoryEvents:
    """The `EventBook` in memory."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.kept: dict[tuple[str, int], Event] = {}
        self.hooks: dict[str, Webhook] = {}
        self.deliveries: dict[str, tuple[Delivery, ...]] = {}

    def next_number(self, account_id: str) -> int:
        self.numbers[account_id] = self.last_number(account_id) + 1
        return self.numbers[account_id]

    def last_number(self, account_id: str) -> int:
        return self.numbers.get(account_id, 0)

    def add(self, event: Event) -> None:
        assert (event.account_id, event.number) not in self.kept
        self.kept[event.account_id, event.number] = event

    def after(self, account_id: str, number: int, *, limit: int) -> Sequence[Event]:
        mine = [each for each in self.kept.values() if each.account_id == account_id]
        later = [each for each in mine if each.number > number]
        return sorted(later, key=lambda each: each.number)[:limit]

    def forget(self, account_id: str, *, until: int) -> None:
        self.kept = {
            key: each for key, each in self.kept.items() if key[0] != account_id or each.number > until
        }

    def forget_before(self, moment: datetime) -> int:
        before = len(self.kept)
        self.kept = {key: each for key, each in self.kept.items() if each.at >= moment}
        return before - len(self.kept)

    def add_webhook(self, webhook: Webhook) -> None:
        assert webhook.webhook_id not in self.hooks
        self.hooks[webhook.webhook_id] = webhook

    def webhook(self, webhook_id: str) -> Webhook | None:
        return self.hooks.get(webhook_id)

    def webhooks_of(self, account_id: str) -> Sequence[Webhook]:
        mine = [each for each in self.hooks.values() if each.account_id == account_id]
        mine.sort(key=lambda each: each.webhook_id)
        return sorted(mine, key=lambda each: each.made_at, reverse=True)

    def save_webhook(self, webhook: Webhook) -> None:
        assert webhook.webhook_id in self.hooks
        self.hooks[webhook.webhook_id] = webhook

    def forget_webhook(self, webhook_id: str) -> None:
        self.hooks.pop(webhook_id, None)
        self.deliveries.pop(webhook_id, None)

    def next_webhook(self, now: datetime) -> Webhook | None:
        due = [
            (each.due_at, each.webhook_id)
            for each in self.hooks.values()
            if each.is_active
            and each.due_at <= now
            and self.last_number(each.account_id) > each.sent_until
            and (each.leased_until is None or each.leased_until <= now)
        ]
        return self.hooks[min(due)[1]] if due else None

    def add_delivery(self, delivery: Delivery) -> None:
        before = self.deliveries.get(delivery.webhook_id, ())
        self.deliveries[delivery.webhook_id] = (delivery, *before)[:MOST_SHOWN]

    def deliveries_of(self, webhook_id: str) -> Sequence[Delivery]:
        return self.deliveries.get(webhook_id, ())
