"""Events of accounts, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.event import Event
from marketplace.storage.event_tables import account_events, event_numbers
from marketplace.storage.webhooks import SqlWebhooks


class SqlEvents(SqlWebhooks):
    """The `EventBook` of one transaction. There is one writer, so no number is taken twice."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def next_number(self, account_id: str) -> int:
        """Take the next number of an account."""
        number = self.last_number(account_id) + 1
        mine = event_numbers.c.account_id == account_id
        if number == 1:
            self._session.execute(insert(event_numbers).values(account_id=account_id, last_number=number))
        else:
            self._session.execute(update(event_numbers).where(mine).values(last_number=number))
        return number

    def last_number(self, account_id: str) -> int:
        """The number that was taken last; 0 where none was."""
        mine = select(event_numbers.c.last_number).where(event_numbers.c.account_id == account_id)
        return self._session.execute(mine).scalar_one_or_none() or 0

    def add(self, event: Event) -> None:
        """Keep an event under a number that was taken."""
        row = {
            "account_id": event.account_id,
            "number": event.number,
            "kind": event.kind,
            "at": event.at,
            "told": dict(event.told),
        }
        self._session.execute(insert(account_events).values(row))

    def after(self, account_id: str, number: int, *, limit: int) -> Sequence[Event]:
        """The events of an account behind a number, the earliest first."""
        later = select(account_events).where(
            account_events.c.account_id == account_id, account_events.c.number > number
        )
        found = self._session.execute(later.order_by(account_events.c.number).limit(limit))
        return [Event(row.account_id, row.number, row.kind, row.at, row.told) for row in found]

    def forget(self, account_id: str, *, until: int) -> None:
        """Forget the events of an account up to a number."""
        if until > 0:
            mine = account_events.c.account_id == account_id
            self._session.execute(delete(account_events).where(mine, account_events.c.number <= until))

    def forget_before(self, moment: datetime) -> int:
        """Forget what happened before a moment, in all accounts; how many there were."""
        gone: CursorResult[Any] = self._session.connection().execute(
            delete(account_events).where(account_events.c.at < moment)
        )
        return gone.rowcount
