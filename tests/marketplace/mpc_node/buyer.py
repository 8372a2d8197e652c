"""The buyer's side: open three outputs, check every signature and digest, and combine them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consent.answer import Answer, decode
from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.job import Manifest, binding, result_context
from consent.joining import asked_about
from consent.outcomes import Outcomes
from consent.statement import OutputStatement, verify_output, verify_summand
from crypto.encoding import b64url_decode, b64url_encode, sha256
from crypto.mpc.output import Digests, Output, combine, decode_output
from crypto.sealing import open_sealed
from crypto.signing import VerifyingKey
from tests.marketplace.mpc_node.orders import RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import Person
from tests.marketplace.mpc_node.town import Town


@dataclass(frozen=True)
class Outputs:
    """What three nodes released, opened and not yet combined."""

    computation: Computation
    outputs: tuple[Output, ...]
    statements: tuple[OutputStatement, ...]
    run: bytes

    def totals(self) -> list[int]:
        """The opened cells; raises ProtocolError when the outputs contradict what was stated."""
        digests = [
            Digests(b64url_decode(each.own_digest), b64url_decode(each.held_digest))
            for each in self.statements
        ]
        return combine(self.outputs, digests, binding=self.run)

    def answer(self) -> Answer:
        """The answer in the words of the query."""
        return decode(self.computation, self.totals())


def open_outputs(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> Outputs:
    """Fetch and open the outputs of a job that all three nodes of a town have done."""
    released = [town.get(name, f"/v1/jobs/{manifest.job_id}/output").json for name in NAMES]
    return open_released(manifest, crowd, released, [node_keys(name).signing.public for name in NAMES])


def open_released(
    manifest: Manifest,
    crowd: Sequence[Person],
    released: Sequence[Mapping[str, Any]],
    keys: Sequence[VerifyingKey],
) -> Outputs:
    """Open what three nodes released, in the order of the roles, and check who signed it."""
    rows = [{"school_type": each.values["school_type"]} for each in crowd]
    return open_rows(manifest, rows, released, keys)


def open_rows(
    manifest: Manifest,
    rows: Sequence[Mapping[str, str]],
    released: Sequence[Mapping[str, Any]],
    keys: Sequence[VerifyingKey],
) -> Outputs:
    """Open what three nodes released over rows with these public attributes."""
    computation = compile_query(manifest.query, asked_about(manifest.query), rows)
    opened = [_opened(manifest, computation, released, keys, role) for role in range(3)]
    statements = tuple(statement for statement, _ in opened)
    assert len({(each.admitted_root, each.cells_digest) for each in statements}) == 1
    run = binding(
        manifest.job_id,
        manifest.attempt,
        manifest_digest=manifest.digest,
        admitted_root=statements[0].admitted_root,
    )
    return Outputs(computation, tuple(output for _, output in opened), statements, run)


def _opened(
    manifest: Manifest,
    computation: Computation,
    released: Sequence[Mapping[str, Any]],
    keys: Sequence[VerifyingKey],
    role: int,
) -> tuple[OutputStatement, Output]:
    answer = released[role]
    statement = verify_output(answer["statement"], keys[role])
    held = verify_summand(answer["held_statement"], keys[(role + 1) % 3])
    envelope = b64url_decode(answer["envelope"])
    assert held.digest == statement.held_digest
    assert statement.cells_digest == computation.digest
    assert statement.envelope_digest == b64url_encode(sha256(envelope))
    assert statement.admitted == len(_admitted(answer, manifest))
    raw = open_sealed(
        envelope, RESULT_KEYS[role], context=result_context(manifest.job_id, manifest.attempt, role)
    )
    return statement, decode_output(raw, computation.results)


def _admitted(answer: Mapping[str, Any], manifest: Manifest) -> Sequence[str]:
    """Who took part, by name or in the order of the roll."""
    if not manifest.roll:
        return list(answer["admitted"])
    return Outcomes.from_json(answer["people"], rows=len(manifest.rows)).admitted(manifest.rows)
