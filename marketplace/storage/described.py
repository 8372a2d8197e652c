"""Answers that were published in the catalogue, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, desc, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.described import Description
from marketplace.services.described_ports import PublishedAnswer
from marketplace.storage.described_tables import published_answers as rows


class SqlPublished:
    """The `PublishedBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, published: PublishedAnswer) -> None:
        """Keep a newly published answer."""
        self._session.execute(
            insert(rows).values(
                order_id=published.order_id,
                document=published.description.to_json(),
                published_at=published.published_at,
                log_index=published.log_index,
                withdrawn_at=published.withdrawn_at,
            )
        )

    def get(self, order_id: str) -> PublishedAnswer | None:
        """The published answer of an order, taken back or not."""
        found = self._session.execute(select(rows).where(rows.c.order_id == order_id)).first()
        return None if found is None else _published(found)

    def latest(self) -> Mapping[str, PublishedAnswer]:
        """For each data set that has one, the answer not taken back that was computed last."""
        standing = self._session.execute(select(rows).where(rows.c.withdrawn_at.is_(None)))
        ordered = sorted(map(_published, standing), key=_age)
        return {each.description.data_set: each for each in ordered}

    def all(self) -> Sequence[PublishedAnswer]:
        """Every one, published last first."""
        ordered = select(rows).order_by(desc(rows.c.published_at), rows.c.order_id)
        return [_published(each) for each in self._session.execute(ordered)]

    def withdraw(self, order_id: str, at: datetime) -> None:
        """Take an answer back; the first moment stays."""
        standing = (rows.c.order_id == order_id) & rows.c.withdrawn_at.is_(None)
        self._session.execute(update(rows).where(standing).values(withdrawn_at=at))


def _age(published: PublishedAnswer) -> tuple[datetime, datetime, str]:
    return published.description.answered_at, published.published_at, published.order_id


def _published(row: Row[Any]) -> PublishedAnswer:
    return PublishedAnswer(
        Description.from_json(row.document), row.published_at, row.log_index, row.withdrawn_at
    )
