"""What an institution's system is told without asking: events, and how they are signed.

As Standard Webhooks 1.0.0 has it: headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, the last
`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. The id of an event stays the same over all attempts
and replays, so that a receiver can leave out what it has seen; the timestamp is the one of the attempt.
"""

import base64
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import utc_text
from ssi.http.outside import read_target
from ssi.issuer_service.domain.delivery import DeliveryState

SECRET_PREFIX = "whsec_"  # noqa: S105 — the public beginning of every secret
SECRET_BYTES = 32
MAX_URL = 500


class EventKind(StrEnum):
    """What may happen. Nothing here says whose record it is: that is looked up with the credential's id."""

    COLLECTED = "credential.collected"
    REVOKED = "credential.revoked"
    SUSPENDED = "credential.suspended"
    REINSTATED = "credential.reinstated"
    BATCH_FINISHED = "batch.finished"
    ACCEPTED = "notification.credential_accepted"
    FAILURE = "notification.credential_failure"
    DELETED = "notification.credential_deleted"


@dataclass(frozen=True)
class Event:
    """Something that happened: its body is the same in every attempt."""

    event_id: str
    kind: EventKind
    data: Mapping[str, Json] = field(hash=False)
    created_at: datetime

    @property
    def body(self) -> bytes:
        """The JSON that is sent: `{type, timestamp, data}`."""
        return canonical_json(
            {"type": self.kind.value, "timestamp": utc_text(self.created_at), "data": dict(self.data)}
        )


@dataclass(frozen=True)
class Webhook:
    """Where events go, and which of them; all where `kinds` is empty."""

    webhook_id: str
    url: str
    kinds: frozenset[EventKind]
    created_at: datetime
    active: bool = True

    def takes(self, kind: EventKind) -> bool:
        """Whether an event of this kind is sent there."""
        return self.active and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True)
class Delivery:
    """An event on its way to one webhook."""

    event: Event
    webhook: Webhook
    state: DeliveryState
    attempts: int
    next_at: datetime
    answer: str | None = None


def signed_headers(event: Event, secret: bytes, *, at: datetime) -> dict[str, str]:
    """The three headers of one attempt."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((event.event_id.encode(), timestamp.encode(), event.body))
    tag = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "webhook-id": event.event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{tag}",
    }


def secret_text(secret: bytes) -> str:
    """A secret as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def checked_target(url: str, *, loopback: bool) -> str:
    """An address that events may be sent to, as far as its letters tell.

    Raises:
        MalformedError: not https, without a host that a name server can be asked for, or with credentials or
            a fragment. With `loopback` plain http is allowed to this machine as well.
    """
    if len(url) > MAX_URL:
        raise MalformedError(f"url: expected at most {MAX_URL} characters")
    try:
        read_target(url, loopback=loopback)
    except MalformedError as error:
        raise MalformedError(f"url: {error}") from error
    return url


def read_kinds(words: Collection[str]) -> frozenset[EventKind]:
    """The kinds that a webhook asks for.

    Raises:
        MalformedError: one of them is none.
    """
    for word in words:
        if word not in list(EventKind):
            raise MalformedError(f"events: unknown kind {word[:60]!r}; there are {', '.join(EventKind)}")
    return frozenset(EventKind(word) for word in words)
