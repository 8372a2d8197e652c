"""Requests for accounts in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from consent.vocabulary import RecipientKind
from marketplace.domain.account_request import AccountRequest, Claim, RequestState
from marketplace.storage.access_tables import account_requests

_FIELDS = ("request_id", "email", "requested_at", "state", "decided_at", "account_id", "client")


class SqlAccess:
    """The `AccessBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, asked: AccountRequest) -> None:
        """Keep a new request."""
        self._session.execute(insert(account_requests).values(_row(asked)))

    def get(self, request_id: str) -> AccountRequest | None:
        """A request by id."""
        found = select(account_requests).where(account_requests.c.request_id == request_id)
        row = self._session.execute(found).first()
        return None if row is None else _read(row)

    def all(self) -> Sequence[AccountRequest]:
        """All requests, the oldest first."""
        oldest = select(account_requests).order_by(
            account_requests.c.requested_at, account_requests.c.request_id
        )
        return [_read(row) for row in self._session.execute(oldest)]

    def save(self, asked: AccountRequest) -> None:
        """Keep what became of a request."""
        known = account_requests.c.request_id == asked.request_id
        self._session.execute(update(account_requests).where(known).values(_row(asked)))

    def forget(self, before: datetime) -> None:
        """Forget what was refused before a moment."""
        table = account_requests.c
        refused = (table.state == RequestState.REFUSED) & (table.decided_at < before)
        self._session.execute(delete(account_requests).where(refused))


def _row(asked: AccountRequest) -> dict[str, object]:
    claim = asdict(asked.claim) | {"kind": asked.claim.kind.value}
    return claim | {name: getattr(asked, name) for name in _FIELDS}


def _read(row: Row[tuple[object, ...]]) -> AccountRequest:
    claim = Claim(row.name, RecipientKind(row.kind), row.country, row.register_number, row.contact)
    return AccountRequest(claim=claim, **{name: row._mapping[name] for name in _FIELDS})
