"""What the use cases need from a database.

A `Register` lives inside one transaction, which `Books` opens: `reading` sees one moment, `writing` is the
only writer, commits when the block ends and takes everything back when it raises. Secret columns are sealed
behind these ports, each to its row.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crypto.encoding import Json
from crypto.sealing import Argon2Cost
from ssi.issuer_service.domain.entry import (
    Entry,
    Found,
    Grant,
    Offer,
    Sought,
    State,
    StatusChange,
    StatusPlace,
)
from ssi.issuer_service.domain.scope import ApiKey, Scope
from ssi.issuer_service.domain.ticket import Notice, Ticket, TicketKind
from ssi.issuer_service.services.device_ports import Devices, DeviceStandings
from ssi.issuer_service.services.office_ports import Batches, Letters, Outbox, Templates
from ssi.status_list import Status


class Entries(Protocol):
    """Keeps the versions of every record."""

    def add(self, entries: Sequence[tuple[Entry, Mapping[str, Json]]]) -> None:
        """Keep new entries with their values, sealed."""
        ...

    def get(self, credential_id: str) -> Entry:
        """One entry. Raises UnknownEntryError: there is none."""
        ...

    def of(self, credential_ids: Collection[str]) -> dict[str, Entry]:
        """The entries of these ids; those that are not there are left out."""
        ...

    def at(self, place: StatusPlace) -> Entry | None:
        """The entry whose market copy has this place in a status list."""
        ...

    def latest(self, record_keys: Collection[bytes]) -> dict[bytes, Entry]:
        """The newest version under each of the record keys that are known."""
        ...

    def values(self, credential_id: str) -> Mapping[str, Json] | None:
        """The values that wait for delivery, or None once they are gone."""
        ...

    def keep_values(self, credential_id: str, values: Mapping[str, Json]) -> None:
        """Let an entry whose offer had lapsed wait for delivery again."""
        ...

    def change(self, entry: Entry, change: StatusChange) -> None:
        """Write a new standing and remember why."""
        ...

    def collected(self, credential_id: str, place: StatusPlace, at: datetime) -> None:
        """Mark as delivered and drop the values."""
        ...

    def search(self, sought: Sought) -> Found:
        """One page of the register, newest first."""
        ...

    def changes(self, credential_id: str) -> tuple[StatusChange, ...]:
        """What happened to an entry, oldest first."""
        ...

    def counts(self) -> Mapping[State, int]:
        """How many entries there are in each state; states without any count 0."""
        ...


class Offers(Protocol):
    """Keeps the open offers and the grants that came of them, each found by a fingerprint only."""

    def put(self, offers: Sequence[Offer]) -> None:
        """Open offers, each in place of any earlier one of its credential."""
        ...

    def of(self, credential_ids: Collection[str]) -> dict[str, Offer]:
        """The open offers of credentials; those without one are left out."""
        ...

    def by_offer_id(self, fingerprint: bytes) -> Offer | None:
        """The offer behind a link."""
        ...

    def by_code(self, fingerprint: bytes) -> Offer | None:
        """The offer behind a pre-authorised code."""
        ...

    def by_claim_code(self, fingerprint: bytes) -> Offer | None:
        """The offer behind a claim code."""
        ...

    def count_wrong_code(self, offer: Offer) -> int:
        """Count one more wrong transaction code; returns how many there are now."""
        ...

    def use_code(self, offer: Offer, at: datetime) -> None:
        """Take the code of an offer out of use."""
        ...

    def close(self, credential_ids: Collection[str]) -> None:
        """Take offers, grants and tickets back."""
        ...

    def withdraw_grants(self, credential_id: str) -> None:
        """Take back every token that was given out for a credential; its offer stays, used."""
        ...

    def spend(self, credential_id: str) -> None:
        """Close an offer that was delivered: its grants are good for notifications only."""
        ...

    def grant(self, token: bytes, grant: Grant) -> None:
        """Keep an access token by its fingerprint."""
        ...

    def granted(self, token: bytes) -> Grant | None:
        """What a token allows."""
        ...

    def use_nonce(self, nonce: bytes, until: datetime) -> bool:
        """Take a challenge out of use; False if it was used before."""
        ...

    def tidy(self, now: datetime) -> int:
        """Forget what has run out; returns how many records lapsed and lost their values."""
        ...


class StatusLists(Protocol):
    """Keeps how far each status list is filled, and its revision."""

    def allocate(self, size: int) -> tuple[int, int, int]:
        """Take the next place: list number, how many places were taken before it, and the list's size."""
        ...

    def touch(self, list_number: int) -> None:
        """Count a change, so that the list is published afresh."""
        ...

    def touch_all(self, credential_id: str) -> None:
        """Count a change in every list that a credential or one of its copies stands in."""
        ...

    def add_copies(self, credential_id: str, places: Sequence[StatusPlace]) -> None:
        """Remember where the copies of a credential stand."""
        ...

    def revision(self, list_number: int) -> int | None:
        """How often the list changed; None if there is no such list."""
        ...

    def read(self, list_number: int) -> tuple[int, dict[int, Status]]:
        """A list's size and every position that is not valid."""
        ...


class Tickets(Protocol):
    """Keeps what wallets were handed to come back with, by fingerprint, and what they told of a delivery."""

    def put(self, fingerprint: bytes, ticket: Ticket) -> None:
        """Keep a new ticket."""
        ...

    def get(self, fingerprint: bytes, kind: TicketKind) -> Ticket | None:
        """The ticket of this kind, used or not."""
        ...

    def awaited(self, credential_id: str, now: datetime) -> bool:
        """Whether a wallet waits for a credential that was deferred."""
        ...

    def use(self, fingerprint: bytes, at: datetime) -> None:
        """Take a ticket out of use; it is remembered until its end, so that a second use is told."""
        ...

    def drop(self, credential_ids: Collection[str], kinds: Collection[TicketKind] = ...) -> None:
        """Forget tickets of credentials."""
        ...

    def notice(self, notice: Notice) -> None:
        """Keep what a wallet told, in place of what it told before about the same credential."""
        ...

    def noticed(self, credential_id: str) -> Notice | None:
        """What a wallet told last about a credential."""
        ...

    def tidy(self, now: datetime) -> None:
        """Forget tickets that have run out."""
        ...


@dataclass(frozen=True)
class StoredPassword:
    """What is kept of a password: never the password."""

    salt: bytes
    cost: Argon2Cost
    verifier: bytes = field(repr=False)


class Access(Protocol):
    """Keeps who may come in: API keys by fingerprint, the officers' password, and failed attempts."""

    def add_api_key(self, key: ApiKey, fingerprint: bytes) -> None:
        """Keep a new API key."""
        ...

    def api_key(self, key_id: str) -> tuple[bytes, frozenset[Scope]] | None:
        """The fingerprint of a key that is in force, and what it may do."""
        ...

    def api_keys(self) -> tuple[ApiKey, ...]:
        """All keys there ever were, oldest first."""
        ...

    def revoke_api_key(self, key_id: str, at: datetime) -> bool:
        """Put a key out of force; False if there is none."""
        ...

    def set_password(self, password: StoredPassword) -> None:
        """Keep the officers' password in place of any earlier one."""
        ...

    def password(self) -> StoredPassword | None:
        """What is kept of the officers' password."""
        ...

    def failures(self, subject: bytes, since: datetime) -> int:
        """How many attempts failed since a moment."""
        ...

    def count_failure(self, subject: bytes, at: datetime) -> None:
        """Remember a failed attempt."""
        ...

    def forget_failures(self, subject: bytes) -> None:
        """Start over after a success."""
        ...

    def tidy(self, before: datetime) -> None:
        """Forget attempts that no longer count."""
        ...


@dataclass(frozen=True)
class Register:
    """The books of the office, open in one transaction."""

    entries: Entries
    offers: Offers
    status_lists: StatusLists
    access: Access
    tickets: Tickets
    templates: Templates
    batches: Batches
    letters: Letters
    outbox: Outbox
    devices: Devices
    device_standings: DeviceStandings


class Books(Protocol):
    """Opens the register."""

    def reading(self) -> AbstractContextManager[Register]:
        """The register as it is at one moment; it cannot be written."""
        ...

    def writing(self) -> AbstractContextManager[Register]:
        """The register for its only writer."""
        ...
