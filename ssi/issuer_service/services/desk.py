"""The desk where credentials are signed: one record for one or more keys, each with a status of its own.

One person counts once. The first key gets the *market copy*: the person's handle and the issuer's commitment
to her whole record. Every further key gets a *copy for showing*: the same claims under a handle of its own,
without commitment, so that verifiers cannot tell whose copies they compare, and no market takes one for a
further person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from crypto.signing import VerifyingKey
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    fresh_handle,
    issue_copy,
    issue_credential,
    issue_organisation_credential,
)
from ssi.issuer_service.domain.attestation import WalletProviders
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, StatusPlace
from ssi.issuer_service.domain.event import EventKind
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.domain.ticket import Ticket, TicketKind, draw_ticket
from ssi.issuer_service.services.announce import announce
from ssi.issuer_service.services.ports import Register
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.issuer_service.services.take_place import take_place
from ssi.record import Record
from ssi.status_list import StatusReference

_NOTIFIABLE = timedelta(days=1)


@dataclass(frozen=True)
class Office:
    """In whose name credentials are signed, and by which rules: key, address, what, how much at once.

    With `defers_held`, a wallet that asks for a record on hold is told to come back.
    """

    issuer: IssuerKey
    url: str
    catalogue: Catalogue
    status_list_size: int
    batch_size: int = 1
    defers_held: bool = False
    providers: WalletProviders = field(default_factory=WalletProviders)


@dataclass(frozen=True)
class Delivered:
    """Credentials with all their disclosures, the market copy first, and the ticket of this delivery."""

    credentials: tuple[str, ...] = field(repr=False)
    notification_id: str = field(repr=False)
    configuration_id: str


@dataclass(frozen=True)
class Prepared:
    """A record that is encoded and committed to (or an organisation): ready to be signed for any key."""

    record: Record | Organisation


class Desk:
    """Signs, and writes down what was signed."""

    def __init__(self, secrets: IssuerSecrets, office: Office, random: RandomBytes) -> None:
        self._secrets = secrets
        self._office = office
        self._random = random

    def prepare(self, entry: Entry, values: Mapping[str, Json]) -> Prepared:
        """Encode and commit, which takes milliseconds: done before the one writer's place is taken."""
        numbers = self._office.catalogue.get(entry.configuration).numbers
        if numbers is None:
            return Prepared(Organisation(**cast("dict[str, str]", dict(values))))
        return Prepared(Record.commit(numbers, values, self._random))

    def deliver(
        self,
        register: Register,
        entry: Entry,
        prepared: Prepared,
        keys: Sequence[VerifyingKey],
        now: datetime,
    ) -> Delivered:
        """Sign for each key, drop the values, spend the grants; all in the transaction of the register."""
        size = self._office.status_list_size
        places = [take_place(register, self._secrets, size=size) for _ in keys]
        register.entries.collected(entry.credential_id, places[0], now)
        register.status_lists.add_copies(entry.credential_id, places[1:])
        register.offers.spend(entry.credential_id)
        register.tickets.drop([entry.credential_id])
        data: dict[str, Json] = {"credential_id": entry.credential_id, "data_set": entry.configuration}
        announce(register.outbox, EventKind.COLLECTED, data, at=now, random=self._random)
        notification_id = draw_ticket(self._random)
        register.tickets.put(
            fingerprint(notification_id),
            Ticket(TicketKind.NOTIFICATION, now + _NOTIFIABLE, {}, entry.credential_id),
        )
        handle = self._secrets.handle(entry.configuration, entry.external_id)
        market = self._sign(prepared, Subject(handle, keys[0]), self._terms(entry, places[0], now))
        copies = [
            self._copy(prepared, handle, key, self._terms(entry, place, now))
            for key, place in zip(keys[1:], places[1:], strict=True)
        ]
        return Delivered((market, *copies), notification_id, entry.configuration)

    def _sign(self, prepared: Prepared, subject: Subject, terms: Terms) -> str:
        issuer = self._office.issuer
        if isinstance(prepared.record, Organisation):
            return issue_organisation_credential(prepared.record, subject, issuer=issuer, terms=terms)
        return issue_credential(prepared.record, subject, issuer=issuer, terms=terms, random=self._random)

    def _copy(self, prepared: Prepared, handle: str, key: VerifyingKey, terms: Terms) -> str:
        issuer = self._office.issuer
        if isinstance(prepared.record, Organisation):
            # An organisation acts under its name; there is nobody to be kept from being recognised.
            return self._sign(prepared, Subject(handle, key), terms)
        subject = Subject(fresh_handle(self._random), key)
        return issue_copy(prepared.record, subject, issuer=issuer, terms=terms, random=self._random)

    def _terms(self, entry: Entry, place: StatusPlace, now: datetime) -> Terms:
        uri = f"{self._office.url}{STATUS_LISTS_PATH}{place.list_number}"
        return Terms(StatusReference(uri, place.index), issued_at=now, expires_at=entry.expires_at)
