"""What do published answers need from outside? A book of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.described import Description


@dataclass(frozen=True)
class PublishedAnswer:
    """An answer that its buyer published, where the log says so, and whether it was taken back."""

    description: Description
    published_at: datetime
    log_index: int
    withdrawn_at: datetime | None = None

    @property
    def order_id(self) -> str:
        """The order whose answer it is."""
        return self.description.order_id


class PublishedBook(Protocol):
    """Keeps published answers, one for an order."""

    def add(self, published: PublishedAnswer) -> None:
        """Keep a newly published answer."""
        ...

    def get(self, order_id: str) -> PublishedAnswer | None:
        """The published answer of an order, taken back or not."""
        ...

    def latest(self) -> Mapping[str, PublishedAnswer]:
        """For each data set that has one, the answer not taken back that was computed last."""
        ...

    def all(self) -> Sequence[PublishedAnswer]:
        """Every one, published last first."""
        ...

    def withdraw(self, order_id: str, at: datetime) -> None:
        """Take an answer back; the first moment stays."""
        ...
