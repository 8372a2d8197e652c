"""Puts a wallet installation together: settings, database, stores, clients, use cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crypto.sealing import Argon2Cost
from ssi.hosting.database import Database
from wallet.clients.connections import Connections
from wallet.clients.issuers import IssuerClient
from wallet.clients.marketplace import MarketplaceClient
from wallet.clients.nodes import NodeClient
from wallet.clients.trust import SignedRegistry, read_authority
from wallet.config import Settings, lookup_key
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.earnings import Earnings
from wallet.domain.held_consent import HeldConsent
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.record import Record
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.services.create_wallet import CreateWallet
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.draft_offer import DraftOffer
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Issuers, Market, NodeOffice, Store, Trust, WalletStore
from wallet.services.publish_offer import PublishOffer
from wallet.services.read_wallet import ReadWallet
from wallet.services.receive_record import ReceiveRecord
from wallet.services.refresh import Refresh
from wallet.services.watch_log import WatchLog
from wallet.services.withdraw_consent import WithdrawConsent
from wallet.storage.schema import open_wallet_database
from wallet.storage.sealed import Form, SealedStore
from wallet.storage.tables import ArrivalRow, ConsentRow, CredentialRow, LogMemoryRow, OfferDraftRow
from wallet.storage.wallets import SqlWalletStore


def utc_now() -> datetime:
    """The clock of this machine, read at the edge only."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Stores:
    """Where a wallet keeps things."""

    wallets: WalletStore
    credentials: Store[HeldCredential]
    arrivals: Store[Arrival]
    consents: Store[HeldConsent]
    drafts: Store[OfferDraft]
    memories: Store[LogMemory]


@dataclass(frozen=True)
class Partners:
    """Whom a wallet talks to."""

    trust: Trust
    issuers: Issuers
    market: Market
    nodes: NodeOffice


@dataclass(frozen=True)
class Custody:
    """How wallets of this installation are found and locked."""

    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost


@dataclass(frozen=True)
class Ends:
    """What the installation has open: how to see that it works, and how to close it."""

    check: Callable[[], None]
    close: Callable[[], None]


NOTHING_OPEN = Ends(lambda: None, lambda: None)


@dataclass(frozen=True)
class Services:
    """Every use case, over the same stores and partners; safe to share between threads."""

    create_wallet: CreateWallet
    open_wallet: OpenWallet
    receive_credential: ReceiveRecord
    draft_offer: DraftOffer
    publish_offer: PublishOffer
    withdraw_consent: WithdrawConsent
    refresh: Refresh
    read: ReadWallet
    trust: Trust
    clock: Clock
    ends: Ends = field(repr=False)

    def close(self) -> None:
        """Close what is open; nothing can be used afterwards."""
        self.ends.close()

    def records(self, session: Session) -> tuple[Record, ...]:
        """All records of a wallet; see `ReadWallet.records`."""
        return self.read.records(session)

    def consents(self, session: Session) -> tuple[HeldConsent, ...]:
        """All consents of a wallet, newest first."""
        return self.read.consents(session)

    def history(self, session: Session) -> tuple[UseEntry, ...]:
        """Every use as of the last refresh, newest first."""
        return self.read.history(session)

    def earnings(self, session: Session) -> Earnings:
        """Every paid use as of the last refresh."""
        return self.read.earnings(session)


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Open the database and connect everything; several processes may do so over the same one.

    Raises:
        WalletError: the lookup key or the authority's key cannot be used.
        DatabaseAddressError: the database address cannot be used.
    """
    key = lookup_key(settings.directory)
    authority = read_authority(settings.authority)
    connections = Connections()
    trust = SignedRegistry(settings.registry, authority, connections, clock)
    database = open_wallet_database(settings.database)
    partners = Partners(
        trust=trust,
        issuers=IssuerClient(connections, clock),
        market=MarketplaceClient(settings.marketplace_url, connections, trust, clock),
        nodes=NodeClient(connections),
    )

    def close() -> None:
        connections.close()
        database.close()

    ends = Ends(database.check, close)
    custody = Custody(key, settings.password_cost)
    return assemble(sql_stores(database), partners, custody, ends=ends, clock=clock)


def sql_stores(database: Database) -> Stores:
    """The stores over one database."""
    credential = Form(HeldCredential.to_document, HeldCredential.from_document)
    return Stores(
        wallets=SqlWalletStore(database),
        credentials=SealedStore(database, CredentialRow, credential),
        arrivals=SealedStore(database, ArrivalRow, Form(Arrival.to_document, Arrival.from_document)),
        consents=SealedStore(database, ConsentRow, Form(HeldConsent.to_document, HeldConsent.from_document)),
        drafts=SealedStore(database, OfferDraftRow, Form(OfferDraft.to_document, OfferDraft.from_document)),
        memories=SealedStore(database, LogMemoryRow, Form(LogMemory.to_document, LogMemory.from_document)),
    )


def assemble(
    stores: Stores, partners: Partners, custody: Custody, *, ends: Ends = NOTHING_OPEN, clock: Clock = utc_now
) -> Services:
    """Make the use cases over ready stores and partners."""
    trust, market = partners.trust, partners.market
    log = WatchLog(stores.memories, market, trust, clock)
    deliver = DeliverConsent(stores.consents, market, trust, log, clock)
    publish = PublishOffer(stores.credentials, stores.consents, trust, deliver, clock)
    withdraw = WithdrawConsent(stores.consents, stores.credentials, trust, market, partners.nodes, clock)
    return Services(
        create_wallet=CreateWallet(stores.wallets, custody.lookup_key, custody.cost),
        open_wallet=OpenWallet(stores.wallets, custody.lookup_key, custody.cost, clock),
        receive_credential=ReceiveRecord(stores.credentials, stores.arrivals, trust, partners.issuers, clock),
        draft_offer=DraftOffer(stores.drafts, stores.credentials, publish),
        publish_offer=publish,
        withdraw_consent=withdraw,
        refresh=Refresh(
            credentials=stores.credentials,
            consents=stores.consents,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            withdraw=withdraw,
            clock=clock,
        ),
        read=ReadWallet(stores.credentials, stores.consents, log, clock),
        trust=trust,
        clock=clock,
        ends=ends,
    )
