"""Puts a wallet installation together: settings, database, stores, clients, use cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ssi.did.resolve import Resolver
from ssi.hosting.database import Database
from ssi.http.address import origin_of
from ssi.openid4vp.request_check import RequestTrust
from ssi.trust_file import read_authority
from ssi.x509 import read_pem
from wallet.clients.authenticators import WebAuthn
from wallet.clients.badges import BadgeClient
from wallet.clients.connections import STRANGERS, Connections
from wallet.clients.crowd_market import CrowdMarketClient
from wallet.clients.hospitals import PAGES, HospitalClient
from wallet.clients.issuers import IssuerClient
from wallet.clients.marketplace import MarketplaceClient
from wallet.clients.nodes import NodeClient
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.payout_market import PayoutMarketClient
from wallet.clients.pod.client import PodClient
from wallet.clients.rights_market import RightsMarketClient
from wallet.clients.score_market import ScoreMarketClient
from wallet.clients.show_verifiers import VerifierClient
from wallet.clients.trust import SignedRegistry
from wallet.config import Settings, database_address, lookup_key, make_database_file
from wallet.domain.alert import Alert
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_memory import CrowdMemory
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.hospital import Hospital
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.payout import HeldPayout
from wallet.domain.pod import Pod
from wallet.domain.preference import Preference
from wallet.domain.rights_case import RightsCase
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.showing import Showing
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.showing_values import TRANSACTION_TYPES
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import WalletError
from wallet.services.broker_access import BrokerAccess
from wallet.services.check_receipt import CheckReceipt
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners, Stores
from wallet.services.show_suite import Askers
from wallet.services.suite import Ends, Services, assemble
from wallet.services.take_letters import TakeLetters
from wallet.services.take_readings import TakeReadings
from wallet.sources.desk import Catalogue
from wallet.storage.archive import SqlArchive
from wallet.storage.erasures import SqlErasureStore
from wallet.storage.letters import SqlLetterStore
from wallet.storage.passkeys import SqlPasskeyStore
from wallet.storage.schema import open_wallet_database
from wallet.storage.sealed import Form, SealedStore
from wallet.storage.streams import SqlStreamStore
from wallet.storage.tables import (
    ArrivalRow,
    ConsentRow,
    CredentialRow,
    CrowdMemoryRow,
    CrowdOfferRow,
    HospitalRow,
    LogMemoryRow,
    OfferDraftRow,
    PayoutRow,
    PodRow,
    PreferenceRow,
    RightsCaseRow,
    ScoreMemoryRow,
    ScoreOfferRow,
    ShowingCopyRow,
    ShowingRow,
    ShownCredentialRow,
    StreamAlertRow,
)
from wallet.storage.wallets import SqlWalletStore

OWN_VERIFIER = "/openid4vp/"
"""Where the wallet's own marketplace asks and takes answers."""


def utc_now() -> datetime:
    """The clock of this machine, read at the edge only."""
    return datetime.now(UTC)


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Open the database and connect everything; several processes may do so over the same one.

    Raises:
        WalletError: the lookup key or the certificate of an authority over verifiers cannot be used.
        RegistryError: the authority's key cannot be read.
        DatabaseAddressError: the database address cannot be used.
    """
    key = lookup_key(settings.directory)
    authority = read_authority(settings.authority)
    connections, strangers, pages = Connections(), Connections(STRANGERS), Connections(PAGES)
    outside = Outside(strangers, private_addresses=settings.development)
    trust = SignedRegistry(settings.registry, authority, connections, clock)
    make_database_file(settings.directory, settings.database_url)
    database = open_wallet_database(settings.database)
    partners = Partners(
        trust=trust,
        issuers=IssuerClient(connections, outside, clock),
        market=MarketplaceClient(settings.marketplace_url, connections, trust, clock),
        nodes=NodeClient(connections),
        scores=ScoreMarketClient(settings.marketplace_url, connections, trust, clock),
        crowds=CrowdMarketClient(settings.marketplace_url, connections, trust, clock),
        askers=_askers(settings),
        badges=BadgeClient(connections),
        authenticators=WebAuthn(),
        sources=Catalogue(),
        pods=PodClient(clock, private_addresses=settings.development),
        hospitals=HospitalClient(
            Outside(pages, private_addresses=settings.development), clock, settings.development
        ),
        payouts=PayoutMarketClient(settings.marketplace_url, connections, trust, clock),
        rights=RightsMarketClient(settings.marketplace_url, connections, trust, clock),
    )

    def close() -> None:
        connections.close()
        strangers.close()
        pages.close()
        database.close()

    ends = Ends(database.check, close)
    custody = Custody(key, settings.password_cost)
    return assemble(sql_stores(database), partners, custody, clock=clock, ends=ends)


def check_receipt(registry: str, authority: Path, clock: Clock = utc_now) -> CheckReceipt:
    """What checks agreement files without an installation; nothing is asked if the registry is a file.

    Raises:
        RegistryError: the authority's key cannot be read.
    """
    return CheckReceipt(SignedRegistry(registry, read_authority(authority), Connections(), clock))


@dataclass(frozen=True)
class Letterboxes:
    """What a process needs that takes readings from a broker, or tells the broker who may send."""

    take: TakeReadings
    access: BrokerAccess
    check: Callable[[], None] = field(repr=False)
    close: Callable[[], None] = field(repr=False)


def open_letterboxes(directory: Path, database_url: str | None, *, clock: Clock = utc_now) -> Letterboxes:
    """Open the letterboxes of an installation; no wallet can be opened with them.

    Raises:
        WalletError: the lookup key cannot be used.
        DatabaseAddressError: the database address cannot be used.
    """
    key = lookup_key(directory)
    make_database_file(directory, database_url)
    database = open_wallet_database(database_address(directory, database_url))
    letters = SqlLetterStore(database)
    take = TakeReadings(TakeLetters(letters, key, clock))
    return Letterboxes(take, BrokerAccess(letters), database.check, database.close)


def _askers(settings: Settings) -> Askers:
    """Who may ask to be shown records, and how they are reached."""
    origin = origin_of(settings.marketplace_url)
    client = VerifierClient(
        frozenset() if origin is None else frozenset({origin}), settings.development, OWN_VERIFIER
    )
    try:
        roots = tuple(read_pem(path.read_text("ascii"), path.name) for path in settings.verifier_roots)
    except (OSError, ValueError) as error:
        raise WalletError(f"a certificate of an authority over verifiers cannot be read: {error}") from error
    own = RequestTrust(
        roots=roots,
        resolver=Resolver(client.document),
        unsigned=settings.development,
        transaction_types=TRANSACTION_TYPES,
    )
    return Askers(client, own)


def sql_stores(database: Database) -> Stores:
    """The stores over one database."""
    credential: Form[Any] = Form(HeldCredential.to_document, HeldCredential.from_document)
    sealed: dict[str, SealedStore[Any]] = {
        "credentials": SealedStore(database, CredentialRow, credential),
        "arrivals": SealedStore(database, ArrivalRow, Form(Arrival.to_document, Arrival.from_document)),
        "consents": SealedStore(
            database, ConsentRow, Form(HeldConsent.to_document, HeldConsent.from_document)
        ),
        "drafts": SealedStore(
            database, OfferDraftRow, Form(OfferDraft.to_document, OfferDraft.from_document)
        ),
        "memories": SealedStore(database, LogMemoryRow, Form(LogMemory.to_document, LogMemory.from_document)),
        "score_offers": SealedStore(
            database, ScoreOfferRow, Form(HeldScoreOffer.to_document, HeldScoreOffer.from_document)
        ),
        "score_memories": SealedStore(
            database, ScoreMemoryRow, Form(ScoreMemory.to_document, ScoreMemory.from_document)
        ),
        "crowd_offers": SealedStore(
            database, CrowdOfferRow, Form(HeldCrowdOffer.to_document, HeldCrowdOffer.from_document)
        ),
        "crowd_memories": SealedStore(
            database, CrowdMemoryRow, Form(CrowdMemory.to_document, CrowdMemory.from_document)
        ),
        "copies": SealedStore(
            database, ShowingCopyRow, Form(ShowingCopy.to_document, ShowingCopy.from_document)
        ),
        "shown": SealedStore(
            database, ShownCredentialRow, Form(ShownCredential.to_document, ShownCredential.from_document)
        ),
        "showings": SealedStore(database, ShowingRow, Form(Showing.to_document, Showing.from_document)),
        "hospitals": SealedStore(database, HospitalRow, Form(Hospital.to_document, Hospital.from_document)),
        "preferences": SealedStore(
            database, PreferenceRow, Form(Preference.to_document, Preference.from_document)
        ),
        "payouts": SealedStore(database, PayoutRow, Form(HeldPayout.to_document, HeldPayout.from_document)),
        "rights_cases": SealedStore(
            database, RightsCaseRow, Form(RightsCase.to_document, RightsCase.from_document)
        ),
        "alerts": SealedStore(database, StreamAlertRow, Form(Alert.to_document, Alert.from_document)),
    }
    streams = SqlStreamStore.over(database)
    archive = SqlArchive(database, (*sealed.values(), streams.streams, streams.segments))
    return Stores(
        wallets=SqlWalletStore(database),
        passkeys=SqlPasskeyStore(database),
        erasures=SqlErasureStore(database),
        letters=SqlLetterStore(database),
        streams=streams,
        archive=archive,
        # Who has the file of a wallet shall not have her pod as well, so it is in no archive.
        pods=SealedStore(database, PodRow, Form(Pod.to_document, Pod.from_document)),
        **sealed,
    )
