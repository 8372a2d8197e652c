"""What can be asked of a node over HTTP? Parse, call one use case, answer.

The marketplace and the peers are recognised by the TLS certificate that the trust registry lists for them;
a withdrawal or a pause by the signature in it. Errors are problem documents (RFC 9457), from one table.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from consent.job import MOST_PIECES
from consent.pause import MAX_STATEMENT
from consent.signed import DIGEST_CHARACTERS
from consent.vocabulary import Engine
from consent.witnessing import MAX_REQUEST, SIZE_TYPE
from crypto.encoding import b64url_encode, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.mpc_node.aggregation.ingest import IngestEncrypted
from marketplace.mpc_node.contribution_check import ThisNode
from marketplace.mpc_node.errors import (
    BusyError,
    GrowthRefusedError,
    ManifestRefusedError,
    MessageRefusedError,
    NoOutputError,
    NotAllowedError,
    NotShownError,
    OtherSizeError,
    PauseOvertakenError,
    PauseRefusedError,
    PieceRefusedError,
    ReplayedError,
    UnknownContributionError,
    UnknownJobError,
    UnknownLogError,
    UnsignedCheckpointError,
    WithdrawalRefusedError,
)
from marketplace.mpc_node.ingest import IngestContributions, Verdict
from marketplace.mpc_node.job_check import check_job
from marketplace.mpc_node.log_watch import LogWatch
from marketplace.mpc_node.meter import ACCEPTED
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.pausing import PauseContribution
from marketplace.mpc_node.runner import Runner
from marketplace.mpc_node.show_withdrawals import MAX_REQUEST as MAX_SHOWN
from marketplace.mpc_node.show_withdrawals import MOST_AT_ONCE, ShowWithdrawals
from marketplace.mpc_node.state import AttemptStatus
from marketplace.mpc_node.status import StatusCheck
from marketplace.mpc_node.storage.pieces import MAX_PIECE
from marketplace.mpc_node.withdrawal import MAX_TOKEN as MAX_WITHDRAWAL
from marketplace.mpc_node.withdrawal import Held, WithdrawContribution
from marketplace.mpc_node.witness import WitnessCheckpoint
from ssi.errors import RegistryError, UnknownNodeError
from ssi.http.problems import register

PeerFingerprint = Callable[[Mapping[str, Any]], str | None]
"""Finds the fingerprint of the client's TLS certificate in the environment of a request."""

MOST_CONTRIBUTIONS = 1000
MAX_TOKEN = 16_000_000

STATUSES: dict[type[Exception], HTTPStatus] = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    UnknownContributionError: HTTPStatus.NOT_FOUND,
    UnknownJobError: HTTPStatus.NOT_FOUND,
    UnknownLogError: HTTPStatus.NOT_FOUND,
    UnsignedCheckpointError: HTTPStatus.FORBIDDEN,
    NoOutputError: HTTPStatus.CONFLICT,
    ReplayedError: HTTPStatus.CONFLICT,
    PauseOvertakenError: HTTPStatus.CONFLICT,
    ManifestRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MessageRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    WithdrawalRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PauseRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PieceRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    GrowthRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownNodeError: HTTPStatus.SERVICE_UNAVAILABLE,
}

View = Callable[..., ResponseReturnValue]


def node_api(node: Node, runner: Runner, peer_fingerprint: PeerFingerprint) -> Blueprint:
    """The endpoints of one node under ``/v1``."""
    blueprint = Blueprint("node", __name__, url_prefix="/v1")
    register(blueprint, STATUSES)
    doors = _Doors(node, peer_fingerprint)
    _add_contributions(blueprint, node, doors)
    _add_jobs(blueprint, node, runner, doors)
    _add_pieces(blueprint, node, doors)
    _add_pace(blueprint, node, doors)
    _add_open(blueprint, node, doors)
    _add_log(blueprint, node, doors)
    return blueprint


class _Doors:
    """Who may come in where."""

    def __init__(self, node: Node, peer_fingerprint: PeerFingerprint) -> None:
        self._node = node
        self._peer_fingerprint = peer_fingerprint

    def fingerprint(self) -> str | None:
        """The fingerprint of the certificate that the caller showed."""
        return self._peer_fingerprint(request.environ)

    def for_the_marketplace(self, view: View) -> View:
        """Let only the marketplace of the registry in."""

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            registry = self._node.around.registry()
            # Raises once the registry has run out or lists this node no more: nobody is heard here then.
            registry.node(self._node.node_id, now=self._node.now())
            if self.fingerprint() != registry.marketplace.tls_fingerprint:
                raise NotAllowedError("only the marketplace of the trust registry may ask this")
            return view(*args, **kwargs)

        return guarded

    def sender(self) -> str:
        """The id of the marketplace or node whose certificate the caller showed.

        Raises:
            NotAllowedError: it is neither's.
        """
        registry, fingerprint = self._node.around.registry(), self.fingerprint()
        registry.node(self._node.node_id, now=self._node.now())
        if fingerprint is not None and fingerprint == registry.marketplace.tls_fingerprint:
            return registry.marketplace.id
        try:
            return registry.node_of_certificate(fingerprint or "", now=self._node.now()).id
        except UnknownNodeError as error:
            raise NotAllowedError("only those whom the trust registry names may ask this") from error


def _add_contributions(blueprint: Blueprint, node: Node, doors: _Doors) -> None:
    ingest = IngestContributions(
        ThisNode(node.node_id, node.keys.sealing),
        node.contributions,
        node.papers,
        IngestEncrypted(node.aggregation.records, node.around.random),
        clock=node.now,
        random=node.around.random,
    )

    @blueprint.post("/contributions")
    @doors.for_the_marketplace
    def contributions() -> ResponseReturnValue:
        fields = _body()
        documents = fields.entries("contributions", least=1, most=MOST_CONTRIBUTIONS)
        fields.done()
        verdicts = ingest(documents)
        for verdict in verdicts:
            node.meter.contribution(verdict.reason.value if verdict.reason else ACCEPTED)
        return jsonify(results=[_verdict(each) for each in verdicts])


def _add_jobs(blueprint: Blueprint, node: Node, runner: Runner, doors: _Doors) -> None:
    @blueprint.post("/jobs")
    @doors.for_the_marketplace
    def start_job() -> ResponseReturnValue:
        token = _only("manifest", MAX_TOKEN)
        registry = node.around.registry()
        status = StatusCheck(node.around.fetch_status, registry, clock=node.now)
        try:
            job = check_job(
                token,
                registry,
                node_id=node.node_id,
                status=status,
                now=node.now(),
                find=partial(node.pieces.find, registry.marketplace.id),
            )
            LogWatch(node).admit(job)
        except ManifestRefusedError as error:
            node.meter.manifest_refused(error.reason.value)
            raise
        runner.take(job)
        found = node.jobs.status(job.manifest.job_id)
        answer = {"job_id": found.job_id, "attempt": found.attempt, "state": found.state.value}
        return jsonify(answer), HTTPStatus.ACCEPTED

    @blueprint.get("/jobs/<job_id>")
    @doors.for_the_marketplace
    def job_status(job_id: str) -> ResponseReturnValue:
        return _told(node.jobs.status(job_id))

    @blueprint.get("/jobs/<job_id>/output")
    @doors.for_the_marketplace
    def job_output(job_id: str) -> ResponseReturnValue:
        output = node.jobs.output(job_id)
        return jsonify(
            statement=output.statement,
            held_statement=output.held_statement,
            envelope=b64url_encode(output.envelope),
            **_people("admitted", list(output.admitted), output.people),
        )


def _add_pieces(blueprint: Blueprint, node: Node, doors: _Doors) -> None:
    @blueprint.put("/pieces/<digest>")
    def put_piece(digest: str) -> ResponseReturnValue:
        sender = doors.sender()
        request.max_content_length = MAX_PIECE
        node.pieces.put(sender, digest, request.get_data(cache=False))
        return "", HTTPStatus.NO_CONTENT

    @blueprint.post("/pieces/missing")
    def missing_pieces() -> ResponseReturnValue:
        sender, fields = doors.sender(), _body()
        digests = fields.texts("pieces", most=MOST_PIECES, max_length=DIGEST_CHARACTERS)
        fields.done()
        return jsonify(missing=list(node.pieces.missing(sender, digests)))


def _add_pace(blueprint: Blueprint, node: Node, doors: _Doors) -> None:
    @blueprint.get("/pace")
    @doors.for_the_marketplace
    def pace() -> ResponseReturnValue:
        return jsonify(pace=node.meter.paces.to_json(node.now()))


def _add_open(blueprint: Blueprint, node: Node, doors: _Doors) -> None:
    held = Held(node.contributions, node.notes)
    withdraw = WithdrawContribution(
        held,
        node_id=node.node_id,
        key=node.keys.signing,
        clock=node.now,
    )

    pause = PauseContribution(held, node.pauses, node_id=node.node_id, key=node.keys.signing, clock=node.now)

    @blueprint.post("/peer/messages")
    def peer_message() -> ResponseReturnValue:
        node.mailbox.accept(_only("message", MAX_TOKEN), doors.fingerprint())
        return "", HTTPStatus.NO_CONTENT

    @blueprint.post("/withdrawals")
    def withdrawal() -> ResponseReturnValue:
        receipt = withdraw(_only("withdrawal", MAX_WITHDRAWAL))
        return jsonify(deletion_receipt=receipt, credential=withdraw.as_credential(receipt))

    @blueprint.post("/pauses")
    def pausing() -> ResponseReturnValue:
        heard = pause(_only("pause", MAX_STATEMENT))
        return jsonify(paused=heard.paused, pause_receipt=heard.receipt)


def _add_log(blueprint: Blueprint, node: Node, doors: _Doors) -> None:
    witness = WitnessCheckpoint(
        node.witnessed, node.around.registry, node_id=node.node_id, key=node.keys.signing, clock=node.now
    )

    @blueprint.errorhandler(OtherSizeError)
    def other_size(error: OtherSizeError) -> Response:
        return Response(f"{error.size}\n", HTTPStatus.CONFLICT, content_type=SIZE_TYPE)

    @blueprint.post("/log/add-checkpoint")
    @doors.for_the_marketplace
    def add_checkpoint() -> ResponseReturnValue:
        request.max_content_length = MAX_REQUEST
        return Response(witness(request.get_data(cache=False)), mimetype="text/plain")

    shown = ShowWithdrawals(node)

    @blueprint.get("/log/withdrawals")
    @doors.for_the_marketplace
    def awaited_withdrawals() -> ResponseReturnValue:
        return jsonify(withdrawals=shown.awaited())

    @blueprint.post("/log/withdrawals")
    @doors.for_the_marketplace
    def shown_withdrawals() -> ResponseReturnValue:
        request.max_content_length = MAX_SHOWN
        fields = _body()
        documents = fields.objects("withdrawals", least=1, most=MOST_AT_ONCE)
        fields.done()
        return jsonify(results=[_shown(shown, each) for each in documents])


def _verdict(verdict: Verdict) -> dict[str, object]:
    told: dict[str, object] = {
        "consent_id": verdict.consent_id,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
    }
    # Good for one engine and not for the other: said only where it is so.
    return {**told, "unusable": {Engine.PAILLIER.value: verdict.unusable}} if verdict.unusable else told


def _shown(shown: ShowWithdrawals, document: Fields) -> dict[str, object]:
    try:
        return {"consent_id": shown.take(document), "shown": True}
    except NotShownError as error:
        return {"shown": False, "reason": str(error)}


def _told(status: AttemptStatus) -> Response:
    return jsonify(
        job_id=status.job_id,
        attempt=status.attempt,
        state=status.state.value,
        reason=status.reason,
        culprits=list(status.culprits),
        admitted=status.admitted,
        **_people("refusals", dict(status.refusals), status.people),
    )


def _people(name: str, named: object, outcomes: bytes | None) -> dict[str, object]:
    """What became of people: each by name, or all of a roll in its order."""
    return {name: named} if outcomes is None else {"people": parse_json(outcomes)}


def _only(name: str, max_length: int) -> str:
    fields = _body()
    text = fields.text(name, max_length=max_length)
    fields.done()
    return text


def _body() -> Fields:
    return Fields.parse(request.get_data(), "request")
