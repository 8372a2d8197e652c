"""What do the three nodes say to each other in the three rounds, and what does each make of the answers?

*Admission*: each tells both others its position. *Keying* and *resharing* carry the messages of
`crypto.mpc.statistics`. With the keying message goes what the sender is about to compute (the admitted root
and the digest of the cells), so that nodes that do not agree stop before anything flows. With the resharing
message goes the sender's signed word about its summand, which the receiver passes on to the buyer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from consent.job import binding
from consent.statement import AdmissionStatement, SummandStatement, sign_summand, verify_summand
from crypto.encoding import b64url_encode, canonical_json
from crypto.errors import CryptoError
from crypto.mpc.program import Inputs, Program
from crypto.mpc.statistics import Finished, Keying, Resharing, start
from crypto.reading import Fields
from crypto.sharing.replicated import following
from crypto.signing import SigningKey
from marketplace.mpc_node.agreement import Position, decode_position, encode_position
from marketplace.mpc_node.conversation import Conversation
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.message import Step

_MAX_TOKEN = 10_000
_MAX_DIGEST = 64


@dataclass(frozen=True)
class Task:
    """What one role brings to a run. Inputs, noise and seed stay out of ``repr``."""

    root: str
    cells_digest: str
    program: Program = field(repr=False)
    inputs: Inputs = field(repr=False)
    noise: NDArray[np.int64] = field(repr=False)
    seed: bytes = field(repr=False)


@dataclass(frozen=True)
class Rounds:
    """The rounds of one attempt, as one role goes through them."""

    conversation: Conversation
    job: CheckedJob
    key: SigningKey = field(repr=False)

    def positions(self, own: Position) -> tuple[Position, ...]:
        """Exchange positions with both peers; all three, by role.

        Raises:
            AttemptFailedError: the conversation broke off, or a peer's position is none (it is the culprit).
        """
        peers = self.conversation.party.peers
        self.conversation.tell(Step.ADMISSION, dict.fromkeys(peers, encode_position(own, self.key)))
        heard = self.conversation.hear(Step.ADMISSION, peers)
        positions = {self.job.role: own}
        for role, body in heard.items():
            with self._blaming(role):
                positions[role] = decode_position(
                    body,
                    self.job.nodes[role].verifying_key,
                    expected=self._empty_statement(role),
                    manifest=self.job.manifest.contributions,
                )
        return tuple(positions[role] for role in sorted(positions))

    def compute(self, task: Task) -> tuple[Finished, str]:
        """Run the protocol; this role's part of the result, and the next role's word about its summand.

        Raises:
            AttemptFailedError: the conversation broke off, the nodes do not agree on what is computed, or a
                peer's message is none (it is the culprit).
            ProtocolError: a message contradicts the protocol; its culprits are roles.
        """
        run = self._binding(task)
        keying = start(
            task.program,
            task.inputs,
            role=self.job.role,
            noise=task.noise,
            seed=task.seed,
            binding=run,
        )
        return self._reshare(self._keyed(keying, task), run)

    def _keyed(self, keying: Keying, task: Task) -> Resharing:
        bodies = {role: _keying_body(task, message) for role, message in keying.outbox.items()}
        self.conversation.tell(Step.KEYING, bodies)
        inbox: dict[int, bytes] = {}
        for role, body in self.conversation.hear(Step.KEYING, self.conversation.party.peers).items():
            with self._blaming(role):
                root, cells_digest, inbox[role] = _read_keying_body(body)
            if (root, cells_digest) != (task.root, task.cells_digest):
                name = self.job.nodes[role].id
                raise AttemptFailedError(
                    Failure.DISAGREEMENT, f"{name} is about to compute something else than this node"
                )
        return keying.receive(inbox)

    def _reshare(self, resharing: Resharing, run: bytes) -> tuple[Finished, str]:
        statement = sign_summand(self._statement(self.job.role, run, resharing.own_digest), self.key)
        bodies = {role: _resharing_body(statement, message) for role, message in resharing.outbox.items()}
        self.conversation.tell(Step.RESHARING, bodies)
        after = following(self.job.role)
        heard = self.conversation.hear(Step.RESHARING, (after,))
        with self._blaming(after):
            token, message = _read_resharing_body(heard[after])
            stated = verify_summand(token, self.job.nodes[after].verifying_key)
        finished = resharing.receive({after: message})
        if stated != self._statement(after, run, finished.held_digest):
            name = self.job.nodes[after].id
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{name} signed another digest than it sent", culprits=(name,)
            )
        return finished, token

    def _binding(self, task: Task) -> bytes:
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


def _keying_body(task: Task, message: bytes) -> bytes:
    return canonical_json(
        {"admitted_root": task.root, "cells_digest": task.cells_digest, "message": b64url_encode(message)}
    )


def _read_keying_body(raw: bytes) -> tuple[str, str, bytes]:
    fields = Fields.parse(raw, "keying")
    root = fields.text("admitted_root", max_length=_MAX_DIGEST)
    cells_digest = fields.text("cells_digest", max_length=_MAX_DIGEST)
    message = fields.binary("message")
    fields.done()
    return root, cells_digest, message


def _resharing_body(statement: str, message: bytes) -> bytes:
    return canonical_json({"statement": statement, "message": b64url_encode(message)})


def _read_resharing_body(raw: bytes) -> tuple[str, bytes]:
    fields = Fields.parse(raw, "resharing")
    statement, message = fields.text("statement", max_length=_MAX_TOKEN), fields.binary("message")
    fields.done()
    return statement, message
