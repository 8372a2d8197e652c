"""People whose wallets give each node one component, a dealer, and what a buyer makes of three parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from consent.answer import Answer, decode
from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.dealing import STATEMENT_HEADER, DealRequest
from consent.job import Manifest, binding, result_context
from consent.query import Query, Statistic
from consent.statement import OutputStatement, verify_output
from consent.vocabulary import Engine, StatisticKind
from crypto.encoding import b64url_decode, b64url_encode
from crypto.mpc.additive.part import Part, open_parts
from crypto.sealing import open_sealed
from ssi.dataset import data_set
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.mpc_dealer.office import Office, registry_with_dealer
from tests.marketplace.mpc_node.orders import EXACT, RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import POLICY, Offer, Person
from tests.marketplace.mpc_node.town import Town

ALONE = Offer(
    policy=replace(
        POLICY,
        engines=frozenset({Engine.ADDITIVE}),
        attributes=POLICY.attributes | {"reading_score"},
    )
)
SUMS = replace(EXACT, engine=Engine.ADDITIVE)
NOISED = replace(
    SUMS,
    statistics=(*EXACT.statistics, Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning")),
    epsilon=Decimal("1.0"),
)
TOGETHER = replace(
    SUMS,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),
    ),
)


@dataclass
class AskOffice:
    """How one node asks the dealer: through its app, with its own certificate."""

    office: Office
    caller: str

    def __call__(self, request: DealRequest) -> tuple[str, bytes]:
        """Ask, as over HTTP."""
        answer = self.office.ask(self.caller, request)
        if answer.status_code >= 400:
            raise RefusedByPeerError("dealer", answer.status_code, None)
        return answer.headers[STATEMENT_HEADER], answer.data


def town_with_dealer(folder: Path, **settings: Any) -> tuple[Town, Office]:
    """Three nodes and the dealer that they ask."""
    town, office = Town(folder, **settings), Office()
    town.registry = registry_with_dealer()
    for name in town.nodes:
        asks(town, name, AskOffice(office, name))
    return town, office


def asks(town: Town, name: str, ask: Any) -> None:
    """Let a node ask the dealer in another way."""
    object.__setattr__(town.nodes[name].around, "ask_dealer", ask)


def computation_of(query: Query, crowd: Sequence[Person]) -> Computation:
    """What the nodes compute."""
    rows = [{"school_type": each.values["school_type"]} for each in crowd]
    return compile_query(query, data_set(query.data_set), rows)


def parts_of(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> list[Part]:
    """Fetch and open the parts of all three nodes, each held against what its node signed."""
    return [_part(town, manifest, crowd, role) for role in range(3)]


def totals_of(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> list[int]:
    """The opened cells."""
    return open_parts(parts_of(town, manifest, crowd))


def answer_of(town: Town, manifest: Manifest, crowd: Sequence[Person]) -> Answer:
    """The answer in the words of the query."""
    return decode(computation_of(manifest.query, crowd), totals_of(town, manifest, crowd))


def in_the_clear(query: Query, crowd: Sequence[Person]) -> list[int]:
    """Every cell over the records themselves."""
    computation = computation_of(query, crowd)
    encoded = [data_set("exam/1").encode(each.values) for each in crowd]
    masks = computation.row_masks([{"school_type": each.values["school_type"]} for each in crowd])
    return [
        sum(
            record[cell.left] * (1 if cell.right is None else record[cell.right])
            for record, chosen in zip(encoded, masks[cell.group] or [True] * len(encoded), strict=True)
            if chosen
        )
        for cell in computation.cells
    ]


def _part(town: Town, manifest: Manifest, crowd: Sequence[Person], role: int) -> Part:
    answer: Mapping[str, Any] = town.get(NAMES[role], f"/v1/jobs/{manifest.job_id}/output").json
    statement = verify_output(answer["statement"], node_keys(NAMES[role]).signing.public)
    context = result_context(manifest.job_id, manifest.attempt, role)
    raw = open_sealed(b64url_decode(answer["envelope"]), RESULT_KEYS[role], context=context)
    computation = computation_of(manifest.query, crowd)
    assert statement.cells_digest == computation.digest
    part = Part.decode(raw, len(computation.cells), authenticated=computation.verified)
    assert b64url_encode(part.digest(_run(manifest, statement))) == statement.own_digest
    return part


def _run(manifest: Manifest, statement: OutputStatement) -> bytes:
    return binding(
        manifest.job_id,
        manifest.attempt,
        manifest_digest=manifest.digest,
        admitted_root=statement.admitted_root,
    )
