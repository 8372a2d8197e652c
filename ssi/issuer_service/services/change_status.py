"""Put a credential on hold, take it back for good, or let it count again; and say why."""

from datetime import datetime

from ssi.issuer_service.domain.entry import Entry, Standing, StatusChange
from ssi.issuer_service.errors import RecordRefusedError
from ssi.issuer_service.services.announce import announce_standing
from ssi.issuer_service.services.ports import Books

MAX_REASON = 200


class ChangeStatus:
    """Changes the standing of an entry, whether its credential was collected or not."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def __call__(
        self, credential_id: str, standing: Standing, *, reason: str, by: str, now: datetime
    ) -> Entry:
        """Change the standing; the status list is published afresh, and a revoked offer is withdrawn.

        Asking for the standing that an entry has already changes nothing and is no error.

        Raises:
            UnknownEntryError: there is no such entry.
            StatusConflictError: it is revoked, which is final.
            RecordRefusedError: no reason is given, or one that is too long.
        """
        reason = checked_reason(reason)
        with self._books.writing() as register:
            entry = register.entries.get(credential_id)
            changed = entry.with_standing(standing)
            if changed.standing is entry.standing:
                return entry
            change = StatusChange(credential_id, now, standing, reason, by)
            register.entries.change(entry, change)
            announce_standing(register.outbox, entry, change)
            if standing is Standing.REVOKED:
                register.offers.close([credential_id])
            if entry.place:
                register.status_lists.touch_all(credential_id)
        return changed


def checked_reason(reason: str) -> str:
    """A reason without blanks around it.

    Raises:
        RecordRefusedError: there is none, or it is too long.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise RecordRefusedError(f"reason: expected 1 to {MAX_REASON} characters that say why")
    return reason
