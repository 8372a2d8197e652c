"""What people asked for under the GDPR, in SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select, true, update
from sqlalchemy.orm import Session

from marketplace.domain.rights import FiledRequest
from marketplace.storage.rights_tables import rights_requests

_FIELDS = ("request_id", "consent_id", "right", "request_digest", "filed_at", "words")


class SqlRights:
    """The `RightsBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, request: FiledRequest) -> None:
        """Keep a new request."""
        values = {name: getattr(request, name) for name in _FIELDS}
        self._session.execute(insert(rights_requests).values(values))

    def get(self, request_id: str) -> FiledRequest | None:
        """A request by its id."""
        return next(iter(self._read(rights_requests.c.request_id == request_id)), None)

    def of_agreement(self, consent_id: str) -> Sequence[FiledRequest]:
        """The requests about one agreement, the oldest first."""
        return self._read(rights_requests.c.consent_id == consent_id)

    def all(self) -> Sequence[FiledRequest]:
        """All requests, the oldest first."""
        return self._read(true())

    def forget_words(self, request_id: str) -> None:
        """Delete what the person wrote."""
        named = rights_requests.c.request_id == request_id
        self._session.execute(update(rights_requests).where(named).values(words=None))

    def _read(self, wanted: ColumnElement[bool]) -> Sequence[FiledRequest]:
        ordered = rights_requests.c.filed_at, rights_requests.c.request_id
        rows = self._session.execute(select(rights_requests).where(wanted).order_by(*ordered))
        return [FiledRequest(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]
