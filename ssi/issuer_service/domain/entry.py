"""One version of one person's record in the register: what is known of it, and where it may go next."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ssi.issuer_service.domain.also_as import Achievement
from ssi.issuer_service.errors import StatusConflictError

MAX_WRONG_CODES = 3


class Standing(StrEnum):
    """What the issuer says about a record today; the words of the API."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Delivery(StrEnum):
    """Whether the person has the credential yet."""

    WAITING = "waiting"
    COLLECTED = "collected"
    LAPSED = "lapsed"


class State(StrEnum):
    """Where an entry stands in one word for an officer: each entry is in exactly one state."""

    WAITING = "waiting"
    COLLECTED = "collected"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class StatusPlace:
    """Where the standing of a delivered credential is published: a list and a position in it."""

    list_number: int
    index: int


@dataclass(frozen=True)
class Entry:
    """One version of a record. Its values are kept apart, sealed, and only until they are delivered.

    With an `achievement` its holder may have an Open Badge of it.
    """

    credential_id: str
    configuration: str
    record_key: bytes = field(repr=False)
    external_id: str = field(repr=False)
    version: int
    content_digest: bytes = field(repr=False)
    standing: Standing
    delivery: Delivery
    created_at: datetime
    expires_at: datetime
    offers_made: int = 1
    collected_at: datetime | None = None
    place: StatusPlace | None = None
    achievement: Achievement | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether the record still counts at a moment; the last second is excluded."""
        return moment < self.expires_at

    @property
    def state(self) -> State:
        """Revoked and suspended come before the question of delivery."""
        return State(self.delivery if self.standing is Standing.VALID else self.standing)

    def with_standing(self, standing: Standing) -> "Entry":
        """The same entry with another standing.

        Raises:
            StatusConflictError: it is revoked, which is final.
        """
        if self.standing is Standing.REVOKED and standing is not Standing.REVOKED:
            raise StatusConflictError(
                f"credential {self.credential_id} is revoked, and revoked is final: issue the record again"
            )
        return replace(self, standing=standing)


@dataclass(frozen=True)
class StatusChange:
    """One change of standing, as the register remembers it."""

    credential_id: str
    changed_at: datetime
    standing: Standing
    reason: str = field(repr=False)
    changed_by: str


@dataclass(frozen=True)
class Offer:
    """The latest offer of an entry that waits for delivery. Its link and codes are derived, not stored."""

    credential_id: str
    number: int
    needs_transaction_code: bool
    expires_at: datetime
    wrong_codes: int = 0
    code_used_at: datetime | None = None

    @property
    def locked(self) -> bool:
        """Whether the transaction code was wrong too often: six digits are guessed if one may try forever."""
        return self.wrong_codes >= MAX_WRONG_CODES

    def takes_code_at(self, moment: datetime) -> bool:
        """Whether its code can still be redeemed; the last second is excluded."""
        return self.code_used_at is None and not self.locked and moment < self.expires_at

    def in_progress_at(self, moment: datetime, *, grant_lifetime: timedelta) -> bool:
        """Whether a wallet redeemed the code and may still be collecting."""
        return self.code_used_at is not None and moment < self.code_used_at + grant_lifetime


@dataclass(frozen=True)
class Grant:
    """What an access token allows: collecting one credential until a moment, the last second excluded.

    With a `key_thumbprint` (RFC 7638) it is good only beside a proof of that key. `by_identifier` says that
    the token response named a credential identifier, so that requests must. Once it was `spent` it is good
    for telling the issuer what became of the credential, and for nothing else.
    """

    credential_id: str
    expires_at: datetime
    key_thumbprint: str | None = None
    by_identifier: bool = False
    spent: bool = False


@dataclass(frozen=True)
class Sought:
    """What an officer or an institution looks for in the register; absent members do not narrow it."""

    external_id: str | None = field(default=None, repr=False)
    configuration: str | None = None
    state: State | None = None
    offset: int = 0
    limit: int = 25


@dataclass(frozen=True)
class Found:
    """One page of the register and how many entries there are in all."""

    entries: tuple[Entry, ...]
    total: int
