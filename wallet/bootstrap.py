"""Puts a wallet installation together: settings, database, stores, clients, use cases."""

from datetime import UTC, datetime

from ssi.hosting.database import Database
from ssi.trust_file import read_authority
from wallet.clients.connections import Connections
from wallet.clients.issuers import IssuerClient
from wallet.clients.marketplace import MarketplaceClient
from wallet.clients.nodes import NodeClient
from wallet.clients.score_market import ScoreMarketClient
from wallet.clients.trust import SignedRegistry
from wallet.config import Settings, lookup_key, make_database_file
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.score_memory import ScoreMemory
from wallet.services.suite import Custody, Ends, Partners, Services, Stores, assemble
from wallet.storage.schema import open_wallet_database
from wallet.storage.sealed import Form, SealedStore
from wallet.storage.tables import (
    ArrivalRow,
    ConsentRow,
    CredentialRow,
    LogMemoryRow,
    OfferDraftRow,
    ScoreMemoryRow,
    ScoreOfferRow,
)
from wallet.storage.wallets import SqlWalletStore


def utc_now() -> datetime:
    """The clock of this machine, read at the edge only."""
    return datetime.now(UTC)


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Open the database and connect everything; several processes may do so over the same one.

    Raises:
        WalletError: the lookup key cannot be used.
        RegistryError: the authority's key cannot be read.
        DatabaseAddressError: the database address cannot be used.
    """
    key = lookup_key(settings.directory)
    authority = read_authority(settings.authority)
    connections = Connections()
    trust = SignedRegistry(settings.registry, authority, connections, clock)
    make_database_file(settings)
    database = open_wallet_database(settings.database)
    partners = Partners(
        trust=trust,
        issuers=IssuerClient(connections, clock),
        market=MarketplaceClient(settings.marketplace_url, connections, trust, clock),
        nodes=NodeClient(connections),
        scores=ScoreMarketClient(settings.marketplace_url, connections, trust, clock),
    )

    def close() -> None:
        connections.close()
        database.close()

    ends = Ends(database.check, close)
    custody = Custody(key, settings.password_cost)
    return assemble(sql_stores(database), partners, custody, clock=clock, ends=ends)


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
        score_offers=SealedStore(
            database, ScoreOfferRow, Form(HeldScoreOffer.to_document, HeldScoreOffer.from_document)
        ),
        score_memories=SealedStore(
            database, ScoreMemoryRow, Form(ScoreMemory.to_document, ScoreMemory.from_document)
        ),
    )
