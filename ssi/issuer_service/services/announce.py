"""Tell what happened, in the very transaction in which it happens: neither is without the other."""

from collections.abc import Mapping
from datetime import datetime

from crypto.encoding import Json
from crypto.randomness import RandomBytes, random_bytes
from ssi.issuer_service.domain.entry import Entry, Standing, StatusChange
from ssi.issuer_service.domain.event import Event, EventKind
from ssi.issuer_service.services.office_ports import Outbox

_EVENT_ID_BYTES = 16
_STANDINGS = {
    Standing.REVOKED: EventKind.REVOKED,
    Standing.SUSPENDED: EventKind.SUSPENDED,
    Standing.VALID: EventKind.REINSTATED,
}


def announce(
    outbox: Outbox,
    kind: EventKind,
    data: Mapping[str, Json],
    *,
    at: datetime,
    random: RandomBytes = random_bytes,
) -> None:
    """Write an event. Its data name a credential or a batch, and never a person or a value."""
    outbox.add([Event(f"evt_{random(_EVENT_ID_BYTES).hex()}", kind, data, at)])


def announce_standing(outbox: Outbox, entry: Entry, change: StatusChange) -> None:
    """Write that a credential's standing changed; the reason stays in the register."""
    data: dict[str, Json] = {
        "credential_id": entry.credential_id,
        "data_set": entry.configuration,
        "status": change.standing.value,
    }
    announce(outbox, _STANDINGS[change.standing], data, at=change.changed_at)
