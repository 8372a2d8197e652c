"""Make the vectors of policies anew: `PYTHONPATH=. python tests/vectors/make_policy_vectors.py`.

`operators.json` has every operand of the profile with every operator of DSP 2025-1, in the permission and in
a prohibition, and the error that must come of those that the profile does not have; which those are is
written down here, beside the code. `decisions.json` has an offer and a use, and for each rule how they are to
be changed so that it is satisfied, not satisfied or not known, with the reasons, the findings of the rules
that are broken, and the digest of the whole trace. Everything is derived from constants; a test compares.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from consent.odrl import to_offer
from consent.policy import Policy, Use
from consent.query import decimal_text
from consent.trace import trace
from consent.trace_wording import describe_trace
from crypto.encoding import digest_of
from crypto.reading import utc_text
from tests.consent.cases import FORBIDDEN, HERE, LEFT_ALONE, NARROWED, OUTSIDE, forbidding
from tests.consent.examples import CONSENT_ID, EXAM, GIVEN, NOW, POLICY, UNTIL

FOLDER = Path(__file__).parent / "policy"
SOURCE = "own; the form is that of ODRL 2.2 in DSP 2025-1 (negotiation/contract-schema.json)"
MADE_BY = "python tests/vectors/make_policy_vectors.py"
Document = dict[str, Any]

DSP_OPERATORS = (
    "eq",
    "gt",
    "gteq",
    "lteq",
    "hasPart",
    "isA",
    "isAllOf",
    "isAnyOf",
    "isNoneOf",
    "isPartOf",
    "lt",
    "term-lteq",
    "neq",
)
PERMITTING = {
    "purpose": ("isAnyOf", ["https://w3id.org/dpv#AcademicResearch"]),
    "mk:attribute": ("isAnyOf", ["exam/1#exam_score"]),
    "mk:recipientKind": ("isAnyOf", ["university"]),
    "mk:recipient": ("isNoneOf", ["urn:argonauta:organisation:1"]),
    "mk:statistic": ("isAnyOf", ["mean"]),
    "mk:crowd": ("gteq", "50"),
    "mk:exact": ("eq", "false"),
    "mk:epsilonPerQuery": ("lteq", "1"),
    "mk:epsilonTotal": ("lteq", "5"),
    "mk:compensationCents": ("gteq", "50"),
    "mk:node0": ("eq", "node-a"),
    "mk:node1": ("eq", "node-b"),
    "mk:node2": ("eq", "node-c"),
    "mk:givenAt": ("eq", "2026-11-22T10:00:00Z"),
    "dateTime": ("lt", "2027-04-01T00:00:00Z"),
    "mk:engine": ("isAnyOf", ["paillier"]),
    "mk:verifiedOnly": ("eq", "true"),
    "mk:join": ("isAnyOf", ["health/1#" + "A" * 43]),
    "mk:recipientCountry": ("isAnyOf", ["CH", "EU"]),
    "mk:filter": ("isAnyOf", ["exam/1#exam_score"]),
    "mk:runs": ("lteq", "3"),
    "mk:publication": ("eq", "true"),
}
"""The one operator of each operand of a permission, and something to compare with."""

FORBIDDING: dict[str, tuple[set[str], Any]] = {
    "purpose": ({"isAnyOf", "isNoneOf"}, ["https://w3id.org/dpv#CommercialResearch"]),
    "mk:recipientKind": ({"isAnyOf", "isNoneOf"}, ["insurer"]),
    "mk:recipient": ({"isAnyOf", "isNoneOf"}, ["urn:argonauta:organisation:1"]),
    "mk:recipientCountry": ({"isAnyOf", "isNoneOf"}, ["EU"]),
    "mk:attribute": ({"isAnyOf", "isAllOf"}, ["exam/1#exam_score", "exam/1#sex"]),
    "mk:filter": ({"isAnyOf", "isAllOf"}, ["exam/1#sex"]),
    "mk:statistic": ({"isAnyOf", "isAllOf"}, ["count", "mean"]),
    "mk:engine": ({"isAnyOf", "isNoneOf"}, ["paillier"]),
    "mk:exact": ({"eq"}, "true"),
    "mk:verified": ({"eq"}, "false"),
    "mk:crowd": ({"lt"}, "100"),
    "mk:epsilon": ({"gt"}, "0.5"),
    "mk:compensationCents": ({"lt"}, "100"),
    "mk:mood": (set(), ["good"]),
    "dateTime": (set(), "2027-04-01T00:00:00Z"),
}
"""The operators of each operand of a prohibition, and something to compare with."""


def documents() -> dict[str, Document]:
    """All vectors by name."""
    return {
        "operators": {"source": SOURCE, "made_by": MADE_BY, **_operators()},
        "decisions": {"source": SOURCE, "made_by": MADE_BY, **_decided()},
    }


def with_constraint(offer: Document, rule: str, constraint: Document) -> Document:
    """An offer with this constraint in its permission, in the place of its own, or in a prohibition."""
    changed = copy.deepcopy(offer)
    if rule == "prohibition":
        return {**changed, "prohibition": [{"action": "aggregate", "constraint": [constraint]}]}
    others = [
        each
        for each in changed["permission"][0]["constraint"]
        if each["leftOperand"] != constraint["leftOperand"]
    ]
    changed["permission"][0]["constraint"] = [*others, constraint]
    return changed


def _operators() -> Document:
    allowed = [("permission", name, {operator}, right) for name, (operator, right) in PERMITTING.items()]
    forbidden = [("prohibition", name, *known) for name, known in FORBIDDING.items()]
    return {
        "offer": to_offer(POLICY, CONSENT_ID),
        "constraints": [
            {
                "rule": rule,
                "constraint": {"leftOperand": name, "operator": operator, "rightOperand": right},
                "error": None if operator in known else "MalformedError",
            }
            for rule, name, known, right in [*allowed, *forbidden]
            for operator in DSP_OPERATORS
        ],
    }


def _decided() -> Document:
    return {
        "offer": to_offer(POLICY, CONSENT_ID),
        "use": use_json(HERE),
        "trace": trace(POLICY, HERE, now=NOW).to_json(),
        "decisions": list(_decisions()),
    }


def _decisions() -> Iterator[Document]:
    yield _decision("everything holds", POLICY, HERE)
    yield _decision("not begun", POLICY, HERE, now=GIVEN.replace(year=2025))
    yield _decision("run out", POLICY, HERE, now=UNTIL)
    yield _decision("withdrawn", POLICY, HERE, withdrawn_at=NOW)
    yield _decision("paused", POLICY, HERE, paused=True)
    for name, (use, _) in OUTSIDE.items():
        yield _decision(f"outside: {name}", POLICY, use)
    for name, (changes, use, _) in NARROWED.items():
        yield _decision(f"narrowed: {name}", replace(POLICY, **changes), use)
    for name, (forbidden, use) in FORBIDDEN.items():
        yield _decision(f"forbidden: {name}", forbidding(forbidden), use)
    for name, (forbidden, use) in LEFT_ALONE.items():
        yield _decision(f"left alone: {name}", forbidding(forbidden), use)


def _decision(
    name: str,
    policy: Policy,
    use: Use,
    *,
    now: datetime = NOW,
    withdrawn_at: datetime | None = None,
    paused: bool = False,
) -> Document:
    traced = trace(policy, use, now=now, withdrawn_at=withdrawn_at, paused=paused)
    offer, plain = to_offer(policy, CONSENT_ID), to_offer(POLICY, CONSENT_ID)
    asked, usual = use_json(use), use_json(HERE)
    document = traced.to_json()
    return {
        "name": name,
        "constraints": [each for each in _stated(offer) if each not in _stated(plain)],
        "prohibition": offer.get("prohibition", []),
        "use": {member: value for member, value in asked.items() if value != usual[member]},
        "now": utc_text(now),
        "withdrawn_at": None if withdrawn_at is None else utc_text(withdrawn_at),
        "paused": paused,
        "reasons": document["reasons"],
        "broken": [
            rule for rule, judged in zip(_rules(document), traced.rules, strict=True) if not judged.holds
        ],
        "trace_digest": digest_of(document),
        "text": {language: list(describe_trace(traced, EXAM, language)) for language in ("en", "de")},
    }


def use_json(use: Use) -> Document:
    """A use as a document."""
    return {
        "query": use.query.to_json(),
        "buyer_id": use.buyer_id,
        "buyer_kind": use.buyer_kind.value,
        "buyer_country": use.buyer_country,
        "cohort_size": use.cohort_size,
        "epsilon_spent": decimal_text(use.epsilon_spent),
        "compensation_cents": use.compensation_cents,
        "node_ids": list(use.node_ids),
        "runs": use.runs,
    }


def _stated(offer: Any) -> list[Document]:
    constraints: list[Document] = offer["permission"][0]["constraint"]
    return constraints


def _rules(document: Any) -> list[Document]:
    rules: list[Document] = document["rules"]
    return rules


def write(folder: Path) -> None:
    """Write every vector into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
