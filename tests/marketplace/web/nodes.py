"""Three nodes in one process: real protocol, signatures and envelopes; only the sockets are missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import numpy as np

from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.job import Manifest, admitted_root, binding, result_context, verify_manifest
from consent.joining import asked_about, consents_of
from consent.statement import OutputStatement, SummandStatement, sign_output, sign_summand
from crypto.encoding import Json, b64url_decode, b64url_encode, sha256
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.output import Summand, encode_output
from crypto.mpc.release import Finished
from crypto.sealing import SealingPublicKey, seal
from marketplace.domain.job import CollectedOutput, NodeJobStatus, NodeOutput
from marketplace.mpc_node.computation import protocol_of
from ssi.http.errors import RefusedByPeerError
from ssi.joined import side_by_side
from ssi.jws import parse_jws
from tests.crypto.mpc import trio
from tests.crypto.parties import cut
from tests.marketplace.fakes import HandClock
from tests.marketplace.web.crowd import NAMES, Person
from tests.ssi import parties

ROLES = (0, 1, 2)
Encode = Callable[[Finished], bytes]


def honestly(finished: Finished) -> bytes:
    """What a node seals when it tells the truth."""
    return encode_output(finished.own, finished.held)


def with_another_number(finished: Finished) -> bytes:
    """What a node seals that adds one to the first number of its own summand."""
    own = finished.own
    changed = own.values.copy()
    changed[0] += np.uint64(1)
    return encode_output(Summand(own.role, changed, own.salt), finished.held)


def with_another_copy(finished: Finished) -> bytes:
    """What a node seals that adds one to the first number of the summand it holds for the next one."""
    held = finished.held
    changed = held.values.copy()
    changed[0] += np.uint64(1)
    return encode_output(finished.own, Summand(held.role, changed, held.salt))


@dataclass
class LocalNodes:
    """The marketplace's `Nodes`, which compute a job as soon as all three have its manifest.

    `seals` says what a role seals, `stays` keeps every job in one state, `fails` makes every job fail for a
    reason, `unwell` are nodes that give no sign of life.
    """

    clock: HandClock
    people: Mapping[str, Person]
    seals: dict[int, Encode] = field(default_factory=dict)
    stays: str | None = None
    fails: NodeJobStatus | None = None
    unwell: set[str] = field(default_factory=set)
    manifests: dict[tuple[str, str], str] = field(default_factory=dict)
    outputs: dict[tuple[str, int], tuple[CollectedOutput, ...]] = field(default_factory=dict)

    def contribute(self, node_id: str, contributions: Sequence[Json]) -> Mapping[str, str | None]:
        raise NotImplementedError(node_id)

    def withdraw(self, node_id: str, withdrawal: str) -> str:
        raise NotImplementedError(node_id)

    def pause(self, node_id: str, statement: str) -> None:
        raise NotImplementedError(node_id)

    def awaited_withdrawals(self, node_id: str) -> Mapping[str, str]:
        raise NotImplementedError(node_id)

    def show_withdrawals(self, node_id: str, shown: Sequence[Json]) -> int:
        raise NotImplementedError(node_id)

    def cosign(self, node_id: str, request: bytes) -> str:
        raise NotImplementedError(node_id)

    def is_well(self, node_id: str) -> bool:
        return node_id not in self.unwell

    def start(self, node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        self.manifests[node_id, _job_of(manifest)] = manifest

    def status(self, node_id: str, job_id: str) -> NodeJobStatus:
        manifest = self.manifests.get((node_id, job_id))
        if manifest is None:
            raise RefusedByPeerError(node_id, HTTPStatus.NOT_FOUND, None)
        attempt = int(str(parse_jws(manifest, "manifest").payload["attempt"]))
        if self.fails is not None:
            return NodeJobStatus(self.fails.state, attempt, self.fails.reason, self.fails.culprits)
        return NodeJobStatus(self.stays or "DONE", attempt)

    def collect(self, node_id: str, job_id: str, *, role: int) -> CollectedOutput:
        token = self.manifests[node_id, job_id]
        manifest, _ = verify_manifest(token, parties.ed25519("market").public, now=self.clock.now)
        run = (job_id, manifest.attempt)
        if run not in self.outputs:
            self.outputs[run] = compute(manifest, self.people, self.clock, self.seals)
        return self.outputs[run][role]


def compute(
    manifest: Manifest, people: Mapping[str, Person], clock: HandClock, seals: Mapping[int, Encode]
) -> tuple[CollectedOutput, ...]:
    """Run a job at all three roles and return what each would hand out."""
    crowd = [tuple(people[each] for each in consents_of(row)) for row in sorted(manifest.rows)]
    rows = [_public(records) for records in crowd]
    computation = compile_query(manifest.query, asked_about(manifest.query), rows)
    root = admitted_root(manifest.rows)
    bound = binding(manifest.job_id, manifest.attempt, manifest_digest=manifest.digest, admitted_root=root)
    described = asked_about(manifest.query)
    encoded = [described.encode(_values(records)) for records in crowd]
    finished = _play(computation, rows, encoded, bound)
    signed = [_word_about(manifest, state, bound) for state in finished]
    outputs = []
    for role, state in enumerate(finished):
        envelope = seal(
            seals.get(role, honestly)(state),
            _result_key(manifest, role),
            context=result_context(manifest.job_id, manifest.attempt, role),
        )
        statement = OutputStatement(
            job_id=manifest.job_id,
            attempt=manifest.attempt,
            role=role,
            query_digest=manifest.query.digest,
            admitted_root=root,
            admitted=len(crowd),
            cells_digest=computation.digest,
            own_digest=b64url_encode(state.own_digest),
            held_digest=b64url_encode(state.held_digest),
            envelope_digest=b64url_encode(sha256(envelope)),
            released_at=clock.now,
        )
        output = NodeOutput(
            role,
            NAMES[role],
            sign_output(statement, parties.ed25519(NAMES[role])),
            signed[(role + 1) % 3],
            envelope,
        )
        outputs.append(CollectedOutput(output, manifest.rows))
    return tuple(outputs)


def _values(records: Sequence[Person]) -> Mapping[str, object]:
    first, *others = records
    values = dict(first.values)
    for other in others:
        values = side_by_side(values, other.values, other.ref)
    return values


def _public(records: Sequence[Person]) -> Mapping[str, str | None]:
    first, *others = records
    public = dict(first.public)
    for other in others:
        public = side_by_side(public, other.public, other.ref)
    return public


def _play(
    computation: Computation,
    rows: Sequence[Mapping[str, str | None]],
    encoded: Sequence[Sequence[int]],
    bound: bytes,
) -> list[Finished]:
    components = cut(encoded, b"\x07" * 32)
    columns = tuple(range(components[0].shape[0]))
    protocols = [
        protocol_of(
            computation,
            rows,
            Holdings(Table(columns, Shares(components[role], components[(role + 1) % 3]))),
            role=role,
            seed=bytes([role + 1]) * 32,
            binding=bound,
            noise_seed=sha256(computation.digest.encode(), bytes([role])),
            noise_binding=sha256(computation.digest.encode()),
        )
        for role in ROLES
    ]
    return trio.play(protocols, binding=bound).results


def _word_about(manifest: Manifest, state: Finished, bound: bytes) -> str:
    """What a role signs about its own summand, for the one that holds a copy."""
    role = state.own.role
    statement = SummandStatement(
        manifest.job_id,
        manifest.attempt,
        role,
        b64url_encode(bound),
        b64url_encode(state.own_digest),
    )
    return sign_summand(statement, parties.ed25519(NAMES[role]))


def _result_key(manifest: Manifest, role: int) -> SealingPublicKey:
    keys = parse_jws(manifest.mandate, "mandate").payload["result_keys"]
    assert isinstance(keys, list)
    return SealingPublicKey.from_bytes(b64url_decode(str(keys[role])))


def _job_of(manifest: str) -> str:
    return str(parse_jws(manifest, "manifest").payload["job_id"])
