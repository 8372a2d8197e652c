"""What do the three nodes say to each other, and what does each make of the answers?

*Admission* and the *word* at the end are signed messages over HTTPS, a few bytes that prove who said what:
each node's position on everybody named, and, once the result is fixed, its signed digest of its summand for
the node that holds the same one, which passes it on to the buyer. The rounds between them belong to the
protocol and go over the nodes' own connections (`channel`), whose hellos say what the sender is about to
compute: nodes that do not agree stop before anything flows.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar
from typing import Protocol as Interface

from consent.job import binding
from consent.statement import AdmissionStatement, SummandStatement, sign_summand, verify_summand
from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import CryptoError, MalformedError
from crypto.mpc.rounds import Envelope, Protocol
from crypto.sharing.replicated import following, preceding
from crypto.signing import SigningKey
from marketplace.mpc_node.agreement import Position, decode_position, encode_position
from marketplace.mpc_node.carry import carry
from marketplace.mpc_node.channel import Call, Care, Channel, Ways
from marketplace.mpc_node.checkpoint import AttemptLog
from marketplace.mpc_node.conversation import Conversation
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.frames import run_digest
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.long_position import Parcel, named_pieces, pack_position, unpack_position
from marketplace.mpc_node.message import Step
from marketplace.mpc_node.meter import Meter
from marketplace.mpc_node.storage.pieces import Pieces

CONNECTING = 1.25
"""How many time-outs long a peer may stay silent on its connection; see `conversation.PATIENCE`."""


class Fixed(Interface):
    """What a run ends with: the digests, bound to the run, of what this role and the next one hold."""

    @property
    def own_digest(self) -> bytes: ...  # noqa: D102 — the class says it
    @property
    def held_digest(self) -> bytes: ...  # noqa: D102


FixedT = TypeVar("FixedT", bound=Fixed)


@dataclass(frozen=True)
class Task(Generic[FixedT]):
    """What one role brings to a run: `protocol(seed, binding)` is the protocol on its inputs."""

    root: str
    cells_digest: str
    protocol: Callable[[bytes, bytes], Protocol[FixedT]] = field(repr=False)
    seed: bytes = field(repr=False)


@dataclass(frozen=True)
class Rounds:
    """The rounds of one attempt, as one role goes through them."""

    conversation: Conversation
    job: CheckedJob
    key: SigningKey = field(repr=False)
    ways: Ways
    meter: Meter
    pieces: Pieces

    def positions(self, own: Position) -> tuple[Position, ...]:
        """Exchange positions with both peers; all three, by role.

        Raises:
            AttemptFailedError: the conversation broke off, or a peer's position is none (it is the culprit).
        """
        peers = self.conversation.party.peers
        parcel = self._packed(own)
        self.conversation.tell(Step.ADMISSION, dict.fromkeys(peers, parcel.body), pieces=parcel.pieces)
        del parcel
        heard = self.conversation.hear(Step.ADMISSION, peers)
        positions = {self.job.role: own}
        for role, body in heard.items():
            with self._blaming(role):
                positions[role] = self._position_of(role, body)
        return tuple(positions[role] for role in sorted(positions))

    def _packed(self, own: Position) -> Parcel:
        manifest = self.job.manifest
        if manifest.roll:
            return pack_position(own, self.key, order=manifest.rows)
        return Parcel(encode_position(own, self.key))

    def _position_of(self, role: int, body: bytes) -> Position:
        manifest, node = self.job.manifest, self.job.nodes[role]
        expected = self._empty_statement(role)
        if not manifest.roll:
            return decode_position(body, node.verifying_key, expected=expected, manifest=manifest.rows)
        named = named_pieces(body)
        try:
            return unpack_position(
                body,
                node.verifying_key,
                expected=expected,
                order=manifest.rows,
                find=partial(self.pieces.find, node.id),
            )
        finally:
            self.pieces.drop(node.id, named)

    def compute(self, task: Task[FixedT], log: AttemptLog) -> tuple[FixedT, str]:
        """Run the protocol; this role's part of the result, and the next role's word about its summand.

        Raises:
            AttemptFailedError: the conversation or a connection broke off, the nodes do not agree on what is
                computed, or a peer's message is none (it is the culprit).
            ProtocolError: a message contradicts the protocol; its culprits are roles.
            CheckpointError: the log is of another run, or cannot be read or written.
        """
        run = self._binding(task)
        finished = self._carried(task, run, log)
        return finished, self._word(finished, run)

    def _carried(self, task: Task[FixedT], run: bytes, log: AttemptLog) -> FixedT:
        manifest, began = self.job.manifest, time.monotonic()
        call = Call(
            run_digest(manifest.job_id, manifest.attempt, self.job.manifest_digest),
            run,
            b64url_decode(task.cells_digest),
            self.job.role,
            manifest.nodes,
        )
        talk = self.conversation
        care = Care(
            talk.timeout_seconds * CONNECTING, talk.require_unbroken, self.meter.frame_refused, talk.monotonic
        )
        channel = Channel(call, self.ways, care, log.wanted)
        try:
            finished = carry(task.protocol(task.seed, run), Envelope(self.job.role, run), channel, log)
            self.meter.paces.note(channel.times)
            return finished
        finally:
            channel.close()
            self.meter.traffic(channel.traffic, time.monotonic() - began)

    def _word(self, finished: Fixed, run: bytes) -> str:
        own = sign_summand(self._statement(self.job.role, run, finished.own_digest), self.key)
        after = following(self.job.role)
        self.conversation.tell(Step.SUMMAND, {preceding(self.job.role): own.encode()})
        heard = self.conversation.hear(Step.SUMMAND, (after,))
        with self._blaming(after):
            token = _text(heard[after])
            stated = verify_summand(token, self.job.nodes[after].verifying_key)
        if stated != self._statement(after, run, finished.held_digest):
            name = self.job.nodes[after].id
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{name} signed another digest than it sent", culprits=(name,)
            )
        return token

    def _binding(self, task: Task[FixedT]) -> bytes:
        manifest = self.job.manifest
        return binding(
            manifest.job_id,
            manifest.attempt,
            manifest_digest=self.job.manifest_digest,
            admitted_root=task.root,
        )

    def _statement(self, role: int, run: bytes, digest: bytes) -> SummandStatement:
        manifest = self.job.manifest
        return SummandStatement(
            manifest.job_id, manifest.attempt, role, binding=b64url_encode(run), digest=b64url_encode(digest)
        )

    def _empty_statement(self, role: int) -> AdmissionStatement:
        manifest = self.job.manifest
        return AdmissionStatement(
            manifest.job_id, manifest.attempt, role, self.job.manifest_digest, admitted_root="", admitted=0
        )

    @contextmanager
    def _blaming(self, role: int) -> Iterator[None]:
        """Name the sender of what is read inside, should it turn out to be unreadable or unsigned."""
        try:
            yield
        except CryptoError as error:
            name = self.job.nodes[role].id
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{name} sent what is no message: {error}", culprits=(name,)
            ) from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError("expected a token") from error
