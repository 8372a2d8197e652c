"""How is a node put together? Settings and keys, then memory, then surroundings, then the app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from crypto.encoding import Json
from crypto.sealing import Vault
from crypto.signing import VerifyingKey
from marketplace.mpc_node.additive.dealing import HttpsDealer
from marketplace.mpc_node.aggregation.release import Aggregation
from marketplace.mpc_node.aggregation.share_store import FOLDER as KEY_SHARES
from marketplace.mpc_node.aggregation.share_store import ShareStore
from marketplace.mpc_node.api import PeerFingerprint, node_api
from marketplace.mpc_node.columns.cluster import Cluster, spread_over
from marketplace.mpc_node.config import Settings
from marketplace.mpc_node.errors import SettingsError
from marketplace.mpc_node.issuers import HttpStatusLists
from marketplace.mpc_node.kept_papers import PapersForm
from marketplace.mpc_node.keys import NodeKeys, load_keys
from marketplace.mpc_node.listener import Gate, Listener
from marketplace.mpc_node.log_watch import LogWatch
from marketplace.mpc_node.mailbox import Mailbox
from marketplace.mpc_node.meter import Meter
from marketplace.mpc_node.node import Limits, Node, Surroundings
from marketplace.mpc_node.opening import FOLDER as LOGS
from marketplace.mpc_node.opening import Checkpoints
from marketplace.mpc_node.papers import PapersOnFile
from marketplace.mpc_node.peers import HttpsTransport
from marketplace.mpc_node.reception import Reception
from marketplace.mpc_node.runner import Runner
from marketplace.mpc_node.storage.answered import AnsweredStore
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.encrypted import EncryptedStore
from marketplace.mpc_node.storage.jobs import JobStore
from marketplace.mpc_node.storage.kept import KeptPapersStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger
from marketplace.mpc_node.storage.logged import LoggedWithdrawals
from marketplace.mpc_node.storage.messages import MessageStore
from marketplace.mpc_node.storage.noise_pins import NoisePins
from marketplace.mpc_node.storage.notes import NoteStore
from marketplace.mpc_node.storage.pauses import PauseStore
from marketplace.mpc_node.storage.pieces import FOLDER as PIECES
from marketplace.mpc_node.storage.pieces import Pieces
from marketplace.mpc_node.storage.questions import Questions
from marketplace.mpc_node.storage.share_files import FOLDER as SHARES
from marketplace.mpc_node.storage.share_files import ShareFiles
from marketplace.mpc_node.storage.witnessed import WitnessStore
from marketplace.mpc_node.ways import TlsWays
from ssi.hosting import names
from ssi.hosting.database import CONNECTIONS, Database, migrate, open_database
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


@dataclass(frozen=True)
class Standing:
    """A node in the surroundings of the real world. Its peers' port is not open yet.

    `closing` is to be called when the process ends, the last one first.
    """

    node: Node
    listener: Listener
    closing: tuple[Callable[[], None], ...]


def build_node(
    settings: Settings,
    keys: NodeKeys,
    database: Database,
    around: Surroundings,
    meter: Meter | None = None,
) -> Node:
    """Put a node together on a migrated database."""
    contributions = ContributionStore(
        database, ShareFiles(settings.directory / SHARES, Vault(keys.vault_key), around.random)
    )
    return Node(
        node_id=settings.node_id,
        keys=keys,
        around=around,
        limits=_limits(settings),
        database=database,
        contributions=contributions,
        notes=NoteStore(database),
        pauses=PauseStore(database),
        witnessed=WitnessStore(database),
        logged=LoggedWithdrawals(database),
        jobs=JobStore(database),
        ledger=PrivacyLedger(database),
        answered=AnsweredStore(database),
        questions=Questions(database),
        noise_pins=NoisePins(database),
        papers=PapersOnFile(
            around.registry, contributions, KeptPapersStore(database), PapersForm(keys.papers_key)
        ),
        mailbox=Mailbox(MessageStore(database), around.registry, clock=around.clock),
        checkpoints=Checkpoints(settings.directory / LOGS, Vault(keys.log_key)),
        pieces=Pieces(settings.directory / PIECES, around.random),
        aggregation=Aggregation(
            EncryptedStore(database),
            ShareStore(settings.directory / KEY_SHARES, Vault(keys.aggregation_key)),
            settings.node_id,
        ),
        meter=meter or Meter(),
    )


def _limits(settings: Settings) -> Limits:
    log = settings.log_limits
    return Limits(
        settings.peer_timeout_seconds,
        settings.max_running,
        timedelta(seconds=log.max_age_seconds),
        timedelta(seconds=log.logged_within_seconds),
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
    names.install(app)
    node.contributions.recover()
    node.pieces.clear()
    runner = Runner(node)
    runner.recover()
    checks: dict[str, Callable[[], object]] = {
        "database": node.database.check,
        "registry": lambda: node.around.registry().node(node.node_id, now=node.now()),
    }
    watch = LogWatch(node)
    node.meter.watch_withdrawals(watch.counts)
    minor = {"log": watch.require_fresh, "withdrawals": watch.require_nothing_hidden}
    install_metrics(app, node.meter.registry)
    app.register_blueprint(health(ROLE, checks, minor=minor))
    app.register_blueprint(node_api(node, runner, fingerprint_of))
    for close in (node.database.close, *closing, runner.close):
        on_close(app, close)  # the last one first
    return app


def stand(settings: Settings, registry: Path, authority: VerifyingKey) -> Standing:
    """The node that lives in a folder, in the surroundings of the real world."""
    trust, statuses, meter = TrustFile(registry, authority, clock=utc_now), HttpStatusLists(), Meter()
    certificate = settings.certificate
    shown = ClientCertificate(certificate.certificate, certificate.key)
    limits = _client_limits(settings.peer_timeout_seconds)
    transport = HttpsTransport(trust, shown, clock=utc_now, limits=limits)
    dealer = HttpsDealer(trust, shown, clock=utc_now)
    gate, reception = Gate(certificate, trust, utc_now), Reception(meter.peer_call)
    listener = Listener(gate, reception, meter.peer_call)
    spread = spread_over(settings.cluster)
    # An attempt reads who takes part while it looks up more of them: each may hold one and wait for another.
    database = open_database(settings.database, connections=settings.max_running + CONNECTIONS)
    migrate(database.engine, MIGRATIONS)
    around = Surroundings(
        registry=trust,
        fetch_status=statuses,
        transport=transport,
        ways=TlsWays(gate, reception),
        clock=utc_now,
        spread=spread,
        ask_dealer=dealer,
    )
    node = build_node(settings, load_keys(settings.directory), database, around, meter)
    closing = (transport.close, statuses.close, dealer.close, listener.close)
    leaving = (spread.close,) if isinstance(spread, Cluster) else ()
    return Standing(node, listener, (*leaving, *closing))


def contradictions_of(settings: Settings) -> list[dict[str, Json]]:
    """What the node of a folder keeps as evidence against the marketplace (`consent.contradiction`)."""
    database = open_database(settings.database)
    try:
        migrate(database.engine, MIGRATIONS)
        return LoggedWithdrawals(database).contradictions()
    finally:
        database.close()


def serve_folder(
    settings: Settings, registry: Path, authority: VerifyingKey, *, host: str, peer_port: int
) -> Flask:
    """The app of the node that lives in a folder; its peers' port is open.

    Raises:
        SettingsError: the peers' port is in use.
    """
    standing = stand(settings, registry, authority)
    try:
        standing.listener.start(host, peer_port)
    except OSError as error:
        raise SettingsError(f"cannot listen for peers on port {peer_port}: {error.strerror}") from error
    return create_app(standing.node, closing=standing.closing)


def _client_limits(timeout_seconds: float) -> ClientLimits:
    """One request to a peer takes at most half of a step's time, so that it can be tried again."""
    half = timeout_seconds / 2
    return ClientLimits(connect_seconds=min(3.0, half), read_seconds=half, total_seconds=half)
