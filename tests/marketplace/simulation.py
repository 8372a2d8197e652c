"""Three nodes that know the answer and sign it properly, unless a test makes them fail or lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from consent.computation import Computation, compile
from consent.job import Manifest, admitted_root, binding, result_context, verify_manifest
from consent.joining import asked_about, consents_of
from consent.logged_withdrawal import LoggedWithdrawal
from consent.order import verify_mandate
from consent.receipt import DeletionReceipt, sign_deletion_receipt
from consent.record import unverified_consent_id
from consent.statement import OutputStatement, SummandStatement, sign_output, sign_summand
from crypto import goldilocks
from crypto.encoding import Json, b64url_encode, sha256
from crypto.mpc.output import Output, Summand, encode_output
from crypto.randomness import stream
from crypto.reading import Fields
from crypto.sealing import SealingPublicKey, seal
from marketplace.domain.job import CollectedOutput, NodeJobStatus, NodeOutput
from ssi.dataset import data_set
from ssi.http.errors import RefusedByPeerError, UnreachablePeerError
from ssi.http.problem import Problem
from ssi.joined import joined_by_ref, side_by_side
from tests.marketplace.fakes import HandClock
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, BUYER_KEY
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, node_keys
from tests.marketplace.mpc_node.people import Person
from tests.marketplace.witnesses import Witness

PUBLIC = ("school_type", "health/1#age_band")
Tamper = Callable[[int, OutputStatement, Output], tuple[OutputStatement, Output]]
"""What a role does to its statement and its output before it signs and seals them."""


def honest(role: int, statement: OutputStatement, output: Output) -> tuple[OutputStatement, Output]:
    return statement, output


@dataclass
class SimulatedNodes:
    """The `Nodes` port over three nodes in memory, which hold the people's values in the clear."""

    clock: HandClock
    people: dict[str, Person] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    leave_out: dict[str, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    says: dict[str, NodeJobStatus] = field(default_factory=dict)
    refuse_job: dict[str, Problem] = field(default_factory=dict)
    tamper: Tamper = honest
    held_tamper: Callable[[int, str], str] = lambda role, token: token
    names: Callable[[int, tuple[str, ...]], tuple[str, ...]] = lambda role, people: people
    received: dict[str, list[str]] = field(default_factory=dict)
    jobs: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    starts: list[tuple[str, int]] = field(default_factory=list)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)
    paused: dict[str, list[str]] = field(default_factory=dict)
    refuse_pause: dict[str, int] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    awaited: dict[str, dict[str, str]] = field(default_factory=dict)
    cosign_as: Callable[[str, str], str] = lambda node_id, line: line

    def contribute(self, node_id: str, contributions: Sequence[Json]) -> Mapping[str, str | None]:
        self._answer(node_id)
        verdicts: dict[str, str | None] = {}
        for document in contributions:
            assert isinstance(document, dict)
            assert set(document) == {"consent", "presentation", "commitments", "bundle_digests", "bundle"}
            consent_id = unverified_consent_id(str(document["consent"]))
            self.received.setdefault(node_id, []).append(consent_id)
            verdicts[consent_id] = self.refuse.get(consent_id)
        return verdicts

    def start(self, node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        self._answer(node_id)
        if node_id in self.refuse_job:
            problem = self.refuse_job[node_id]
            raise RefusedByPeerError(node_id, problem.status, problem)
        read, _ = verify_manifest(manifest, MARKET_KEY.public, now=self.clock.now)
        self.jobs[node_id, read.job_id] = read
        self.starts.append((node_id, read.attempt))

    def status(self, node_id: str, job_id: str) -> NodeJobStatus:
        self._answer(node_id)
        if (node_id, job_id) not in self.jobs:
            raise RefusedByPeerError(node_id, 404, None)
        manifest = self.jobs[node_id, job_id]
        said = self.says.get(node_id, NodeJobStatus("DONE", manifest.attempt))
        if said.state == "DONE" and len(self._admitted(manifest)) < manifest.query.floor:
            said = NodeJobStatus("FAILED", manifest.attempt, "crowd_too_small")
        return replace(said, attempt=manifest.attempt)

    def collect(self, node_id: str, job_id: str, *, role: int) -> CollectedOutput:
        self._answer(node_id)
        manifest = self.jobs[node_id, job_id]
        admitted = self._admitted(manifest)
        output = self._output(manifest, admitted, role)
        refusals = {
            row: self.leave_out[each]
            for row in manifest.rows
            for each in consents_of(row)
            if each in self.leave_out
        }
        return CollectedOutput(output, self.names(role, admitted), refusals)

    def withdraw(self, node_id: str, withdrawal: str) -> str:
        self._answer(node_id)
        consent_id = unverified_consent_id(withdrawal)
        self.withdrawn.setdefault(node_id, []).append(consent_id)
        receipt = DeletionReceipt(node_id, consent_id, self.clock.now)
        return sign_deletion_receipt(receipt, node_keys(node_id).signing)

    def pause(self, node_id: str, statement: str) -> None:
        self._answer(node_id)
        if node_id in self.refuse_pause:
            raise RefusedByPeerError(node_id, self.refuse_pause[node_id], None)
        self.paused.setdefault(node_id, []).append(statement)

    def awaited_withdrawals(self, node_id: str) -> Mapping[str, str]:
        self._answer(node_id)
        return self.awaited.get(node_id, {})

    def show_withdrawals(self, node_id: str, shown: Sequence[Json]) -> int:
        self._answer(node_id)
        for document in shown:
            read = LoggedWithdrawal.from_fields(Fields.of(document, "shown"))
            state = read.verify(MARKET, MARKET_KEY.public)
            last = self.witness(node_id).store.last(MARKET)
            assert last is not None
            assert (last.size, last.root) == (state.size, state.root)
            self.awaited.get(node_id, {}).pop(read.consent_id())
        return len(shown)

    def cosign(self, node_id: str, request: bytes) -> str:
        self._answer(node_id)
        return self.cosign_as(node_id, self.witness(node_id)(request))

    def witness(self, node_id: str) -> Witness:
        """The node as a witness of the log."""
        return self.witnesses.setdefault(node_id, Witness(node_id, self.clock))

    def is_well(self, node_id: str) -> bool:
        return node_id not in self.down

    def _admitted(self, manifest: Manifest) -> tuple[str, ...]:
        return tuple(
            sorted(row for row in manifest.rows if self.leave_out.keys().isdisjoint(consents_of(row)))
        )

    def _answer(self, node_id: str) -> None:
        if node_id in self.down:
            raise UnreachablePeerError(f"{node_id} does not answer")

    def _output(self, manifest: Manifest, admitted: tuple[str, ...], role: int) -> NodeOutput:
        computation = compile(
            manifest.query, asked_about(manifest.query), [self._public(each) for each in admitted]
        )
        root = admitted_root(admitted)
        run = binding(manifest.job_id, manifest.attempt, manifest_digest=manifest.digest, admitted_root=root)
        summands = self._summands(manifest, computation, admitted)
        output = Output(summands[role], summands[(role + 1) % 3])
        own, held = (b64url_encode(each.digest(run)) for each in output)
        statement = OutputStatement(
            job_id=manifest.job_id,
            attempt=manifest.attempt,
            role=role,
            query_digest=manifest.query.digest,
            admitted_root=root,
            admitted=len(admitted),
            cells_digest=computation.digest,
            own_digest=own,
            held_digest=held,
            envelope_digest="",
            released_at=self.clock.now,
        )
        statement, output = self.tamper(role, statement, output)
        envelope = self._sealed(manifest, role, output)
        statement = replace(
            statement, envelope_digest=statement.envelope_digest or b64url_encode(sha256(envelope))
        )
        following = (role + 1) % 3
        held_statement = sign_summand(
            SummandStatement(manifest.job_id, manifest.attempt, following, b64url_encode(run), held),
            node_keys(manifest.nodes[following]).signing,
        )
        return NodeOutput(
            role=role,
            node_id=manifest.nodes[role],
            statement=sign_output(statement, node_keys(manifest.nodes[role]).signing),
            held_statement=self.held_tamper(role, held_statement),
            envelope=envelope,
        )

    def _sealed(self, manifest: Manifest, role: int, output: Output) -> bytes:
        mandate = verify_mandate(
            manifest.mandate, BUYER_KEY.public, buyer=BUYER_HANDLE, marketplace=MARKET, now=self.clock.now
        )
        return seal(
            encode_output(output.own, output.held),
            SealingPublicKey.from_bytes(mandate.result_keys[role]),
            context=result_context(manifest.job_id, manifest.attempt, role),
        )

    def _summands(
        self, manifest: Manifest, computation: Computation, admitted: tuple[str, ...]
    ) -> tuple[Summand, ...]:
        random = stream(manifest.job_id.encode(), f"summands {manifest.attempt}")
        totals = goldilocks.from_integers(self.totals(computation, admitted))
        first, second = (
            goldilocks.from_words(np.frombuffer(random(8 * len(totals)), dtype=np.uint64)) for _ in range(2)
        )
        parts = (first, second, goldilocks.subtract(goldilocks.subtract(totals, first), second))
        return tuple(Summand(role, part, random(32)) for role, part in enumerate(parts))

    def totals(self, computation: Computation, admitted: tuple[str, ...]) -> list[int]:
        """The cells in the clear."""
        first, _, second = computation.data_set.partition("+")
        described = joined_by_ref(first, second) if second else data_set(first)
        encoded = [described.encode(self._values(each)) for each in admitted]
        masks = computation.row_masks([self._public(each) for each in admitted])
        totals = []
        for cell in computation.cells:
            mask = masks[cell.group]
            rows = [row for place, row in enumerate(encoded) if mask is None or mask[place]]
            totals.append(
                sum(row[cell.left] * (1 if cell.right is None else row[cell.right]) for row in rows)
            )
        return totals

    def _public(self, row: str) -> dict[str, str | None]:
        values = self._values(row)
        return {name: str(values[name]) for name in PUBLIC if name in values}

    def _values(self, row: str) -> dict[str, Any]:
        first, *others = (self.people[each] for each in consents_of(row))
        values = dict(first.values)
        for other in others:
            values = side_by_side(values, other.values, "health/1")
        return values
