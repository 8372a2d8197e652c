"""A trace decides as the evaluator does, says what was seen, and cannot be logged with another outcome."""

import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.decision import RULES, decide
from consent.odrl import to_offer
from consent.policy import Refusal, Refused
from consent.prohibition import Operand, Operator, never
from consent.query import Condition
from consent.shown import SHOWN
from consent.trace import RuleKind, Trace, trace
from consent.vocabulary import Engine, RecipientKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from tests.consent.examples import CONSENT_ID, NOW, POLICY, QUERY, USE, fitting, loose, policies, uses

HERE = replace(USE, buyer_country="AT", runs=0)
STRICT = replace(
    POLICY,
    recipient_countries=frozenset({"EU"}),
    filters=frozenset({"sex"}),
    runs=2,
    verified_only=True,
    publication=True,
    excluded_recipients=frozenset({"somebody else"}),
    engines=frozenset({Engine.MPC, Engine.PAILLIER}),
    prohibitions=frozenset(
        {never(Operand.RECIPIENT_KIND, "insurer"), never(Operand.COUNTRY, "EU", operator=Operator.IS_NONE_OF)}
    ),
)


@given(st.data())
@settings(max_examples=100)
def test_a_trace_gives_the_reasons_of_the_decision(data):
    policy = data.draw(policies())
    use = fitting(data.draw, policy) if data.draw(st.booleans()) else data.draw(uses())
    now = policy.given_at + timedelta(seconds=data.draw(st.integers(-2, 2)))
    withdrawn_at, paused = data.draw(st.none() | st.just(now)), data.draw(st.booleans())

    traced = trace(policy, use, now=now, withdrawn_at=withdrawn_at, paused=paused)

    decision = decide(policy, use, now=now, withdrawn_at=withdrawn_at, paused=paused)
    reasons = (decision.reason, *decision.others) if isinstance(decision, Refused) else ()
    assert traced.reasons == reasons
    assert Trace.from_json(parse_json(canonical_json(traced.to_json()))) == traced


def test_every_rule_can_be_shown():
    assert list(SHOWN) == list(RULES)


def test_a_trace_shows_each_constraint_as_the_policy_states_it():
    offer = loose(to_offer(STRICT, CONSENT_ID))
    stated = {each["leftOperand"]: each for each in offer["permission"][0]["constraint"]}

    document = _logged()

    shown = {
        constraint["leftOperand"]: constraint
        for rule in document["rules"]
        if rule["rule"] == "permission"
        for constraint in rule["constraint"]
    }
    known = stated.keys() & shown.keys() - {"mk:join"}
    assert known == stated.keys() - {"mk:node0", "mk:node1", "mk:node2", "mk:givenAt", "dateTime"}
    for name in known:
        assert shown[name]["operator"] == stated[name]["operator"], name
        assert shown[name]["rightOperand"] == stated[name]["rightOperand"], name
    forbidden = [rule["constraint"] for rule in document["rules"] if rule["rule"] == "prohibition"]
    assert [
        [{name: value for name, value in each.items() if name not in {"seen", "satisfied"}} for each in rule]
        for rule in forbidden
    ] == [each["constraint"] for each in offer["prohibition"]]


def test_a_trace_names_what_was_seen_and_whether_it_satisfied():
    use = replace(HERE, buyer_kind=RecipientKind.INSURER, buyer_country="US", runs=2)

    traced = trace(STRICT, use, now=NOW)

    seen = {
        (rule.kind, each.operand): (each.seen, each.is_satisfied)
        for rule in traced.rules
        for each in rule.findings
    }
    assert seen[RuleKind.PROHIBITION, "mk:recipientKind"] == (("insurer",), True)
    assert seen[RuleKind.PROHIBITION, "mk:recipientCountry"] == (("US",), True)
    assert seen[RuleKind.PERMISSION, "mk:recipientKind"] == ("insurer", False)
    assert seen[RuleKind.PERMISSION, "mk:recipientCountry"] == ("US", False)
    assert seen[RuleKind.PERMISSION, "mk:runs"] == ("3", False)
    assert seen[RuleKind.PERMISSION, "mk:crowd"] == ("300", True)
    assert seen[RuleKind.STATE, "mk:withdrawn"] == ("false", True)


def test_a_fact_that_is_not_known_satisfies_what_is_forbidden_and_nothing_that_is_allowed():
    traced = trace(STRICT, replace(HERE, buyer_country=None, runs=None), now=NOW)

    unknown = [(rule.kind, each) for rule in traced.rules for each in rule.findings if each.seen is None]
    assert {each.operand for _, each in unknown} == {"mk:recipientCountry", "mk:runs"}
    assert all(each.is_satisfied is (kind is RuleKind.PROHIBITION) for kind, each in unknown)


def test_a_trace_never_holds_by_which_category_or_range_people_were_chosen():
    query = replace(
        QUERY,
        where=(
            Condition("school_type", "girls"),
            Condition("exam_score", None, Decimal("-1.5"), Decimal("1.25")),
        ),
    )

    logged = canonical_json(trace(POLICY, replace(HERE, query=query), now=NOW).to_json()).decode()

    assert "girls" not in logged
    assert "1.25" not in logged
    assert "exam/1#school_type" in logged


HOSTILE = {
    "reasons that do not follow": lambda d: d.update(reasons=["expired"]),
    "no reasons where a rule is broken": lambda d: d["rules"][0]["constraint"][0].update(satisfied=False),
    "a reason twice": lambda d: d.update(reasons=["expired", "expired"]),
    "no rules": lambda d: d.update(rules=[]),
    "a rule without constraints": lambda d: d["rules"][0].update(constraint=[]),
    "two constraints of one permission": lambda d: d["rules"][-1].update(
        constraint=d["rules"][-1]["constraint"] * 2
    ),
    "a rule of no part": lambda d: d["rules"][0].update(rule="duty"),
    "a reason that there is not": lambda d: d["rules"][0].update(reason="mood"),
    "a permission that refuses as a prohibition": lambda d: d["rules"][-1].update(reason="prohibited"),
    "a prohibition that refuses as something else": lambda d: d["rules"][3].update(reason="expired"),
    "a permission under the reason of another": lambda d: d["rules"][-1].update(reason="expired"),
    "the state of a policy under the reason of another": lambda d: d["rules"][0].update(reason="expired"),
    "perhaps satisfied": lambda d: d["rules"][0]["constraint"][0].update(satisfied="yes"),
    "a number that was seen": lambda d: d["rules"][0]["constraint"][0].update(seen=5),
    "nothing about what was seen": lambda d: d["rules"][0]["constraint"][0].pop("seen"),
    "more than there is": lambda d: d.update(also="x"),
    "more in a rule": lambda d: d["rules"][0].update(also="x"),
    "more in a constraint": lambda d: d["rules"][0]["constraint"][0].update(also="x"),
    "another profile": lambda d: d.update(profile="urn:other"),
    "a moment that is none": lambda d: d.update(at="yesterday"),
    "rules without end": lambda d: d.update(rules=d["rules"] * 30),
    "no object": lambda d: d.clear(),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_logged_trace_with_this_is_malformed(tamper):
    document = copy.deepcopy(loose(trace(STRICT, replace(HERE, query=CHECKED), now=NOW).to_json()))
    assert Trace.from_json(document).reasons == ()
    tamper(document)

    with pytest.raises(MalformedError):
        Trace.from_json(document)


CHECKED = replace(QUERY, verified=True, publication=True)


def _of(document, operand, kind="permission"):
    rules = [rule for rule in document["rules"] if rule["rule"] == kind]
    return next(each for rule in rules for each in rule["constraint"] if each["leftOperand"] == operand)


CONTRADICTIONS = {
    "mk:crowd": {"seen": "3"},
    "mk:queryFloor": {"rightOperand": "301"},
    "mk:epsilonPerQuery": {"seen": "1000"},
    "mk:epsilonTotal": {"seen": "1000"},
    "mk:runs": {"seen": "0"},
    "mk:compensationCents": {"seen": "-1"},
    "mk:attribute": {"seen": ["exam/1#nothing"]},
    "mk:filter": {"seen": ["exam/1#nothing"]},
    "purpose": {"seen": "https://w3id.org/dpv#CommercialResearch"},
    "mk:recipientKind": {"seen": "insurer"},
    "mk:recipient": {"seen": "somebody else"},
    "mk:recipientCountry": {"seen": "US"},
    "mk:statistic": {"seen": ["nothing"]},
    "mk:publication": {"seen": "false"},
    "mk:engine": {"seen": "functional"},
    "mk:verifiedOnly": {"seen": "false"},
    "mk:nodes": {"seen": ["a", "b", "c"]},
    "target": {"seen": ["health/1"]},
}
FORMLESS = [
    ("mk:crowd", {"rightOperand": "abc"}),
    ("mk:crowd", {"rightOperand": ["1", "2"]}),
    ("mk:crowd", {"rightOperand": None}),
    ("mk:crowd", {"rightOperand": "NaN"}),
    ("mk:crowd", {"seen": "٣"}),
    ("mk:epsilonTotal", {"rightOperand": "1e999999999"}),
    ("mk:compensationCents", {"seen": "sNaN"}),
    ("purpose", {"seen": "nope"}),
    ("purpose", {"seen": ["nope"]}),
    ("purpose", {"seen": None}),
    ("mk:crowd", {"operator": "lteq"}),
    ("mk:crowd", {"operator": "countries"}),
    ("mk:crowd", {"operator": "filters"}),
    ("mk:crowd", {"operator": "runs"}),
    ("mk:crowd", {"leftOperand": "mk:mood"}),
]


def _logged():
    return loose(trace(STRICT, replace(HERE, query=CHECKED), now=NOW).to_json())


@pytest.mark.parametrize(("operand", "changes"), [*CONTRADICTIONS.items(), *FORMLESS])
def test_a_logged_constraint_that_contradicts_itself_or_has_no_form_is_malformed(operand, changes):
    document = _logged()
    _of(document, operand).update(changes)

    with pytest.raises(MalformedError):
        Trace.from_json(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"seen": ["insurer"]},
        {"seen": None},
        {"operator": "isNoneOf"},
        {"operator": "isAllOf"},
        {"operator": "gteq"},
        {"leftOperand": "mk:runs"},
        {"rightOperand": None},
    ],
    ids=str,
)
def test_a_logged_prohibition_that_contradicts_itself_or_has_no_form_is_malformed(changes):
    document = _logged()
    _of(document, "mk:recipientKind", "prohibition").update(changes)

    with pytest.raises(MalformedError):
        Trace.from_json(document)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (0, {"seen": "2000-01-01T00:00:00Z"}),
        (0, {"seen": "2000"}),
        (0, {"seen": ["2000-01-01T00:00:00Z"]}),
        (1, {"seen": "2999-01-01T00:00:00Z"}),
        (2, {"seen": "true"}),
    ],
)
def test_a_logged_state_that_contradicts_itself_or_has_no_form_is_malformed(rule, changes):
    document = _logged()
    document["rules"][rule]["constraint"][0].update(changes)

    with pytest.raises(MalformedError):
        Trace.from_json(document)


def test_a_negative_balance_is_read_as_it_was_refused():
    traced = trace(STRICT, replace(HERE, query=CHECKED, epsilon_spent=Decimal("-0.1")), now=NOW)

    assert traced.reasons == (Refusal.BUDGET_SPENT,)
    assert Trace.from_json(traced.to_json()) == traced
