"""The town of `examples.bench.scale`: three served nodes, and beside them issuers, a marketplace and a buyer.

The nodes are the product's own processes (`mpc-node serve`). Everybody else is this process: it serves the
status lists, signs manifests, sends rolls in pieces, and opens the three outputs as a buyer does.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from consent.computation import compile as compile_query
from consent.job import Manifest, put_on_roll, sign_manifest
from consent.log import Checkpoint, LogState, sign_checkpoint
from consent.order import EscrowReceipt, Mandate, sign_escrow_receipt, sign_mandate
from consent.witnessing import AddCheckpoint
from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.merkle import leaf_hash
from crypto.sharing.replicated import ROLES
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from examples.bench.scale_people import CENTS, DATA_SET, NODES, NOW, QUERY, digest, names, school
from examples.programs import console_script, run_command
from examples.town import free_port
from marketplace.clients.nodes import HttpNodes, over_tls
from marketplace.domain.job import CollectedOutput
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from ssi.hosting.tls import make_certificate
from ssi.http.errors import RefusedByPeerError
from ssi.http.pinning import ClientCertificate
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    issue_organisation_credential,
    organisation_handle,
)
from ssi.status_list import MAX_ENTRIES, PublishedStatusList, StatusList, StatusReference, sign_status_list
from ssi.trust import TrustRegistry, sign_registry
from ssi.trust_parts import Validity, assemble_registry, issuer_part, marketplace_part

MARKET = "did:web:market.example"
UNIVERSITY = IssuerKey("did:web:university.example", "exams", generate_es256())
REGISTRAR = IssuerKey("did:web:registrar.example", "register", generate_es256())
ORGANISATIONS = "urn:argonauta:credential:organisation:1"
PATIENCE_SECONDS = 300
START_SECONDS = 300
LOOK_SECONDS = 0.5
YEAR = timedelta(days=365)
SHOW_AGAIN_SECONDS = 60
LOG = LogState(1, leaf_hash(b"an entry"))


class JobFailedError(Exception):
    """A node ended the job without an output."""


@dataclass
class Town:
    """Folders, keys and the registry; nodes run within `served`."""

    folder: Path
    lists: str
    ports: dict[str, int] = field(default_factory=dict)
    market_key: SigningKey = field(default_factory=generate_ed25519)
    buyer: BuyerKeys = field(default_factory=BuyerKeys.create)
    registry: TrustRegistry = field(init=False)

    def __post_init__(self) -> None:
        """Let everybody make keys, and the authority sign who they are."""
        (self.folder / "market").mkdir()
        (self.folder / "authority").mkdir()
        certificate = make_certificate(self.folder / "market", "market", now=NOW)
        authority = generate_ed25519()
        parts: list[bytes] = [
            canonical_json(part)
            for part in (
                self._issuer(UNIVERSITY, "University", DATA_SET.credential_type, "students/"),
                self._issuer(REGISTRAR, "Register", ORGANISATIONS, "organisations/"),
                marketplace_part(
                    MARKET,
                    "Market",
                    url="http://127.0.0.1:1",
                    verifying_key=self.market_key.public,
                    tls_certificate=certificate.pem,
                ),
            )
        ]
        parts += [self._init(node) for node in NODES]
        self.registry = assemble_registry(
            [(f"part {place}", part) for place, part in enumerate(parts)],
            authority=authority.public,
            validity=Validity(NOW - timedelta(days=1), NOW + timedelta(days=1)),
        )
        self.token = sign_registry(self.registry, authority)
        self.authority = authority.public
        (self.folder / "registry.jwt").write_text(self.token, encoding="ascii")
        jwk = canonical_json(dict(authority.public.to_jwk()))
        (self.folder / "authority" / "authority.jwk").write_bytes(jwk)

    def fill(self, people: int) -> None:
        """Let all three nodes hold the contributions of so many people."""
        command = [sys.executable, "-m", "examples.bench.scale_node"]
        students = f"{self.lists}students/"
        filling = [
            subprocess.Popen(
                [*command, str(role), str(self.folder), str(people), students], stdout=subprocess.DEVNULL
            )
            for role in ROLES
        ]
        for each in filling:
            if each.wait():
                raise subprocess.CalledProcessError(each.returncode, each.args)

    @contextmanager
    def served(self, *options: str) -> Iterator[list[int]]:
        """All three nodes, served: the ids of the processes that work."""
        started = [self._serve(node, options) for node in NODES]
        try:
            yield [_worker_of(process) for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()

    def nodes(self) -> HttpNodes:
        """The marketplace's way to the nodes."""
        home = self.folder / "market"
        certificate = ClientCertificate(home / "tls.pem", home / "tls.key")
        return HttpNodes(lambda: self.registry, over_tls(certificate), clock=lambda: datetime.now(UTC))

    def run(self, people: int, job_id: str) -> OpenedResult:
        """A job over the first so many people, from the manifest to the opened answer.

        Raises:
            JobFailedError: a node ended it without an output.
        """
        manifest, pieces = put_on_roll(self._manifest(people, job_id))
        token, nodes = sign_manifest(manifest, self.market_key), self.nodes()
        try:
            self._show_log(nodes)
            for node in NODES:
                nodes.start(node, token, pieces)
            del pieces
            self._wait(nodes, job_id)
            collected = [nodes.collect(node, job_id, role=role) for role, node in enumerate(NODES)]
        finally:
            nodes.close()
        document = self._document(manifest, people, collected)
        sealed = read_result(document, self.authority, now=datetime.now(UTC).replace(microsecond=0))
        return open_result(sealed, self.buyer, Placed(manifest.order_id, QUERY))

    def _document(self, manifest: Manifest, people: int, outputs: Sequence[CollectedOutput]) -> Json:
        rows = [{"school_type": school(index)} for index in range(people)]
        return {
            "order_id": manifest.order_id,
            "job_id": manifest.job_id,
            "attempt": 1,
            "query": QUERY.to_json(),
            "nodes": list(NODES),
            "manifest_digest": manifest.digest,
            "computation": compile_query(QUERY, DATA_SET, rows).to_json(),
            "outputs": [
                {
                    "role": each.output.role,
                    "node_id": each.output.node_id,
                    "statement": each.output.statement,
                    "held_statement": each.output.held_statement,
                    "envelope": b64url_encode(each.output.envelope),
                }
                for each in outputs
            ],
            "registry": self.token,
        }

    def _manifest(self, people: int, job_id: str) -> Manifest:
        handle = organisation_handle(sha256(b"bench"), organisation="institute")
        now = datetime.now(UTC).replace(microsecond=0)
        key = self.buyer.credential_key
        credential = issue_organisation_credential(
            Organisation("Institute", "research_institute", "AT"),
            Subject(handle, key.public),
            issuer=REGISTRAR,
            terms=Terms(StatusReference(f"{self.lists}organisations/0", 7), NOW - YEAR, NOW + YEAR),
        )
        results = tuple(each.public.to_bytes() for each in self.buyer.result_keys)
        mandate = Mandate(handle, MARKET, results, now - timedelta(hours=1), now + timedelta(days=1))
        receipt = EscrowReceipt(f"order {job_id}", QUERY.digest, people * CENTS, CENTS, now)
        return Manifest(
            job_id=job_id,
            attempt=1,
            order_id=f"order {job_id}",
            query=QUERY,
            buyer_presentation=credential,
            mandate=sign_mandate(mandate, key),
            escrow_receipt=sign_escrow_receipt(receipt, self.market_key),
            nodes=NODES,
            contributions={each: digest(index, "inputs") for index, each in enumerate(names(people))},
            compensation_cents=CENTS,
            issued_at=now - timedelta(minutes=1),
            expires_at=now + timedelta(hours=2),
            log=LOG,
        )

    def _show_log(self, nodes: HttpNodes) -> None:
        """Have the nodes cosign the log, as the marketplace does once a minute."""
        note = sign_checkpoint(Checkpoint(MARKET, *LOG), self.market_key)
        for node in NODES:
            try:
                nodes.cosign(node, AddCheckpoint(0, (), note).to_bytes())
            except RefusedByPeerError:  # it knows the log already
                nodes.cosign(node, AddCheckpoint(LOG.size, (), note).to_bytes())

    def _wait(self, nodes: HttpNodes, job_id: str) -> None:
        shown = time.monotonic()
        while True:
            found = [nodes.status(node, job_id) for node in NODES]
            if any(each.state == "FAILED" for each in found):
                raise JobFailedError(f"the job failed: {[each.reason for each in found]}")
            if all(each.state == "DONE" for each in found):
                return
            if time.monotonic() > shown + SHOW_AGAIN_SECONDS:
                self._show_log(nodes)
                shown = time.monotonic()
            time.sleep(LOOK_SECONDS)  # the nodes are computing; like the marketplace, this can only ask

    def _issuer(self, issuer: IssuerKey, title: str, credential_type: str, lists: str) -> dict[str, Json]:
        return issuer_part(
            issuer.issuer_id,
            title,
            keys={issuer.kid: issuer.key.public},
            credential_types=[credential_type],
            status_uri_prefix=f"{self.lists}{lists}",
        )

    def _init(self, node: str) -> bytes:
        self.ports[node] = free_port()
        url = f"https://127.0.0.1:{self.ports[node]}"
        peers = f"127.0.0.1:{free_port()}"
        self.ports[f"{node} for peers"] = int(peers.rpartition(":")[2])
        home = self.folder / node
        run_command(
            "mpc-node", "init", "--dir", home, "--id", node, "--operator", "Operator", "--url", url,
            "--peer-address", peers,
        )  # fmt: skip
        return (home / "public.json").read_bytes()

    def _serve(self, node: str, options: Sequence[str]) -> "subprocess.Popen[bytes]":
        peers = str(self.ports[f"{node} for peers"])
        command = [
            str(console_script("mpc-node")), "serve", "--dir", str(self.folder / node),
            "--port", str(self.ports[node]), "--peer-port", peers, "--peer-timeout", str(PATIENCE_SECONDS),
            "--registry", str(self.folder / "registry.jwt"),
            "--authority", str(self.folder / "authority" / "authority.jwk"), *options,
        ]  # fmt: skip
        with (self.folder / node / "process.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def wait_until_well(self) -> None:
        """Wait until every node answers."""
        nodes, deadline = self.nodes(), time.monotonic() + START_SECONDS
        while not all(nodes.is_well(node) for node in NODES):
            if time.monotonic() > deadline:
                raise JobFailedError("the nodes do not answer; their logs are in the town's folder")
            time.sleep(LOOK_SECONDS)  # the processes are booting; there is no event to wait for
        nodes.close()


@contextmanager
def status_lists() -> Iterator[str]:
    """The issuers' status lists, served on this machine: their address up to the name."""

    class Lists(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer = UNIVERSITY if "/students/" in self.path else REGISTRAR
            now = datetime.now(UTC).replace(microsecond=0)
            uri = f"http://{self.headers['Host']}{self.path}"
            published = PublishedStatusList(
                uri, StatusList.of(MAX_ENTRIES, {}, bits=1), now, now + timedelta(hours=12), 3600
            )
            token = sign_status_list(published, issuer.key, kid=issuer.kid).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/statuslist+jwt")
            self.send_header("Content-Length", str(len(token)))
            self.end_headers()
            self.wfile.write(token)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def _worker_of(process: "subprocess.Popen[bytes]") -> int:
    """The process that works for a server, which starts it: the one that it has for a child."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + START_SECONDS
    while not (found := children.read_text().split()):
        if time.monotonic() > deadline:
            raise JobFailedError("a node did not start")
        time.sleep(LOOK_SECONDS)  # the server is booting; the system tells nobody when it starts its worker
    return int(found[0])
