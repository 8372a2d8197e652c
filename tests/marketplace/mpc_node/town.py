"""Three nodes in one process that can reach each other, and everybody else they have to do with.

Everything is real but two things: time stands still until a test moves it, also for those who wait while the
machine is busy (`unhurried`), and nobody uses TLS. Nodes reach
each other through their apps' test clients, with the caller's fingerprint put where a server finds it, and
through sockets of one process (`lines`) while they compute.
"""

import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from consent.contribution import Contribution
from consent.job import Manifest, sign_manifest
from marketplace.mpc_node.bootstrap import MIGRATIONS, build_node, create_app
from marketplace.mpc_node.config import DATABASE_FILE, Settings
from marketplace.mpc_node.node import Node, Surroundings
from marketplace.mpc_node.opening import Checkpoints
from marketplace.mpc_node.output import EncodeOutput, encode_honestly
from ssi.hosting.database import migrate, open_database
from ssi.http.errors import RefusedByPeerError, UnreachablePeerError
from ssi.jws import parse_jws
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.marketplace.mpc_node.lines import Lines
from tests.marketplace.mpc_node.market_log import MarketLog
from tests.marketplace.mpc_node.parties import (
    ISSUER,
    MARKET,
    MARKET_KEY,
    NAMES,
    NOW,
    REGISTRAR_KEY,
    STATUS_URI,
    es256,
    node_keys,
    registry,
)
from tests.marketplace.mpc_node.people import Offer, Person, contribution_of
from tests.marketplace.mpc_node.unhurried import Unhurried

FINGERPRINT = "test.fingerprint"
PATIENCE_SECONDS = 20.0


@dataclass
class StatusLists:
    """The issuers' status lists, as the issuers would serve them now."""

    now: Callable[[], datetime]
    revoked: dict[str, set[int]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    forged: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __call__(self, uri: str) -> str:
        self.asked.append(uri)
        if uri in self.unreachable:
            raise UnreachablePeerError(f"{uri}: no answer")
        issuer = ISSUER if uri == STATUS_URI else REGISTRAR_KEY
        key = es256("somebody else") if uri in self.forged else issuer.key
        exceptions = dict.fromkeys(self.revoked.get(uri, ()), Status.INVALID)
        published = PublishedStatusList(
            uri, StatusList.of(4096, exceptions), self.now(), self.now() + timedelta(hours=12), 3600
        )
        return sign_status_list(published, key, kid=issuer.kid)


@dataclass
class Wire:
    """How one node reaches the others: through their apps, with its own certificate."""

    town: "Town"
    sender: str

    def deliver(self, node_id: str, token: str) -> None:
        """Hand a message over, unless the town loses it."""
        for altered in self.town.on_the_wire(self.sender, node_id, token):
            answer = self.town.post(node_id, "/v1/peer/messages", {"message": altered}, caller=self.sender)
            if answer.status_code >= 400:
                raise RefusedByPeerError(node_id, answer.status_code, None)

    def hand_over(self, node_id: str, digest: str, piece: bytes) -> None:
        """Hand a piece over, unless the town alters it."""
        answer = self.town.put(
            node_id, f"/v1/pieces/{digest}", self.town.piece(self.sender, piece), caller=self.sender
        )
        if answer.status_code >= 400:
            raise RefusedByPeerError(node_id, answer.status_code, None)


@cache
def migrated() -> bytes:
    """An empty database of a node: migrated once, then copied for every node of every test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / DATABASE_FILE
        database = open_database(f"sqlite:///{file}")
        migrate(database.engine, MIGRATIONS)
        database.close()
        return file.read_bytes()


class Town:
    """Three nodes that can reach each other, and everybody else they have to do with."""

    def __init__(
        self,
        folder: Path,
        *,
        names: Sequence[str] = NAMES,
        peer_timeout_seconds: float = PATIENCE_SECONDS,
        outputs: Mapping[str, EncodeOutput] | None = None,
        max_running: int = 8,
    ) -> None:
        self.folder = folder
        self.moment = NOW
        self.unhurried = Unhurried()
        self.registry = registry()
        self.statuses = StatusLists(lambda: self.moment)
        self.wire: Callable[[str, str, str], list[str]] = lambda sender, receiver, token: [token]
        self.piece: Callable[[str, bytes], bytes] = lambda sender, piece: piece
        self.lines = Lines()
        self.checkpoints: dict[str, Checkpoints] = {}
        self.log = MarketLog()
        self.shows_log = True
        self.outputs = dict(outputs or {})
        self.peer_timeout_seconds = peer_timeout_seconds
        self.max_running = max_running
        self.nodes: dict[str, Node] = {}
        self.apps: dict[str, Flask] = {}
        for name in names:
            self.start(name)

    def start(self, name: str) -> None:
        """Start a node on its own database; again after a crash."""
        settings = Settings(
            self.folder / name,
            name,
            f"Operator of {name}",
            f"https://{name}.example:7000",
            peer_timeout_seconds=self.peer_timeout_seconds,
            max_running=self.max_running,
        )
        settings.directory.mkdir(exist_ok=True)
        file = settings.directory / DATABASE_FILE
        if not file.exists():
            file.write_bytes(migrated())
        database = open_database(settings.database)
        around = Surroundings(
            registry=lambda: self.registry,
            fetch_status=self.statuses,
            transport=Wire(self, name),
            ways=self.lines.of(name),
            clock=lambda: self.moment,
            monotonic=self.unhurried,
            encode_output=self.outputs.get(name, encode_honestly),
        )
        node = build_node(settings, node_keys(name), database, around)
        self.serve(replace(node, checkpoints=self.checkpoints.get(name, node.checkpoints)))

    def serve(self, node: Node) -> None:
        """Let a node answer under its name, instead of the one that did."""
        self.nodes[node.node_id] = node
        self.apps[node.node_id] = create_app(node, fingerprint_of=lambda environ: environ.get(FINGERPRINT))

    def on_the_wire(self, sender: str, receiver: str, token: str) -> list[str]:
        """What arrives instead of a message that a node sends."""
        return self.wire(sender, receiver, token)

    def client(self, name: str) -> FlaskClient:
        """Requests to a node."""
        return self.apps[name].test_client()

    def post(self, name: str, path: str, document: object, *, caller: str | None = "market") -> Any:
        """Ask a node as somebody whose certificate it sees."""
        overrides = {FINGERPRINT: fingerprint_of(caller)} if caller else {}
        return self.client(name).post(path, json=document, environ_overrides=overrides)

    def put(self, name: str, path: str, content: bytes, *, caller: str | None = "market") -> Any:
        """Send a node bytes as somebody whose certificate it sees."""
        overrides = {FINGERPRINT: fingerprint_of(caller)} if caller else {}
        return self.client(name).put(path, data=content, environ_overrides=overrides)

    def get(self, name: str, path: str, *, caller: str | None = "market") -> Any:
        """Ask a node as somebody whose certificate it sees."""
        overrides = {FINGERPRINT: fingerprint_of(caller)} if caller else {}
        return self.client(name).get(path, environ_overrides=overrides)

    def contribute(self, name: str, *made: Contribution) -> list[dict[str, Any]]:
        """Deliver contributions to one node; its verdicts."""
        documents = [each.for_node(name).to_json() for each in made]
        answer = self.post(name, "/v1/contributions", {"contributions": documents})
        assert answer.status_code == 200, answer.text
        verdicts: list[dict[str, Any]] = answer.json["results"]
        return verdicts

    def settle(self, crowd: Sequence[Person], offer: Offer | None = None) -> None:
        """Let people contribute to all nodes."""
        made = [contribution_of(each, offer) if offer else contribution_of(each) for each in crowd]
        for name in self.nodes:
            verdicts = self.contribute(name, *made)
            assert all(verdict["accepted"] for verdict in verdicts), verdicts

    def ask(self, manifest: Manifest | str, *, of: Sequence[str] | None = None) -> list[Any]:
        """Show nodes the log, as long as the marketplace does, and give them a manifest; their answers."""
        if self.shows_log:
            self.show_log(*(of or tuple(self.nodes)))
        token = manifest if isinstance(manifest, str) else sign_manifest(manifest, MARKET_KEY)
        return [self.post(name, "/v1/jobs", {"manifest": token}) for name in of or tuple(self.nodes)]

    def show_log(self, *names: str) -> list[Any]:
        """Have nodes cosign the log as it is now; their answers."""
        answers = []
        for name in names or tuple(self.nodes):
            last = self.nodes[name].witnessed.last(MARKET)
            answers.append(self.show(name, self.log.request(0 if last is None else last.size)))
        return answers

    def show(self, name: str, request: bytes) -> Any:
        """Ask a node to cosign a state of a log."""
        overrides = {FINGERPRINT: fingerprint_of("market")}
        return self.client(name).post("/v1/log/add-checkpoint", data=request, environ_overrides=overrides)

    def run(self, manifest: Manifest) -> dict[str, dict[str, Any]]:
        """Run an attempt at all nodes to its end; each node's last word about it."""
        answers = self.ask(manifest)
        assert all(answer.status_code == 202 for answer in answers), [each.text for each in answers]
        return self.ended(manifest.job_id)

    def ended(self, job_id: str = "job-1") -> dict[str, dict[str, Any]]:
        """Wait for the attempts that run, and ask each node about the job."""
        wait_for_attempts()
        return {name: self.get(name, f"/v1/jobs/{job_id}").json for name in self.nodes}


def fingerprint_of(name: str) -> str:
    """The fingerprint of a party's certificate."""
    if name == "market":
        return registry().marketplace.tls_fingerprint
    return registry().node(name, now=NOW).tls_fingerprint


def wait_for_attempts() -> None:
    """Wait for all attempts of this process to end."""
    for thread in threading.enumerate():
        if thread.name == "attempt":
            thread.join(120)


def step_of(token: str) -> str:
    """The step that a message between nodes belongs to."""
    return str(parse_jws(token, "message").payload["step"])
