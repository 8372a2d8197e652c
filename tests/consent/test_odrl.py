import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings

from consent.errors import TermsError
from consent.odrl import from_odrl, to_agreement, to_offer
from consent.vocabulary import Engine
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from tests.consent.examples import BUYER_ID, CONSENT_ID, NOW, POLICY, SUBJECT, loose, policies

DSP_OPERATORS = {
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
}


def _agreement():
    return loose(to_agreement(POLICY, CONSENT_ID, assigner=SUBJECT, assignee=BUYER_ID, agreed_at=NOW))


@given(policies())
@settings(max_examples=60)
def test_a_policy_survives_being_an_offer(policy):
    assert from_odrl(parse_json(canonical_json(to_offer(policy, CONSENT_ID)))) == policy


@given(policies())
@settings(max_examples=20)
def test_a_policy_survives_being_an_agreement(policy):
    document = to_agreement(policy, CONSENT_ID, assigner=SUBJECT, assignee=BUYER_ID, agreed_at=NOW)

    assert from_odrl(parse_json(canonical_json(document))) == policy


def test_an_offer_has_the_form_of_dsp_2025_1():
    offer = loose(to_offer(POLICY, CONSENT_ID))

    assert offer["@type"] == "Offer"
    assert "target" not in offer
    assert offer["@context"] == ["https://w3id.org/dspace/2025/1/context.jsonld"]
    (permission,) = offer["permission"]
    assert set(permission) == {"action", "constraint"}
    assert isinstance(permission["action"], str)
    for constraint in permission["constraint"]:
        assert set(constraint) == {"leftOperand", "operator", "rightOperand"}
        assert constraint["operator"] in DSP_OPERATORS
        assert isinstance(constraint["rightOperand"], str | list)


def test_an_agreement_names_its_target_and_both_sides():
    agreement = _agreement()

    assert agreement["@type"] == "Agreement"
    assert agreement["target"] == "urn:argonauta:dataset:exam/1"
    assert agreement["assigner"] == SUBJECT
    assert agreement["assignee"] == BUYER_ID
    assert agreement["timestamp"] == "2026-12-01T12:00:00Z"


def test_constraints_may_come_in_any_order():
    offer = loose(to_offer(POLICY, CONSENT_ID))
    offer["permission"][0]["constraint"].reverse()

    assert from_odrl(offer) == POLICY


def _set(document, operand, **changes):
    for constraint in document["permission"][0]["constraint"]:
        if constraint["leftOperand"] == operand:
            constraint.update(changes)


def _repeat(document):
    constraints = document["permission"][0]["constraint"]
    constraints[0] = copy.deepcopy(constraints[1])


def _add(document, operand, operator, value):
    document["permission"][0]["constraint"].append(
        {"leftOperand": operand, "operator": operator, "rightOperand": value}
    )


def test_a_policy_without_choices_of_engine_keeps_its_form():
    operands = {
        each["leftOperand"] for each in loose(to_offer(POLICY, CONSENT_ID))["permission"][0]["constraint"]
    }

    assert not operands & {"mk:engine", "mk:verifiedOnly"}
    chosen = replace(POLICY, engines=frozenset({Engine.MPC, Engine.PAILLIER}), verified_only=True)
    constraints = loose(to_offer(chosen, CONSENT_ID))["permission"][0]["constraint"]
    assert constraints[-2:] == [
        {"leftOperand": "mk:engine", "operator": "isAnyOf", "rightOperand": ["mpc", "paillier"]},
        {"leftOperand": "mk:verifiedOnly", "operator": "eq", "rightOperand": "true"},
    ]


HOSTILE = {
    "an engine that holds anyway": lambda d: _add(d, "mk:engine", "isAnyOf", ["mpc"]),
    "an engine we do not know": lambda d: _add(d, "mk:engine", "isAnyOf", ["abacus"]),
    "no engine": lambda d: _add(d, "mk:engine", "isAnyOf", []),
    "engines turned round": lambda d: _add(d, "mk:engine", "isNoneOf", ["paillier"]),
    "verification that is not asked for": lambda d: _add(d, "mk:verifiedOnly", "eq", "false"),
    "verification twice": lambda d: [_add(d, "mk:verifiedOnly", "eq", "true") for _ in range(2)],
    "a prohibition": lambda d: d.update(prohibition=[{"action": "distribute"}]),
    "an obligation": lambda d: d.update(obligation=[{"action": "compensate"}]),
    "a duty": lambda d: d["permission"][0].update(duty=[{"action": "inform"}]),
    "two permissions": lambda d: d["permission"].append(copy.deepcopy(d["permission"][0])),
    "no permission": lambda d: d.update(permission=[]),
    "another action": lambda d: d["permission"][0].update(action="use"),
    "another profile": lambda d: d.update(profile="https://w3id.org/odrl"),
    "another context": lambda d: d.update({"@context": ["https://example.org"]}),
    "another type": lambda d: d.update({"@type": "Set"}),
    "an offer with a target": lambda d: d.update(target="urn:argonauta:dataset:exam/1"),
    "an operand we do not know": lambda d: _set(d, "mk:crowd", leftOperand="mk:weather"),
    "an operator we do not know": lambda d: _set(d, "mk:crowd", operator="neq"),
    "an operand turned round": lambda d: _set(d, "mk:crowd", operator="lteq"),
    "an operand twice": _repeat,
    "an operand less": lambda d: d["permission"][0]["constraint"].pop(),
    "a constraint with more": lambda d: _set(d, "mk:crowd", unit="people"),
    "a crowd that is a number": lambda d: _set(d, "mk:crowd", rightOperand=50),
    "a crowd with a sign": lambda d: _set(d, "mk:crowd", rightOperand="+50"),
    "a crowd with a leading zero": lambda d: _set(d, "mk:crowd", rightOperand="050"),
    "a crowd in other digits": lambda d: _set(d, "mk:crowd", rightOperand="५०"),
    "a crowd of everybody": lambda d: _set(d, "mk:crowd", rightOperand="1000001"),
    "a purpose we do not know": lambda d: _set(d, "purpose", rightOperand=["https://w3id.org/dpv#Marketing"]),
    "no purpose": lambda d: _set(d, "purpose", rightOperand=[]),
    "attributes of two data sets": lambda d: _set(
        d, "mk:attribute", rightOperand=["exam/1#sex", "health/1#sex"]
    ),
    "an attribute of no data set": lambda d: _set(d, "mk:attribute", rightOperand=["sex"]),
    "an attribute without a name": lambda d: _set(d, "mk:attribute", rightOperand=["exam/1#"]),
    "perhaps exact": lambda d: _set(d, "mk:exact", rightOperand="maybe"),
    "an end without a zone": lambda d: _set(d, "dateTime", rightOperand="2027-04-01T00:00:00"),
    "a budget that is not a number": lambda d: _set(d, "mk:epsilonTotal", rightOperand="NaN"),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_policy_document_with_this_is_malformed(tamper):
    document = loose(to_offer(POLICY, CONSENT_ID))
    tamper(document)

    with pytest.raises(MalformedError):
        from_odrl(document)


def test_an_agreement_about_another_data_set_than_its_permission_is_malformed():
    with pytest.raises(MalformedError, match="another data set"):
        from_odrl({**_agreement(), "target": "urn:argonauta:dataset:health/1"})


def test_terms_that_contradict_themselves_are_refused():
    document = loose(to_offer(POLICY, CONSENT_ID))
    _set(document, "mk:node1", rightOperand="node-a")

    with pytest.raises(TermsError, match="twice"):
        from_odrl(document)


def test_policies_that_differ_are_different_documents():
    other = replace(POLICY, crowd_floor=51)

    assert to_offer(other, CONSENT_ID) != to_offer(POLICY, CONSENT_ID)
