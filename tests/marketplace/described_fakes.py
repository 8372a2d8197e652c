"""Answers that were published in the catalogue, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.services.described_ports import PublishedAnswer


class MemoryPublished:
    """The `PublishedBook` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, PublishedAnswer] = {}

    def add(self, published: PublishedAnswer) -> None:
        assert published.order_id not in self.rows
        self.rows[published.order_id] = published

    def get(self, order_id: str) -> PublishedAnswer | None:
        return self.rows.get(order_id)

    def latest(self) -> Mapping[str, PublishedAnswer]:
        standing = [each for each in self.rows.values() if each.withdrawn_at is None]
        standing.sort(key=lambda each: (each.description.answered_at, each.published_at, each.order_id))
        return {each.description.data_set: each for each in standing}

    def all(self) -> Sequence[PublishedAnswer]:
        by_id = sorted(self.rows.values(), key=lambda each: each.order_id)
        return sorted(by_id, key=lambda each: each.published_at, reverse=True)

    def withdraw(self, order_id: str, at: datetime) -> None:
        kept = self.rows.get(order_id)
        if kept is not None and kept.withdrawn_at is None:
            self.rows[order_id] = replace(kept, withdrawn_at=at)
