"""Where does a buyer have its events sent, how far is that, and what came of it lately?

A webhook sends the events of its account in the order of their numbers, each until it arrived: `sent_until`
is the last that did. After `MOST_ATTEMPTS` failures of one event it stops by itself until its buyer lets it
go on. Signatures are those of Standard Webhooks (https://www.standardwebhooks.com, version 1, symmetric): an
HMAC with SHA-256 over id, moment and body. For `OVERLAP` after a new secret was made there are two of them.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

MOST_WEBHOOKS: Final = 5
"""So many that are not ended an account may have."""
MOST_ENDED: Final = 20
"""So many of all kinds are kept; the end of the oldest is forgotten."""
MOST_ATTEMPTS: Final = 12
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=2)
LEASE: Final = timedelta(seconds=60)
"""Longer than a delivery may take; after it another worker goes on."""
OVERLAP: Final = timedelta(hours=24)
MOST_SHOWN: Final = 50
"""So many deliveries of a webhook are kept, the latest."""
TEST_PAUSE: Final = timedelta(seconds=30)
SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"
_DOUBLINGS: Final = 16


class WebhookState(StrEnum):
    """Whether events are sent."""

    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True)
class Webhook:
    """One address for an account's events. The secrets are sealed and stay out of ``repr``.

    `attempts` counts the failures of the event after `sent_until`; `due_at` is when it is tried next. `lease`
    names the delivery that is under way, which counts until `leased_until` and only while it is this one.
    """

    webhook_id: str
    account_id: str
    by: str | None
    url: str = field(repr=False)
    made_at: datetime
    due_at: datetime
    sealed: bytes = field(repr=False)
    sealed_before: bytes | None = field(default=None, repr=False)
    before_until: datetime | None = None
    sent_until: int = 0
    attempts: int = 0
    state: WebhookState = WebhookState.ACTIVE
    failure: str | None = None
    lease: str | None = None
    leased_until: datetime | None = None
    tested_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything may ever be sent to it again."""
        return self.state is not WebhookState.ENDED

    @property
    def is_active(self) -> bool:
        """Whether events are sent to it now."""
        return self.state is WebhookState.ACTIVE

    def leased(self, lease: str, now: datetime) -> "Webhook":
        """A delivery to it is under way."""
        return replace(self, lease=lease, leased_until=now + LEASE)

    def freed(self) -> "Webhook":
        """No delivery that is under way counts any more."""
        return replace(self, lease=None, leased_until=None)

    def arrived(self, number: int, now: datetime) -> "Webhook":
        """It goes on behind an event that arrived."""
        return replace(self.freed(), sent_until=number, attempts=0, due_at=now, failure=None)

    def failed(self, failure: str, now: datetime) -> "Webhook":
        """The event did not arrive: it is tried later, or no more."""
        attempts = self.attempts + 1
        state = WebhookState.STOPPED if attempts >= MOST_ATTEMPTS else self.state
        due_at = now + pause_after(attempts)
        return replace(self.freed(), attempts=attempts, due_at=due_at, failure=failure, state=state)

    def going_on(self, now: datetime, *, sent_until: int | None = None) -> "Webhook":
        """It sends again from now on; with `sent_until` again from the event behind that."""
        until = self.sent_until if sent_until is None else sent_until
        active = replace(self.freed(), state=WebhookState.ACTIVE, attempts=0, due_at=now, failure=None)
        return replace(active, sent_until=until)

    def ended(self) -> "Webhook":
        """Nothing is sent any more; the secrets and the address are forgotten."""
        gone = replace(self.freed(), state=WebhookState.ENDED, sealed=b"", sealed_before=None, url="")
        return replace(gone, before_until=None)

    def renewed(self, sealed: bytes, now: datetime) -> "Webhook":
        """It has a new secret; the one before still signs for a while."""
        return replace(self, sealed=sealed, sealed_before=self.sealed, before_until=now + OVERLAP)

    def sealed_secrets(self, now: datetime) -> tuple[bytes, ...]:
        """The secrets that sign now, the newest first."""
        old = self.sealed_before
        still = old is not None and self.before_until is not None and now < self.before_until
        return (self.sealed, old) if still and old is not None else (self.sealed,)


@dataclass(frozen=True)
class Delivery:
    """One attempt to send an event; `failure` is None where it arrived."""

    webhook_id: str
    number: int
    at: datetime
    attempt: int
    failure: str | None = None


@dataclass(frozen=True)
class WebhookView:
    """A webhook with its latest deliveries, the last first, and how many events it has still to send."""

    webhook: Webhook
    deliveries: Sequence[Delivery] = ()
    waiting: int = 0


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubled each time, two hours at most."""
    doubled: int = 2 ** min(attempts - 1, _DOUBLINGS)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def message_id(webhook_id: str, number: int) -> str:
    """The `webhook-id` of an event: the same at each attempt, so that a receiver takes it once."""
    return f"msg_{webhook_id}_{number}"


def secret_text(secret: bytes) -> str:
    """A secret as its buyer gets it: `whsec_` and base64."""
    return _PREFIX + b64encode(secret).decode("ascii")


def signature(secrets: Sequence[bytes], message: str, seconds: int, body: bytes) -> str:
    """The header `webhook-signature`: one `v1` signature for each secret, with a space between."""
    signed = f"{message}.{seconds}.".encode() + body
    made = (b64encode(hmac.new(secret, signed, sha256).digest()).decode("ascii") for secret in secrets)
    return " ".join(f"v1,{each}" for each in made)
