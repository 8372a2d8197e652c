"""How is a node put together? Settings and keys, then memory, then surroundings, then the app."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from crypto.sealing import Vault
from crypto.signing import VerifyingKey
from marketplace.mpc_node.api import PeerFingerprint, node_api
from marketplace.mpc_node.config import Settings
from marketplace.mpc_node.issuers import HttpStatusLists
from marketplace.mpc_node.keys import NodeKeys, load_keys
from marketplace.mpc_node.mailbox import Mailbox
from marketplace.mpc_node.meter import Meter
from marketplace.mpc_node.node import Limits, Node, Surroundings
from marketplace.mpc_node.papers import PapersOnFile
from marketplace.mpc_node.peers import HttpsTransport
from marketplace.mpc_node.runner import Runner
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.jobs import JobStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger
from marketplace.mpc_node.storage.messages import MessageStore
from marketplace.mpc_node.storage.notes import NoteStore
from ssi.hosting.database import Database, migrate, open_database
from ssi.hosting.health import health
from ssi.hosting.metrics import install as install_metrics
from ssi.hosting.server import on_close, peer_fingerprint
from ssi.http.client import Limits as ClientLimits
from ssi.http.pinning import ClientCertificate
from ssi.trust_file import TrustFile

MIGRATIONS = Path(__file__).parent / "storage" / "migrations"
ROLE = "mpc-node"


def utc_now() -> datetime:
    """The present moment: the only clock of a node."""
    return datetime.now(UTC)


def build_node(settings: Settings, keys: NodeKeys, database: Database, around: Surroundings) -> Node:
    """Put a node together on a migrated database."""
    return Node(
        node_id=settings.node_id,
        keys=keys,
        around=around,
        limits=Limits(settings.peer_timeout_seconds, settings.max_running),
        database=database,
        contributions=ContributionStore(database, Vault(keys.vault_key)),
        notes=NoteStore(database),
        jobs=JobStore(database),
        ledger=PrivacyLedger(database),
        papers=PapersOnFile(around.registry),
        mailbox=Mailbox(MessageStore(database), around.registry, clock=around.clock),
        meter=Meter(),
    )


def create_app(
    node: Node,
    *,
    fingerprint_of: PeerFingerprint = peer_fingerprint,
    closing: Sequence[Callable[[], None]] = (),
) -> Flask:
    """The app of a node. Attempts that a crash left behind are closed before it answers anything.

    `closing` is called when the server ends, after the attempts have told their peers.
    """
    app = Flask(__name__, static_folder=None)
    runner = Runner(node)
    runner.recover()
    checks: dict[str, Callable[[], object]] = {
        "database": node.database.check,
        "registry": lambda: node.around.registry().node(node.node_id, now=node.now()),
    }
    install_metrics(app, node.meter.registry)
    app.register_blueprint(health(ROLE, checks))
    app.register_blueprint(node_api(node, runner, fingerprint_of))
    for close in (node.database.close, *closing, runner.close):
        on_close(app, close)  # the last one first
    return app


def serve_folder(settings: Settings, registry: Path, authority: VerifyingKey) -> Flask:
    """The app of the node that lives in a folder, in the surroundings of the real world."""
    trust = TrustFile(registry, authority, clock=utc_now)
    statuses = HttpStatusLists()
    transport = HttpsTransport(
        trust,
        ClientCertificate(settings.certificate.certificate, settings.certificate.key),
        clock=utc_now,
        limits=_client_limits(settings.peer_timeout_seconds),
    )
    database = open_database(settings.database)
    migrate(database.engine, MIGRATIONS)
    around = Surroundings(registry=trust, fetch_status=statuses, transport=transport, clock=utc_now)
    node = build_node(settings, load_keys(settings.directory), database, around)
    return create_app(node, closing=(transport.close, statuses.close))


def _client_limits(timeout_seconds: float) -> ClientLimits:
    """One request to a peer takes at most half of a step's time, so that it can be tried again."""
    half = timeout_seconds / 2
    return ClientLimits(connect_seconds=min(3.0, half), read_seconds=half, total_seconds=half)
