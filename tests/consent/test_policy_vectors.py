"""Every operator with every operand, and a decision for each rule, for other implementations as well."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consent.decision import RULES, decide
from consent.odrl import from_odrl, to_offer
from consent.policy import Policy, Refusal, Refused, Use
from consent.prohibition import OPERATORS
from consent.query import Query
from consent.trace import Trace, trace
from consent.trace_wording import describe_trace
from consent.vocabulary import RecipientKind
from crypto.encoding import canonical_json, digest_of
from crypto.errors import MalformedError
from tests.consent.examples import CONSENT_ID, EXAM, NOW
from tests.vectors.make_policy_vectors import DSP_OPERATORS, documents, with_constraint

FOLDER = Path(__file__).parents[1] / "vectors" / "policy"


def _vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


OPERATOR_CASES, DECIDED = _vector("operators"), _vector("decisions")
DECISIONS = DECIDED["decisions"]
READ = [each for each in OPERATOR_CASES["constraints"] if each["error"] is None]
OPERANDS = list(
    dict.fromkeys((each["rule"], each["constraint"]["leftOperand"]) for each in OPERATOR_CASES["constraints"])
)
OF_OPERANDS = pytest.mark.parametrize(("rule", "operand"), OPERANDS, ids=map(" ".join, OPERANDS))


def _cases(rule: str, operand: str) -> list[dict[str, Any]]:
    """The operand with every operator of DSP."""
    found = [
        each
        for each in OPERATOR_CASES["constraints"]
        if (each["rule"], each["constraint"]["leftOperand"]) == (rule, operand)
    ]
    assert len(found) == len(DSP_OPERATORS)
    return found


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_making_the_vectors_anew_changes_nothing():
    assert json.loads(json.dumps(documents())) == {name: _vector(name) for name in documents()}


@OF_OPERANDS
def test_an_operator_of_the_profile_is_read_and_written_again(rule, operand):
    for case in _cases(rule, operand):
        if case["error"] is None:
            offer = with_constraint(OPERATOR_CASES["offer"], rule, case["constraint"])

            written = json.loads(canonical_json(to_offer(from_odrl(offer), CONSENT_ID)))

            rules = written["prohibition" if rule == "prohibition" else "permission"]
            assert case["constraint"] in rules[0]["constraint"]


@OF_OPERANDS
def test_any_other_operator_is_malformed(rule, operand):
    for case in _cases(rule, operand):
        if case["error"] is not None:
            offer = with_constraint(OPERATOR_CASES["offer"], rule, case["constraint"])

            with pytest.raises(MalformedError):
                from_odrl(offer)


def test_the_vectors_go_through_every_operator_of_prohibitions_and_every_rule():
    forbidding = {
        (each["constraint"]["leftOperand"], each["constraint"]["operator"])
        for each in READ
        if each["rule"] == "prohibition"
    }
    assert forbidding == {
        (operand.value, operator.value) for operand, operators in OPERATORS.items() for operator in operators
    }
    findings = {
        (judged.kind.value, each.operand, each.operator, each.is_satisfied)
        for case in DECISIONS
        for judged in _traced(case).rules
        for each in judged.findings
    }
    for kind, operand, operator, _ in findings:
        assert (kind, operand, operator, True) in findings, operand
        assert (kind, operand, operator, False) in findings, operand
    assert {operand for kind, operand, _, _ in findings if kind == "permission"} == set(RULES)
    assert {(operand, operator) for kind, operand, operator, _ in findings if kind == "prohibition"} == (
        forbidding
    )
    assert {reason for each in DECISIONS for reason in each["reasons"]} == {
        refusal.value for refusal in Refusal
    }


@pytest.mark.parametrize("case", DECISIONS, ids=lambda case: case["name"])
def test_a_use_is_decided_traced_and_said_as_the_vector_has_it(case):
    policy, use = _asked(case)

    decision = decide(policy, use, **_when(case))

    reasons = [decision.reason, *decision.others] if isinstance(decision, Refused) else []
    assert [each.value for each in reasons] == case["reasons"]
    traced = _traced(case)
    document = json.loads(canonical_json(traced.to_json()))
    assert digest_of(document) == case["trace_digest"]
    assert [rule for rule in document["rules"] if rule in case["broken"]] == case["broken"]
    assert [judged.refusal.value for judged in traced.broken] == [rule["reason"] for rule in case["broken"]]
    assert Trace.from_json(document) == traced
    for language, text in case["text"].items():
        assert list(describe_trace(traced, EXAM, language)) == text


def test_the_whole_trace_of_a_permitted_use_stands_in_the_vectors():
    policy, use = from_odrl(DECIDED["offer"]), _use(DECIDED["use"])

    assert trace(policy, use, now=NOW) == Trace.from_json(DECIDED["trace"])


def _asked(case: dict[str, Any]) -> tuple[Policy, Use]:
    offer = DECIDED["offer"]
    for constraint in case["constraints"]:
        offer = with_constraint(offer, "permission", constraint)
    if case["prohibition"]:
        offer = {**offer, "prohibition": case["prohibition"]}
    return from_odrl(offer), _use({**DECIDED["use"], **case["use"]})


def _when(case: dict[str, Any]) -> dict[str, Any]:
    withdrawn_at = case["withdrawn_at"]
    return {
        "now": _moment(case["now"]),
        "withdrawn_at": None if withdrawn_at is None else _moment(withdrawn_at),
        "paused": case["paused"],
    }


def _traced(case: dict[str, Any]) -> Trace:
    policy, use = _asked(case)
    return trace(policy, use, **_when(case))


def _use(document: dict[str, Any]) -> Use:
    return Use(
        query=Query.from_json(document["query"]),
        buyer_id=document["buyer_id"],
        buyer_kind=RecipientKind(document["buyer_kind"]),
        cohort_size=document["cohort_size"],
        epsilon_spent=Decimal(document["epsilon_spent"]),
        compensation_cents=document["compensation_cents"],
        node_ids=tuple(document["node_ids"]),
        buyer_country=document["buyer_country"],
        runs=document["runs"],
    )
