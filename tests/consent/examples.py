"""People, buyers and documents that the tests of this folder speak about, and strategies that vary them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from consent.computation import Computation
from consent.contribution import Contribution
from consent.job import Manifest
from consent.log import LogState
from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.policy import Policy, Use
from consent.prohibition import OPERATORS, TRUTHS, Constraint, Operand, Prohibition
from consent.query import Condition, Query, Statistic
from consent.record import ConsentRecord
from consent.record_document import Notice, StatusChange
from consent.vocabulary import GENERAL_INTEREST, ConsentStatus, Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import b64url_encode, sha256
from crypto.noise import discrete_gaussian
from crypto.randomness import RandomBytes, stream
from crypto.signing import generate_ed25519, generate_es256
from ssi.dataset import DataSet, data_set, parse_data_set

SEED = bytes(range(32))
HOLDER = generate_es256(stream(SEED, "holder"))
BUYER = generate_es256(stream(SEED, "buyer"))
MARKETPLACE = generate_ed25519(stream(SEED, "marketplace"))
NODE = generate_ed25519(stream(SEED, "node"))
STRANGER = generate_es256(stream(SEED, "stranger"))
STRANGER_ED25519 = generate_ed25519(stream(SEED, "stranger"))

GIVEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
UNTIL = datetime(2027, 4, 1, tzinfo=UTC)
NODES = ("node-a", "node-b", "node-c")
CONSENT_ID = "urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f"
OTHER_CONSENT_ID = "urn:uuid:00000000-0000-4000-8000-000000000000"
SUBJECT = "urn:argonauta:person:" + b64url_encode(sha256(b"person"))
CREDENTIAL_DIGEST = b64url_encode(sha256(b"credential"))
MARKET_ID = "did:web:market.example"
BUYER_ID = "urn:argonauta:person:" + b64url_encode(sha256(b"buyer"))

EXAM = data_set("exam/1")
HEALTH = data_set("health/1")

ENGINES = [engine for engine in Engine if engine not in {Engine.AUTO, Engine.ADDITIVE}]
"""Those that a policy may allow beside each other; `additive` stands alone."""
MEAN = Statistic(StatisticKind.MEAN, "exam_score")
SPREAD = Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score")
BARS = Statistic(StatisticKind.HISTOGRAM, "exam_score")
COUNT = Statistic(StatisticKind.COUNT)

POLICY = Policy(
    data_set="exam/1",
    attributes=frozenset({"exam_score", "sex", "school_type"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.UNIVERSITY, RecipientKind.RESEARCH_INSTITUTE}),
    statistics=frozenset({StatisticKind.MEAN, StatisticKind.COUNT}),
    crowd_floor=50,
    exact_allowed=False,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=50,
    node_ids=NODES,
    given_at=GIVEN,
    valid_until=UNTIL,
)
QUERY = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(COUNT, MEAN),
    floor=50,
    epsilon=Decimal(1),
)
USE = Use(
    query=QUERY,
    buyer_id=BUYER_ID,
    buyer_kind=RecipientKind.UNIVERSITY,
    cohort_size=300,
    epsilon_spent=Decimal(0),
    compensation_cents=50,
    node_ids=NODES,
)
CONTRIBUTION = Contribution(
    consent="consent",
    presentation="presentation",
    commitments=tuple(bytes([2]) + bytes([role]) * 32 for role in range(3)),
    bundles={node: node.encode() * 10 for node in NODES},
)
RECORD = ConsentRecord(
    consent_id=CONSENT_ID,
    subject=SUBJECT,
    controller=MARKET_ID,
    policy=POLICY,
    credential_digest=CREDENTIAL_DIGEST,
    inputs_digest=CONTRIBUTION.inputs_digest,
    notice=Notice.of("What I agreed to.", "en"),
    history=(StatusChange(ConsentStatus.GIVEN, GIVEN),),
)


def receipt(**changes: Any) -> EscrowReceipt:
    """An escrow receipt for the query."""
    return replace(EscrowReceipt("order-1", QUERY.digest, 30_000, 50, NOW), **changes)


def manifest(**changes: Any) -> Manifest:
    """A manifest over three consents, paid for."""
    plain = Manifest(
        job_id="job-1",
        attempt=1,
        order_id="order-1",
        query=QUERY,
        buyer_presentation="presentation",
        mandate="mandate",
        escrow_receipt=sign_escrow_receipt(receipt(), MARKETPLACE),
        nodes=NODES,
        contributions={_consent_id(index): b64url_encode(sha256(bytes([index]))) for index in range(3)},
        compensation_cents=50,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        log=LogState(9, sha256(b"nine entries")),
    )
    return replace(plain, **changes)


def loose(document: object) -> Any:
    """A copy of a document that a test may tamper with as it likes."""
    return json.loads(json.dumps(document))


def sums(computation: Computation, described: DataSet, records: Sequence[Mapping[str, Any]]) -> list[int]:
    """The cells of a computation over records in the clear, without noise: what the nodes share out."""
    rows = [described.encode(record) for record in records]
    masks = computation.row_masks(records)
    return [
        sum(
            row[cell.left] * (1 if cell.right is None else row[cell.right])
            for row, chosen in zip(rows, masks[cell.group] or [True] * len(rows), strict=True)
            if chosen
        )
        for cell in computation.cells
    ]


def drawn_noise(computation: Computation, random: RandomBytes) -> list[int]:
    """The noise of every cell as it is drawn inside a computation: once, and following other cells' noise."""
    measures = {measure.name: measure for measure in computation.measures}
    drawn: dict[tuple[str | None, str], int] = Counter()
    noise = []
    for cell in computation.cells:
        measure = measures[cell.measure]
        own = discrete_gaussian(measure.variance, random) if measure.variance else 0
        own += sum(each.factor * drawn[cell.group, each.measure] for each in measure.follows)
        drawn[cell.group, cell.measure] += own
        noise.append(own)
    return noise


def tiny_data_set(**members: Any) -> DataSet:
    """A data set of one number that not everyone has and one public category, unless told otherwise."""
    document: Mapping[str, Any] = {
        "id": "tiny",
        "version": 1,
        "credential_type": "urn:argonauta:credential:tiny:1",
        "domain": "test",
        "sensitivity": "personal",
        "label": _both("Tiny"),
        "about": _both("Tiny"),
        "attributes": [number("x"), category("town", ["a", "b", "c"], disclosure="public")],
        **members,
    }
    return parse_data_set(json.dumps(document), "tiny.json")


def number(name: str, **members: Any) -> dict[str, Any]:
    """A number of a data-set file, from 0 to 8 with one decimal unless told otherwise."""
    return {
        "name": name,
        "kind": "number",
        "label": _both(name),
        "about": _both(name),
        "unit": "1",
        "minimum": 0,
        "maximum": 8,
        "decimals": 1,
        "bins": [0, 2, 4, 8],
        "required": False,
        **members,
    }


def category(name: str, codes: list[str], **members: Any) -> dict[str, Any]:
    """A category of a data-set file, private and not required unless told otherwise."""
    return {
        "name": name,
        "kind": "category",
        "label": _both(name),
        "about": _both(name),
        "disclosure": "private",
        "required": False,
        "categories": [{"code": code, "label": _both(code)} for code in codes],
        **members,
    }


def _subsets(enum: Any) -> st.SearchStrategy[Any]:
    return st.frozensets(st.sampled_from(list(enum)), min_size=1)


_moments = st.integers(0, 10**8).map(lambda seconds: GIVEN + timedelta(seconds=seconds))
_budgets = st.integers(1, 10**9).map(lambda millionths: Decimal(millionths).scaleb(-6))
_names = st.text("abcdefgh_", min_size=1, max_size=8)


PLACES = ("AT", "DE", "CH", "US", "EU", "EEA")
"""Where somebody may ask from in tests."""

_TERMS: dict[Operand, list[str]] = {
    Operand.PURPOSE: [each.value for each in Purpose],
    Operand.RECIPIENT_KIND: [each.value for each in RecipientKind],
    Operand.RECIPIENT: ["a", "b", "c"],
    Operand.COUNTRY: list(PLACES),
    Operand.STATISTIC: [each.value for each in StatisticKind],
    Operand.ENGINE: [each.value for each in Engine if each is not Engine.AUTO],
}
_NUMBERS = {
    Operand.CROWD: st.integers(0, 10**5).map(Decimal),
    Operand.EPSILON: _budgets,
    Operand.COMPENSATION: st.integers(0, 10**5).map(Decimal),
}


@st.composite
def constraints(draw: st.DrawFn, operand: Operand, attributes: frozenset[str]) -> Constraint:
    """Any constraint with an operand, of a prohibition about some of these attributes."""
    operator = draw(st.sampled_from(OPERATORS[operand]))
    if operand in TRUTHS:
        return Constraint(
            operand, operator, draw(st.sampled_from([frozenset({"true"}), frozenset({"false"})]))
        )
    if operand in _NUMBERS:
        return Constraint(operand, operator, draw(_NUMBERS[operand]))
    terms = _TERMS.get(operand, sorted(attributes))
    return Constraint(operand, operator, draw(st.frozensets(st.sampled_from(terms), min_size=1, max_size=3)))


@st.composite
def prohibitions(draw: st.DrawFn, attributes: frozenset[str]) -> Prohibition:
    """Anything that can be forbidden to somebody who allows these attributes."""
    operands = draw(st.lists(st.sampled_from(Operand), min_size=1, max_size=3, unique=True))
    return Prohibition(frozenset(draw(constraints(operand, attributes)) for operand in operands))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy about exam results."""
    per_query, total = sorted((draw(_budgets), draw(_budgets)))
    start = draw(_moments)
    altruism = draw(st.integers(0, 3)) == 3
    attributes = draw(st.frozensets(st.sampled_from([a.name for a in EXAM.attributes]), min_size=1))
    return Policy(
        data_set="exam/1",
        attributes=attributes,
        purposes=draw(_subsets(GENERAL_INTEREST if altruism else Purpose)),
        recipient_kinds=draw(_subsets(RecipientKind)),
        statistics=draw(_subsets(StatisticKind)),
        crowd_floor=draw(st.integers(10, 10**6)),
        exact_allowed=draw(st.booleans()),
        epsilon_per_query=per_query,
        epsilon_total=total,
        compensation_cents=0 if altruism else draw(st.integers(0, 10**6)),
        node_ids=tuple(draw(st.lists(_names, min_size=3, max_size=3, unique=True))),
        given_at=start,
        valid_until=start + timedelta(seconds=draw(st.integers(1, 10**8))),
        excluded_recipients=draw(st.frozensets(_names, max_size=3)),
        engines=draw(
            st.frozensets(st.sampled_from(ENGINES), min_size=1) | st.just(frozenset({Engine.ADDITIVE}))
        ),
        verified_only=draw(st.booleans()),
        recipient_countries=draw(st.frozensets(st.sampled_from(PLACES), max_size=2)),
        filters=draw(st.none() | st.frozensets(st.sampled_from(sorted(attributes)))),
        runs=draw(st.none() | st.integers(1, 10)),
        prohibitions=draw(st.frozensets(prohibitions(attributes), max_size=2)),
        altruism=altruism,
        publication=draw(st.booleans()),
    )


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Any query about exam results that can be written down; most of them are refused."""
    names = st.sampled_from([attribute.name for attribute in EXAM.attributes])
    kinds = st.sampled_from([kind for kind in StatisticKind if kind is not StatisticKind.COUNT])
    fractions = st.lists(st.integers(0, 1000), max_size=9, unique=True).map(
        lambda parts: tuple(Decimal(part).scaleb(-3) for part in sorted(parts))
    )
    others = st.lists(names, max_size=4, unique=True).map(tuple)
    counts = st.none() | st.integers(1, 10)
    statistics = (
        st.builds(Statistic, kinds, names)
        | st.builds(Statistic, kinds, names, others, fractions, counts)
        | st.just(COUNT)
    )
    ends = st.integers(-(10**9), 10**9).map(lambda part: Decimal(part).scaleb(-3))
    conditions = st.builds(Condition, names, _names) | st.builds(Condition, names, st.none(), ends, ends)
    return Query(
        data_set="exam/1",
        purpose=draw(st.sampled_from(list(Purpose))),
        statistics=tuple(draw(st.lists(statistics, min_size=1, max_size=4, unique=True))),
        floor=draw(st.integers(1, 10**6)),
        epsilon=draw(st.none() | _budgets),
        group_by=draw(st.none() | names),
        where=tuple(draw(st.lists(conditions, max_size=3))),
        engine=draw(st.sampled_from(Engine)),
        verified=draw(st.booleans()),
        publication=draw(st.booleans()),
    )


@st.composite
def uses(draw: st.DrawFn) -> Use:
    """Any use, near enough to policies that some are permitted."""
    return Use(
        query=draw(queries()),
        buyer_id=draw(_names),
        buyer_kind=draw(st.sampled_from(list(RecipientKind))),
        cohort_size=draw(st.integers(0, 10**6)),
        epsilon_spent=draw(st.just(Decimal(0)) | _budgets),
        compensation_cents=draw(st.integers(0, 10**6)),
        node_ids=tuple(draw(st.lists(_names, min_size=3, max_size=3, unique=True))),
        buyer_country=draw(st.sampled_from([None, "AT", "CH", "US", "UK"])),
        runs=draw(st.none() | st.integers(0, 10)),
    )


def fitting(draw: st.DrawFn, policy: Policy) -> Use:
    """A use that a policy permits, but for what chance excludes."""
    statistics = st.builds(
        Statistic,
        st.sampled_from(sorted(policy.statistics, key=str)),
        st.sampled_from(sorted(policy.attributes)),
    )
    query = replace(
        QUERY,
        purpose=draw(st.sampled_from(sorted(policy.purposes, key=str))),
        statistics=tuple(draw(st.lists(statistics, min_size=1, max_size=3))),
        floor=policy.crowd_floor,
        epsilon=draw(st.sampled_from([None, policy.epsilon_per_query, policy.epsilon_per_query / 2])),
        group_by=draw(st.none() | st.sampled_from(sorted(policy.attributes))),
    )
    return Use(
        query=query,
        buyer_id=draw(st.sampled_from("abc")),
        buyer_kind=draw(st.sampled_from(sorted(policy.recipient_kinds, key=str))),
        cohort_size=policy.crowd_floor + draw(st.integers(0, 10)),
        epsilon_spent=policy.epsilon_total - policy.epsilon_per_query,
        compensation_cents=policy.compensation_cents + draw(st.integers(0, 1)),
        node_ids=policy.node_ids,
        buyer_country=draw(st.sampled_from(["AT", "CH", "US"])),
        runs=0,
    )


def _consent_id(index: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{index:012x}"


def _both(text: str) -> dict[str, str]:
    return {"en": text, "de": text}
