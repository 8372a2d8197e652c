"""How are the marketplace's books opened? One database, the books of one transaction at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from marketplace.storage import edition
from marketplace.storage.access import SqlAccess
from marketplace.storage.accounts import SqlAccounts
from marketplace.storage.acts import SqlActs
from marketplace.storage.answered import SqlAnswered
from marketplace.storage.crowds import SqlCrowds
from marketplace.storage.described import SqlPublished
from marketplace.storage.events import SqlEvents
from marketplace.storage.heartbeats import SqlHeartbeats
from marketplace.storage.invoices import SqlInvoices
from marketplace.storage.ledger import SqlLedgerBook
from marketplace.storage.log import SqlLogBook
from marketplace.storage.members import SqlMembers
from marketplace.storage.negotiations import SqlNegotiations, SqlTransferProcesses
from marketplace.storage.offers import SqlOffers
from marketplace.storage.orders import SqlOrders
from marketplace.storage.payments import SqlPayments
from marketplace.storage.payouts import SqlPayouts
from marketplace.storage.presentations import SqlPresentations
from marketplace.storage.rights import SqlRights
from marketplace.storage.saved import SqlSaved
from marketplace.storage.scores import SqlScores
from marketplace.storage.sign_ins import SqlSignIns
from marketplace.storage.states import SqlStates
from marketplace.storage.supply import SqlSupply
from ssi.hosting.database import CONNECTIONS, Database, migrate, open_database

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class SqlBooks:
    """The `Books` of one transaction."""

    accounts: SqlAccounts
    offers: SqlOffers
    orders: SqlOrders
    ledger: SqlLedgerBook
    log: SqlLogBook
    states: SqlStates
    scores: SqlScores
    crowds: SqlCrowds
    presentations: SqlPresentations
    payouts: SqlPayouts
    acts: SqlActs
    rights: SqlRights
    invoices: SqlInvoices
    answered: SqlAnswered
    heartbeats: SqlHeartbeats
    negotiations: SqlNegotiations
    transfer_processes: SqlTransferProcesses
    supply: SqlSupply
    payments: SqlPayments
    members: SqlMembers
    sign_ins: SqlSignIns
    access: SqlAccess
    published: SqlPublished
    saved: SqlSaved
    events: SqlEvents


@dataclass(frozen=True)
class SqlStore:
    """The `Store` over one database; safe to share between threads."""

    database: Database

    @contextmanager
    def reading(self) -> Iterator[SqlBooks]:
        """The books as of one moment; changing one is an error of the database."""
        with self.database.reading() as session:
            yield _books(session)

    @contextmanager
    def writing(self) -> Iterator[SqlBooks]:
        """The books of the only writer: kept at the end, or as before when an error leaves the block."""
        with self.database.writing() as session, edition.counted(session):
            yield _books(session)


def open_store(database_url: str, *, connections: int = CONNECTIONS) -> SqlStore:
    """Open the books and bring their tables up to date; to PostgreSQL with at most so many `connections`.

    Raises:
        DatabaseAddressError: not an address of SQLite or PostgreSQL.
    """
    database = open_database(database_url, connections=connections)
    migrate(database.engine, MIGRATIONS)
    return SqlStore(database)


def _books(session: Session) -> SqlBooks:
    return SqlBooks(
        accounts=SqlAccounts(session),
        offers=SqlOffers(session),
        orders=SqlOrders(session),
        ledger=SqlLedgerBook(session),
        log=SqlLogBook(session),
        states=SqlStates(session),
        scores=SqlScores(session),
        crowds=SqlCrowds(session),
        presentations=SqlPresentations(session),
        payouts=SqlPayouts(session),
        acts=SqlActs(session),
        rights=SqlRights(session),
        invoices=SqlInvoices(session),
        answered=SqlAnswered(session),
        heartbeats=SqlHeartbeats(session),
        negotiations=SqlNegotiations(session),
        transfer_processes=SqlTransferProcesses(session),
        supply=SqlSupply(session),
        payments=SqlPayments(session),
        members=SqlMembers(session),
        sign_ins=SqlSignIns(session),
        access=SqlAccess(session),
        published=SqlPublished(session),
        saved=SqlSaved(session),
        events=SqlEvents(session),
    )
