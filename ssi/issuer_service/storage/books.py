"""Opens the register on a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from crypto.randomness import RandomBytes, random_bytes
from ssi.hosting.database import Database
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.services.ports import Register
from ssi.issuer_service.storage.access import SqlAccess
from ssi.issuer_service.storage.batches import SqlBatches
from ssi.issuer_service.storage.device_standings import SqlDeviceStandings
from ssi.issuer_service.storage.devices import SqlDevices
from ssi.issuer_service.storage.entries import SqlEntries
from ssi.issuer_service.storage.letters import SqlLetters
from ssi.issuer_service.storage.offers import SqlOffers
from ssi.issuer_service.storage.outbox import SqlOutbox
from ssi.issuer_service.storage.status_lists import SqlStatusLists
from ssi.issuer_service.storage.templates import SqlTemplates
from ssi.issuer_service.storage.tickets import SqlTickets


class SqlBooks:
    """The register in one database; safe to share between threads."""

    def __init__(
        self, database: Database, secrets: IssuerSecrets, random: RandomBytes = random_bytes
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._random = random

    @contextmanager
    def reading(self) -> Iterator[Register]:
        """The register as it is at one moment; writing in it is an error of the database."""
        with self._database.reading() as session:
            yield self._register(session)

    @contextmanager
    def writing(self) -> Iterator[Register]:
        """The register for its only writer: committed at the end, taken back when an error escapes."""
        with self._database.writing() as session:
            yield self._register(session)

    def _register(self, session: Session) -> Register:
        return Register(
            entries=SqlEntries(session, self._secrets, self._random),
            offers=SqlOffers(session, self._secrets),
            status_lists=SqlStatusLists(session),
            access=SqlAccess(session),
            tickets=SqlTickets(session, self._secrets.vault),
            templates=SqlTemplates(session),
            batches=SqlBatches(session, self._secrets.vault),
            letters=SqlLetters(session, self._secrets.vault),
            outbox=SqlOutbox(session, self._secrets.vault),
            devices=SqlDevices(session, self._secrets.vault),
            device_standings=SqlDeviceStandings(session, self._secrets.vault),
        )
