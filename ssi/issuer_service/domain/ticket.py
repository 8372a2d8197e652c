"""What a wallet is handed in the middle of a flow, to come back with: a *ticket*.

Each is 256 random bits in base64url, kept by its fingerprint only, with what it stands for sealed beside it.
It holds until a moment, and most are good once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crypto.encoding import Json, b64url_encode
from crypto.randomness import RandomBytes

_TICKET_BYTES = 32


class TicketKind(StrEnum):
    """What a ticket is good for; one of one kind is never taken for one of another."""

    PUSHED_REQUEST = "pushed request"
    CODE = "code"
    REFRESH = "refresh"
    TRANSACTION = "transaction"
    NOTIFICATION = "notification"


@dataclass(frozen=True)
class Ticket:
    """What a ticket stands for. `credential_id` is there once it is known whose it is."""

    kind: TicketKind
    expires_at: datetime
    document: Mapping[str, Json] = field(repr=False, hash=False)
    credential_id: str | None = None
    used_at: datetime | None = None

    def good_at(self, moment: datetime) -> bool:
        """Whether it can still be used; the last second is excluded."""
        return self.used_at is None and moment < self.expires_at


@dataclass(frozen=True)
class Notice:
    """What a wallet told about the credentials of one delivery (OpenID4VCI 1.0 §11), the newest word only."""

    credential_id: str
    event: str
    description: str | None = field(repr=False)
    noticed_at: datetime


def draw_ticket(random: RandomBytes) -> str:
    """256 random bits in base64url."""
    return b64url_encode(random(_TICKET_BYTES))
