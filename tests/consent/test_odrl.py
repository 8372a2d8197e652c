import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings

from consent.errors import TermsError
from consent.odrl import from_odrl, to_agreement, to_offer
from consent.prohibition import Operand, never
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


def _forbidden(**changes):
    constraint = {"leftOperand": "mk:recipientKind", "operator": "isAnyOf", "rightOperand": ["insurer"]}
    return {"action": "aggregate", "constraint": [{**constraint, **changes}]}


def _forbid(document, **changes):
    document.update(prohibition=[{**_forbidden(), **changes}])


def _forbid_by(document, **changes):
    document.update(prohibition=[_forbidden(**changes)])


def test_what_is_forbidden_is_read_as_it_was_written():
    document = loose(to_offer(POLICY, CONSENT_ID))
    document.update(
        prohibition=[_forbidden(leftOperand="mk:attribute", rightOperand=["exam/1#sex"]), _forbidden()]
    )

    policy = from_odrl(document)

    assert policy == replace(
        POLICY,
        prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer"), never(Operand.ATTRIBUTE, "sex")}),
    )


@pytest.mark.parametrize("operand", ["mk:attribute", "mk:filter"])
def test_what_is_not_allowed_by_itself_cannot_be_forbidden_with_something(operand):
    document = loose(to_offer(POLICY, CONSENT_ID))
    _forbid_by(document, leftOperand=operand, rightOperand=["exam/1#intake"])

    with pytest.raises(TermsError, match="only what is allowed"):
        from_odrl(document)


def test_no_filter_at_all_is_an_empty_list_and_not_the_same_as_none_stated():
    closed = replace(POLICY, filters=frozenset())

    assert from_odrl(loose(to_offer(closed, CONSENT_ID))) == closed != POLICY
    assert {"leftOperand": "mk:filter", "operator": "isAnyOf", "rightOperand": []} in loose(
        to_offer(closed, CONSENT_ID)
    )["permission"][0]["constraint"]


@given(policies())
@settings(max_examples=40)
def test_prohibitions_have_the_form_of_dsp_2025_1(policy):
    offer = loose(to_offer(policy, CONSENT_ID))

    assert ("prohibition" in offer) is bool(policy.prohibitions)
    for prohibition in offer.get("prohibition", []):
        assert set(prohibition) == {"action", "constraint"}
        assert prohibition["action"] == "aggregate"
        for constraint in prohibition["constraint"]:
            assert set(constraint) == {"leftOperand", "operator", "rightOperand"}
            assert constraint["operator"] in DSP_OPERATORS
            assert isinstance(constraint["rightOperand"], str | list)


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
    "a prohibition of another action": lambda d: _forbid(d, action="distribute"),
    "a prohibition without constraints": lambda d: _forbid(d, constraint=[]),
    "a prohibition without a list of constraints": lambda d: d.update(prohibition=[{"action": "aggregate"}]),
    "nothing that is forbidden": lambda d: d.update(prohibition=[]),
    "null forbidden": lambda d: d.update(prohibition=None),
    "a prohibition that is no list": lambda d: d.update(prohibition={}),
    "a prohibition with a remedy": lambda d: _forbid(d, remedy=[{"action": "inform"}]),
    "a prohibition twice": lambda d: d.update(prohibition=[_forbidden(), _forbidden()]),
    "too many prohibitions": lambda d: d.update(
        prohibition=[_forbidden(rightOperand=[str(at)], leftOperand="mk:recipient") for at in range(17)]
    ),
    "a constraint of a prohibition twice": lambda d: _forbid(
        d, constraint=[*_forbidden()["constraint"], *_forbidden(rightOperand=["company"])["constraint"]]
    ),
    "an operand of a prohibition that we do not know": lambda d: _forbid_by(d, leftOperand="mk:mood"),
    "an operator of a prohibition that we do not know": lambda d: _forbid_by(d, operator="hasPart"),
    "an operator that its operand does not have": lambda d: _forbid_by(d, operator="isAllOf"),
    "a kind of recipient that we do not know": lambda d: _forbid_by(d, rightOperand=["insurers"]),
    "a purpose forbidden that we do not know": lambda d: _forbid_by(
        d, leftOperand="purpose", rightOperand=["https://w3id.org/dpv#Marketing"]
    ),
    "a purpose forbidden by its short name": lambda d: _forbid_by(
        d, leftOperand="purpose", rightOperand=["dpv:CommercialResearch"]
    ),
    "a country forbidden that there is not": lambda d: _forbid_by(
        d, leftOperand="mk:recipientCountry", rightOperand=["UK"]
    ),
    "an engine forbidden that is left open": lambda d: _forbid_by(
        d, leftOperand="mk:engine", rightOperand=["auto"]
    ),
    "an attribute of another data set forbidden": lambda d: _forbid_by(
        d, leftOperand="mk:attribute", rightOperand=["health/1#sex"]
    ),
    "an attribute of no data set forbidden": lambda d: _forbid_by(
        d, leftOperand="mk:attribute", rightOperand=["sex"]
    ),
    "nobody forbidden": lambda d: _forbid_by(d, rightOperand=[]),
    "somebody forbidden as a text": lambda d: _forbid_by(d, rightOperand="insurer"),
    "something forbidden by null": lambda d: _forbid_by(d, rightOperand=None),
    "a crowd forbidden as a number": lambda d: _forbid_by(
        d, leftOperand="mk:crowd", operator="lt", rightOperand=50
    ),
    "a truth forbidden that is none": lambda d: _forbid_by(
        d, leftOperand="mk:exact", operator="eq", rightOperand="maybe"
    ),
    "a constraint of a prohibition with more": lambda d: _forbid_by(d, unit="people"),
    "no country": lambda d: _add(d, "mk:recipientCountry", "isAnyOf", []),
    "a country that there is not": lambda d: _add(d, "mk:recipientCountry", "isAnyOf", ["UK"]),
    "a country turned round": lambda d: _add(d, "mk:recipientCountry", "isNoneOf", ["US"]),
    "a filter of another data set": lambda d: _add(d, "mk:filter", "isAnyOf", ["health/1#sex"]),
    "a filter of no data set": lambda d: _add(d, "mk:filter", "isAnyOf", ["sex"]),
    "runs that are no number": lambda d: _add(d, "mk:runs", "lteq", "often"),
    "runs beyond reason": lambda d: _add(d, "mk:runs", "lteq", "10001"),
    "runs turned round": lambda d: _add(d, "mk:runs", "gteq", "5"),
    "runs by null": lambda d: _add(d, "mk:runs", "lteq", None),
    "filters by null": lambda d: _add(d, "mk:filter", "isAnyOf", None),
    "countries by null": lambda d: _add(d, "mk:recipientCountry", "isAnyOf", None),
    "verification by null": lambda d: _add(d, "mk:verifiedOnly", "eq", None),
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
