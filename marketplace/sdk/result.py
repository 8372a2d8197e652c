"""How does a sealed result become an answer that can be relied on?

1. The trust registry that came along is signed by the authority whose key the buyer has pinned.
2. The result is about the order and the query that the buyer placed; its three nodes are distinct and in the
   registry, whose keys count from here on.
3. The three signed statements agree (`statements`).
4. The computation that came along is the one this query compiles to, and the one all nodes signed.
5. Each envelope opens with the buyer's key of its role and holds what its node signed (`envelopes`).
6. Each summand came twice and is the same both times; together they are the answer. Where the answer was
   added up under encryption, each part is proved instead, and any two of them open the sums (`aggregation`).
   Where each node gave one part, they are held against their tags if there are some (`additive`).

A step that fails names the node that is to blame wherever that can be told. Nothing the marketplace says is
taken for true without a signature of somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.answer import Answer, decode
from consent.computation import Computation, compile_groups
from consent.errors import ConsentError
from consent.joining import asked_about
from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import b64url_decode
from crypto.errors import MalformedError, ProtocolError
from crypto.mpc.output import Digests, Output, combine
from crypto.reading import Fields
from crypto.sealing import SealingKey
from crypto.signing import VerifyingKey
from marketplace.sdk.additive import PartTerms, add_up, open_part
from marketplace.sdk.aggregation import SumTerms, open_partial, open_sums
from marketplace.sdk.envelopes import Envelope, open_envelope
from marketplace.sdk.errors import NodesContradictError, ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.statements import (
    ROLES,
    Agreed,
    NodeIdentity,
    Run,
    SignedOutput,
    check_statements,
)
from ssi.aggregation_key import AggregationKeyEntry
from ssi.errors import CredentialError
from ssi.trust import TrustRegistry, verify_registry

MAX_TOKEN = 16_000_000


@dataclass(frozen=True)
class Placed:
    """What the buyer ordered, as the buyer remembers it."""

    order_id: str
    query: Query


@dataclass(frozen=True)
class SealedResult:
    """A result as it came; only its form was checked."""

    order_id: str
    query: Query
    run: Run
    computation: Computation
    outputs: tuple[SignedOutput, ...] = field(repr=False)
    aggregation_key: AggregationKeyEntry | None = None


@dataclass(frozen=True)
class OpenedResult:
    """A verified answer, over `people` persons, and the computation it is the result of."""

    order_id: str
    job_id: str
    query: Query
    people: int
    nodes: tuple[str, ...]
    computation: Computation
    answer: Answer


def read_result(document: object, authority: VerifyingKey, *, now: datetime) -> SealedResult:
    """Steps 1 and 2, as far as the document itself goes.

    Raises:
        ResultRefusedError: it is malformed, its registry is not the authority's, or its nodes are not three
            distinct nodes of the registry.
    """
    try:
        fields = Fields.of(document, "result")
        registry = verify_registry(fields.text("registry", max_length=MAX_TOKEN), authority, now=now)  # 1
        query = Query.from_json(fields.any("query"), "result.query")
        run = Run(
            job_id=fields.text("job_id", max_length=200),
            attempt=fields.integer("attempt", least=1, most=1000),
            query_digest=query.digest,
            manifest_digest=fields.text("manifest_digest", max_length=100),
            nodes=_identities(fields, registry, now),  # 2
        )
        outputs = fields.objects("outputs", least=len(ROLES), most=len(ROLES))
        return SealedResult(
            order_id=fields.text("order_id", max_length=200),
            query=query,
            run=run,
            computation=Computation.from_json(fields.any("computation"), "result.computation"),
            outputs=tuple(_signed_output(each, role) for role, each in enumerate(outputs)),
            aggregation_key=registry.aggregation_key,
        )
    except (MalformedError, ConsentError, CredentialError) as error:
        raise ResultRefusedError(str(error)) from error


def open_result(sealed: SealedResult, keys: BuyerKeys, placed: Placed) -> OpenedResult:
    """Steps 2 to 6.

    Raises:
        ResultRefusedError: the result is for another order or query, or its computation is not the query's.
        NodesContradictError: the nodes' statements or outputs contradict each other.
        LyingNodeError: a node sealed something else than it signed; dispute with the key of its role.
    """
    if (sealed.order_id, sealed.query) != (placed.order_id, placed.query):  # 2
        raise ResultRefusedError("the result is for another order or another query")
    agreed = check_statements(sealed.run, sealed.outputs)  # 3
    computation = computation_of(sealed, agreed)  # 4
    envelopes = [
        (Envelope(output.envelope, statement, node.node_id), key)
        for output, statement, node, key in zip(
            sealed.outputs, agreed.statements, sealed.run.nodes, keys.result_keys, strict=True
        )
    ]
    ways = {Engine.PAILLIER: _summed, Engine.ADDITIVE: _added_up}
    open_totals = ways.get(sealed.query.chosen_engine, _opened)
    totals = open_totals(sealed, envelopes, agreed, computation)  # 5, 6
    return OpenedResult(
        order_id=sealed.order_id,
        job_id=sealed.run.job_id,
        query=sealed.query,
        people=agreed.admitted,
        nodes=tuple(node.node_id for node in sealed.run.nodes),
        computation=computation,
        answer=decode(computation, totals),
    )


def computation_of(sealed: SealedResult, agreed: Agreed) -> Computation:
    """The computation, made anew from the query; only which public groups were computed is taken over."""
    claimed = sealed.computation
    try:
        compiled = compile_groups(
            sealed.query, asked_about(sealed.query), groups=claimed.groups, people=agreed.admitted
        )
    except (ConsentError, CredentialError) as error:
        raise ResultRefusedError(f"this is not a computation of the query: {error}") from error
    if not compiled.digest == agreed.cells_digest == claimed.digest:
        raise ResultRefusedError("the nodes computed something else than the query asks for")
    return compiled


def _opened(
    sealed: SealedResult,
    envelopes: Sequence[tuple[Envelope, SealingKey]],
    agreed: Agreed,
    computation: Computation,
) -> list[int]:
    binding = sealed.run.binding(agreed.admitted_root)
    outputs = [
        open_envelope(envelope, key, cells=computation.results, binding=binding)
        for envelope, key in envelopes
    ]  # 5
    return _combined(sealed.run, outputs, agreed, binding)  # 6


def _summed(
    sealed: SealedResult,
    envelopes: Sequence[tuple[Envelope, SealingKey]],
    agreed: Agreed,
    computation: Computation,
) -> list[int]:
    """The totals of what was added up under encryption; see `sdk.aggregation`."""
    if sealed.aggregation_key is None:
        raise ResultRefusedError("the trust registry names no aggregation key")
    binding = sealed.run.binding(agreed.admitted_root)
    terms = SumTerms(sealed.aggregation_key, len(computation.cells), binding)
    parts = [open_partial(envelope, key, terms) for envelope, key in envelopes]  # 5
    return open_sums(parts, sealed.aggregation_key, computation, agreed.admitted)  # 6


def _added_up(
    sealed: SealedResult,
    envelopes: Sequence[tuple[Envelope, SealingKey]],
    agreed: Agreed,
    computation: Computation,
) -> list[int]:
    """The totals where each node gave one part; see `sdk.additive`."""
    terms = PartTerms.of(computation, sealed.run.binding(agreed.admitted_root))
    return add_up([open_part(envelope, key, terms) for envelope, key in envelopes])  # 5, 6


def _combined(run: Run, outputs: Sequence[Output], agreed: Agreed, binding: bytes) -> list[int]:
    digests = [
        Digests(b64url_decode(each.own_digest), b64url_decode(each.held_digest)) for each in agreed.statements
    ]
    try:
        return combine(outputs, digests, binding=binding)  # 6
    except ProtocolError as error:
        culprits = tuple(run.nodes[role].node_id for role in error.culprits)
        raise NodesContradictError(str(error), culprits) from error


def _identities(fields: Fields, registry: TrustRegistry, now: datetime) -> tuple[NodeIdentity, ...]:
    names = fields.texts("nodes", least=len(ROLES), most=len(ROLES))
    return tuple(NodeIdentity(name, registry.node(name, now=now).verifying_key) for name in names)


def _signed_output(fields: Fields, role: int) -> SignedOutput:
    fields.integer("role", least=role, most=role)
    return SignedOutput(
        statement=fields.text("statement"),
        held_statement=fields.text("held_statement"),
        envelope=fields.binary("envelope"),
    )
