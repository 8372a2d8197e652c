"""How the marketplace talks to the computation nodes: HTTPS with mutual TLS, both sides pinned.

A node is found by its id in the trust registry, which names its address and its one certificate; the
marketplace shows the certificate that the registry names for it. Documents that come back are read strictly:
a node belongs to somebody else.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from consent.job import MOST_PIECES
from consent.roll import digest_of_piece
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.job import CollectedOutput, NodeJobStatus, NodeOutput
from marketplace.domain.pace import LEAST_RATE, MOST_RATE, MOST_ROUND_SECONDS, NodePace
from marketplace.services.ports import Clock
from ssi.errors import CredentialError
from ssi.http.client import Body, Client, Limits
from ssi.http.errors import GarbledAnswerError, PeerError
from ssi.http.pinning import ClientCertificate
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry

T = TypeVar("T")

MAX_ID = 200
MAX_REASON = 500
MAX_TOKEN = 100_000
MOST_CONTRIBUTIONS = 100_000
MOST_WITHDRAWALS = 100
_BATCH = Limits(connect_seconds=3.0, read_seconds=120.0, total_seconds=180.0)
_WORK = Limits(connect_seconds=2.0, read_seconds=10.0, total_seconds=20.0)
_GLANCE = Limits(connect_seconds=1.0, read_seconds=2.0, total_seconds=3.0)


Connect = Callable[[NodeEntry, Limits], Client]
"""Makes a client to the node of a registry entry."""


def over_tls(certificate: ClientCertificate) -> Connect:
    """Connections that accept exactly the node's certificate and show this one."""

    def connect(node: NodeEntry, limits: Limits) -> Client:
        return Client(node.url, pinned_pem=node.tls_certificate, certificate=certificate, limits=limits)

    return connect


class HttpNodes:
    """The `Nodes` port over HTTP; safe to share between threads."""

    def __init__(self, registry: Callable[[], TrustRegistry], connect: Connect, *, clock: Clock) -> None:
        self._registry = registry
        self._connect = connect
        self._clock = clock
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, Limits], Client] = {}

    def contribute(self, node_id: str, contributions: Sequence[Json]) -> Mapping[str, str | None]:
        """Hand over contributions; for each consent None if it was accepted, or the reason it was refused."""
        answer = self._client(node_id, _BATCH).post_json(
            "/v1/contributions", {"contributions": list(contributions)}, repeatable=True
        )
        return _read(node_id, answer, _verdicts)

    def start(self, node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        """Hand over a manifest, after those pieces of its roll that the node lacks.

        A delivery that broke off goes on where it was: what has arrived is not sent again.
        """
        named = {digest_of_piece(piece): piece for piece in pieces}
        for digest in self._missing(node_id, list(named)) if named else ():
            body = Body(named[digest], "application/octet-stream")
            self._client(node_id, _BATCH).send("PUT", f"/v1/pieces/{digest}", body=body, repeatable=True)
        # A node reads the whole roll before it answers.
        self._client(node_id, _BATCH if named else _WORK).post_json(
            "/v1/jobs", {"manifest": manifest}, repeatable=True
        )

    def _missing(self, node_id: str, digests: Sequence[str]) -> tuple[str, ...]:
        answer = self._client(node_id).post_json(
            "/v1/pieces/missing", {"pieces": list(digests)}, repeatable=True
        )
        missing = _read(node_id, answer, lambda fields: fields.texts("missing", most=MOST_PIECES))
        return tuple(digest for digest in digests if digest in missing)

    def status(self, node_id: str, job_id: str) -> NodeJobStatus:
        """Ask how far a job is."""
        return _read(node_id, self._client(node_id).get_json(f"/v1/jobs/{job_id}"), _status)

    def collect(self, node_id: str, job_id: str, *, role: int) -> CollectedOutput:
        """Fetch the output of a finished job."""
        client = self._client(node_id)
        output = client.get_json(f"/v1/jobs/{job_id}/output")
        status = client.get_json(f"/v1/jobs/{job_id}")
        refusals = _read(node_id, status, _refusals)
        return _read(node_id, output, lambda fields: _output(fields, role, node_id, refusals))

    def withdraw(self, node_id: str, withdrawal: str) -> str:
        """Relay a withdrawal; the signed deletion receipt."""
        answer = self._client(node_id).post_json(
            "/v1/withdrawals", {"withdrawal": withdrawal}, repeatable=True
        )
        return _read(node_id, answer, lambda fields: fields.text("deletion_receipt", max_length=MAX_TOKEN))

    def pause(self, node_id: str, statement: str) -> None:
        """Relay what a person said about pausing."""
        answer = self._client(node_id).post_json("/v1/pauses", {"pause": statement}, repeatable=True)
        _read(node_id, answer, lambda fields: fields.boolean("paused"))

    def awaited_withdrawals(self, node_id: str) -> Mapping[str, str]:
        """The withdrawals, by consent, that a node took and was not shown in the log yet; unchecked."""
        return _read(node_id, self._client(node_id).get_json("/v1/log/withdrawals"), _awaited)

    def show_withdrawals(self, node_id: str, shown: Sequence[Json]) -> int:
        """Show a node where withdrawals stand in the log; of how many it now believes it."""
        document: Json = {"withdrawals": list(shown)}
        answer = self._client(node_id).post_json("/v1/log/withdrawals", document, repeatable=True)
        return _read(node_id, answer, _believed)

    def cosign(self, node_id: str, request: bytes) -> str:
        """Ask a node to cosign a state of the log; the line it answers, unchecked."""
        body = Body(request, "text/plain")
        answer = self._client(node_id).send("POST", "/v1/log/add-checkpoint", body=body, repeatable=True)
        try:
            return answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise GarbledAnswerError(f"{node_id}: expected a cosignature") from error

    def is_well(self, node_id: str) -> bool:
        """Whether a node answers its health check; never raises."""
        try:
            self._client(node_id, _GLANCE).get_json("/health")
        except PeerError:
            return False
        return True

    def pace(self, node_id: str) -> NodePace | None:
        """What a node measured lately; None if it has nothing, does not say or cannot be reached."""
        try:
            return _read(node_id, self._client(node_id, _GLANCE).get_json("/v1/pace"), read_pace)
        except PeerError:
            return None

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _client(self, node_id: str, limits: Limits = _WORK) -> Client:
        try:
            entry = self._registry().node(node_id, now=self._clock())
        except CredentialError as error:
            raise PeerError(f"node {node_id} cannot be asked: {error}") from error
        # Address and certificate are part of the key: a node that moved gets a fresh connection.
        address = (entry.url, entry.tls_certificate, limits)
        with self._lock:
            if address not in self._clients:
                self._clients[address] = self._connect(entry, limits)
            return self._clients[address]


def _read(node_id: str, answer: Json, reader: Callable[[Fields], T]) -> T:
    try:
        return reader(Fields.of(answer, "answer"))
    except MalformedError as error:
        raise GarbledAnswerError(f"{node_id}: {error}") from error


def _verdicts(fields: Fields) -> dict[str, str | None]:
    verdicts: dict[str, str | None] = {}
    for each in fields.objects("results", most=MOST_CONTRIBUTIONS):
        reason = each.text("reason", max_length=MAX_REASON) if each.has("reason") else None
        accepted = each.boolean("accepted")
        verdicts[each.text("consent_id", max_length=MAX_ID)] = None if accepted else reason or "refused"
    return verdicts


def _awaited(fields: Fields) -> dict[str, str]:
    return {
        each.text("consent_id", max_length=MAX_ID): each.text("withdrawal", max_length=MAX_TOKEN)
        for each in fields.objects("withdrawals", most=MOST_WITHDRAWALS)
    }


def _believed(fields: Fields) -> int:
    return sum(each.boolean("shown") for each in fields.objects("results", most=MOST_WITHDRAWALS))


def _status(fields: Fields) -> NodeJobStatus:
    return NodeJobStatus(
        state=fields.text("state", max_length=40),
        attempt=fields.integer("attempt", least=1, most=1000),
        reason=fields.text("reason", max_length=MAX_REASON) if fields.has("reason") else None,
        culprits=fields.texts("culprits", most=3) if fields.has("culprits") else (),
    )


def read_pace(fields: Fields) -> NodePace | None:
    """What a node says of the pace of its computations.

    Raises:
        MalformedError: it is not of its form, or no pace that could be.
    """
    if not fields.has("pace"):
        return None
    pace = fields.section("pace")
    seconds = pace.number("round_seconds", most=MOST_ROUND_SECONDS)
    rate = pace.number("bytes_per_second", most=MOST_RATE) if pace.has("bytes_per_second") else None
    if seconds <= 0 or (rate is not None and rate < LEAST_RATE):
        raise MalformedError("answer.pace: expected numbers above zero")
    return NodePace(seconds, rate, pace.moment("measured_at"))


def _refusals(fields: Fields) -> dict[str, str]:
    named = fields.any("refusals") if fields.has("refusals") else {}
    if not isinstance(named, dict) or not all(isinstance(each, str) for each in named.values()):
        raise MalformedError("answer.refusals: expected consents with reasons")
    return {consent_id: str(reason)[:MAX_REASON] for consent_id, reason in named.items()}


def _output(fields: Fields, role: int, node_id: str, refusals: Mapping[str, str]) -> CollectedOutput:
    output = NodeOutput(
        role=role,
        node_id=node_id,
        statement=fields.text("statement", max_length=MAX_TOKEN),
        held_statement=fields.text("held_statement", max_length=MAX_TOKEN),
        envelope=fields.binary("envelope"),
    )
    if fields.has("people"):
        return CollectedOutput(output, (), {}, _object(fields, "people"))
    return CollectedOutput(output, fields.texts("admitted", most=MOST_CONTRIBUTIONS), refusals)


def _object(fields: Fields, name: str) -> Mapping[str, Json]:
    found = fields.any(name)
    if not isinstance(found, dict):
        raise MalformedError(f"{fields.where}.{name}: expected an object")
    return found
