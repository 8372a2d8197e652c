"""Take in what a wallet tells about the credentials it was given (OpenID4VCI 1.0 §11)."""

import re
from datetime import datetime

from ssi.issuer_service.domain.event import EventKind
from ssi.issuer_service.domain.secrets import fingerprint
from ssi.issuer_service.domain.ticket import Notice, TicketKind
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.access import Presented, granted
from ssi.issuer_service.services.announce import announce
from ssi.issuer_service.services.ports import Books

EVENTS = frozenset({"credential_accepted", "credential_failure", "credential_deleted"})
MAX_DESCRIPTION = 300
_ALLOWED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")


class TakeNotice:
    """Keeps the newest word about each delivery; saying the same twice changes nothing."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def __call__(
        self,
        presented: Presented,
        notification_id: str,
        event: str,
        description: str | None = None,
        *,
        now: datetime,
    ) -> None:
        """Take a notification in.

        Raises:
            ProtocolRefusalError: `invalid_token`; `invalid_notification_request`, because the event is none
                of the standard's or the description is not of its form; `invalid_notification_id`.
        """
        if event not in EVENTS:
            raise _refused(
                ErrorCode.INVALID_NOTIFICATION, f"event: expected one of {', '.join(sorted(EVENTS))}"
            )
        if description is not None and not _ALLOWED.fullmatch(description):
            raise _refused(ErrorCode.INVALID_NOTIFICATION, "event_description: expected printable ASCII")
        with self._books.writing() as register:
            grant = granted(register, presented, now=now)
            ticket = register.tickets.get(fingerprint(notification_id), TicketKind.NOTIFICATION)
            if ticket is None or ticket.credential_id != grant.credential_id:
                raise _refused(
                    ErrorCode.INVALID_NOTIFICATION_ID, "the notification_id is not of this delivery"
                )
            before = register.tickets.noticed(grant.credential_id)
            told = None if description is None else description[:MAX_DESCRIPTION]
            if before is None or (before.event, before.description) != (event, told):
                register.tickets.notice(Notice(grant.credential_id, event, told, now))
                kind = EventKind(f"notification.{event}")
                announce(register.outbox, kind, {"credential_id": grant.credential_id}, at=now)


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
