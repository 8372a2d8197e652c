"""The buyer's side of a sum that was added up under encryption, over what three nodes of a town released."""

from collections.abc import Sequence

from consent.answer import Answer, decode
from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.job import Manifest, binding
from consent.opened_sum import OpenedSum
from consent.statement import verify_output, verify_summand
from crypto.encoding import b64url_decode
from marketplace.sdk.aggregation import SumTerms, open_partial, open_sums
from marketplace.sdk.envelopes import Envelope
from ssi.dataset import data_set
from tests.marketplace.mpc_node.aggregation.joint import entry_of
from tests.marketplace.mpc_node.orders import RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import Person
from tests.marketplace.mpc_node.town import Town


def computation_of(manifest: Manifest, crowd: Sequence[Person]) -> Computation:
    """What the nodes compute."""
    rows = [{"school_type": each.values["school_type"]} for each in crowd]
    return compile_query(manifest.query, data_set(manifest.query.data_set), rows)


def open_parts(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> list[OpenedSum]:
    """Fetch, open and verify the parts of all three nodes, by role."""
    computation, parts = computation_of(manifest, crowd), []
    for role, name in enumerate(NAMES):
        answer = town.get(name, f"/v1/jobs/{manifest.job_id}/output").json
        statement = verify_output(answer["statement"], node_keys(name).signing.public)
        following = node_keys(NAMES[(role + 1) % 3]).signing.public
        assert verify_summand(answer["held_statement"], following).digest == statement.held_digest
        assert statement.cells_digest == computation.digest
        run = binding(
            manifest.job_id,
            manifest.attempt,
            manifest_digest=manifest.digest,
            admitted_root=statement.admitted_root,
        )
        envelope = Envelope(b64url_decode(answer["envelope"]), statement, name)
        terms = SumTerms(entry_of(), len(computation.cells), run)
        parts.append(open_partial(envelope, RESULT_KEYS[role], terms))
    return parts


def totals_of(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> list[int]:
    """The opened sums."""
    parts = open_parts(town, manifest, crowd)
    return open_sums(parts, entry_of(), computation_of(manifest, crowd), len(crowd))


def answer_of(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> Answer:
    """The answer in the words of the query."""
    return decode(computation_of(manifest, crowd), totals_of(town, manifest, crowd))
