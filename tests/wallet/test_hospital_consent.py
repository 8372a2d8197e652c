"""What a consent given to a hospital forbids here, and that it never allows anything."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.consent import Consent
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.prohibition import Constraint, Operand, Operator, Prohibition, never
from consent.record_document import Notice
from consent.vocabulary import Purpose, RecipientKind
from tests.consent.examples import CONSENT_ID, GIVEN, MARKET_ID, NOW, POLICY, SUBJECT, UNTIL, policies
from wallet.domain.choices import PolicyChoices
from wallet.domain.fhir_codes import ACT_REASON, DPV, KINDS, RESEARCH
from wallet.domain.fhir_consent import Exported, fhir_consent
from wallet.domain.hospital_consent import MAX_BYTES, Objections, read_hospital_consent
from wallet.errors import ChoiceError

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
HL7 = sorted(VECTORS.rglob("Consent-*.json"))
WORDS = "Was ich erlaube.\nUnd bis wann: λέξεις."
COMPANY = {"reference": {"identifier": {"system": KINDS, "value": "company"}}}
STRANGER = {"role": {"coding": [{"code": "PRCP"}]}, "reference": {"reference": "Organization/f001"}}


def _exported(policy=POLICY, **changes) -> Exported:
    plain = Exported(CONSENT_ID, SUBJECT, MARKET_ID, policy, WORDS, Notice.of(WORDS, "de"), None)
    return replace(plain, **changes)


def _consent(*, status: str = "active", **members: Any) -> bytes:
    return json.dumps({"resourceType": "Consent", "status": status, **members}).encode()


def _denied(**members: Any) -> Objections:
    return read_hospital_consent(
        _consent(provision={"type": "permit", "provision": [{"type": "deny", **members}]})
    )


def _v3(*codes: str) -> list[dict[str, str]]:
    return [{"system": ACT_REASON, "code": code} for code in codes]


# Export


@given(policies())
@settings(max_examples=40, deadline=None)
def test_every_agreement_is_a_consent_of_fhir(policy):
    document = fhir_consent(_exported(policy), now=NOW)

    root = Consent.model_validate_json(json.dumps(document)).provision
    assert root is not None
    assert (root.type, len(root.provision or [])) == ("permit", len(policy.prohibitions))


def test_an_agreement_says_who_what_why_and_until_when():
    forbidding = replace(POLICY, prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer")}))
    document = fhir_consent(_exported(forbidding), now=NOW)

    provision = document["provision"]
    assert (document["status"], document["scope"]["coding"][0]["code"]) == ("active", "research")
    assert document["patient"]["identifier"]["value"] == SUBJECT
    assert provision["period"] == {"start": "2026-11-22T10:00:00Z", "end": "2027-04-01T00:00:00Z"}
    assert provision["purpose"] == [
        {"system": ACT_REASON, "code": "HRESCH"},
        {"system": DPV, "code": "AcademicResearch"},
    ]
    assert [each["coding"][0]["code"] for each in provision["code"]] == [
        "exam/1#exam_score",
        "exam/1#school_type",
        "exam/1#sex",
    ]
    (denial,) = provision["provision"]
    assert denial["type"] == "deny"
    assert denial["actor"][0]["reference"]["identifier"] == {"system": KINDS, "value": "insurer"}
    assert document["sourceAttachment"]["language"] == "de"


@pytest.mark.parametrize(
    ("changes", "now", "status", "end"),
    [
        ({"ended_at": NOW}, NOW, "inactive", "2026-12-01T12:00:00Z"),
        ({}, UNTIL, "inactive", "2027-04-01T00:00:00Z"),
        ({}, GIVEN, "active", "2027-04-01T00:00:00Z"),
    ],
)
def test_an_agreement_that_is_over_is_inactive(changes, now, status, end):
    document = fhir_consent(_exported(**changes), now=now)

    assert (document["status"], document["provision"]["period"]["end"]) == (status, end)


def test_a_prohibition_that_fhir_has_no_words_for_is_named_and_not_dropped():
    few = Prohibition(frozenset({Constraint(Operand.STATISTIC, Operator.IS_ANY_OF, frozenset({"mean"}))}))
    document = fhir_consent(_exported(replace(POLICY, prohibitions=frozenset({few}))), now=NOW)

    (denial,) = document["provision"]["provision"]
    assert denial["code"][0]["text"] == "mk:statistic isAnyOf mean"
    assert read_hospital_consent(json.dumps(document).encode()).everything


# Import


@pytest.mark.parametrize(
    ("codes", "purposes"),
    [
        (["HRESCH"], RESEARCH),
        (["CLINTRCH"], RESEARCH),
        (["PUBHLTH"], {Purpose.PUBLIC_BENEFIT}),
        (["HOPERAT"], {Purpose.SERVICE_OPTIMISATION}),
        (["HMARKT"], {Purpose.COMMERCIAL_RESEARCH, Purpose.SERVICE_OPTIMISATION}),
        (["HRESCH", "PUBHLTH"], {*RESEARCH, Purpose.PUBLIC_BENEFIT}),
        (["TREAT"], set()),
    ],
)
def test_a_denied_purpose_is_forbidden_with_all_that_it_may_mean(codes, purposes):
    found = _denied(purpose=_v3(*codes))

    assert (found.purposes, found.everything, found.left_out) == (frozenset(purposes), False, ())


def test_what_we_wrote_ourselves_comes_back_as_it_was():
    forbidden = frozenset(
        {
            never(Operand.PURPOSE, Purpose.COMMERCIAL_RESEARCH.value),
            never(Operand.RECIPIENT_KIND, "company", "insurer"),
        }
    )
    document = fhir_consent(_exported(replace(POLICY, prohibitions=forbidden)), now=NOW)

    found = read_hospital_consent(json.dumps(document).encode())

    assert found.purposes == {Purpose.COMMERCIAL_RESEARCH}
    assert found.kinds == {RecipientKind.COMPANY, RecipientKind.INSURER}
    assert (found.everything, found.left_out) == (False, ())
    assert found.permits == ("provision",)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"purpose": _v3("MADEUP")},
        {"purpose": [{"system": "urn:other", "code": "HRESCH"}]},
        {"purpose": [{"code": "HRESCH"}]},
        {"purpose": []},
        {"purpose": [*_v3("HRESCH"), {"system": DPV, "code": "Marketing"}]},
        {"actor": [STRANGER]},
        {"actor": [COMPANY, STRANGER]},
        {"class": [{"system": "http://hl7.org/fhir/resource-types", "code": "MedicationRequest"}]},
        {"period": {"start": "2010-01-01", "end": "2011-01-01"}},
        {"data": [{"meaning": "related", "reference": {"reference": "Task/3"}}]},
        {"securityLabel": [{"code": "N"}]},
        {"inventedMember": 1},
    ],
    ids=str,
)
def test_a_denial_that_is_not_understood_forbids_everything(members):
    found = _denied(**members)

    assert found.everything
    assert found.left_out or members == {}


def test_a_condition_that_is_left_out_is_named_and_the_denial_is_wider():
    found = _denied(purpose=_v3("HRESCH"), actor=[STRANGER], period={"end": "2027-01-01"})

    assert found.purposes == RESEARCH
    assert found.left_out == ("provision.provision[0].period", "provision.provision[0].actor")


def test_a_purpose_denied_to_some_is_denied_to_all():
    found = _denied(purpose=_v3("PUBHLTH"), actor=[COMPANY])

    assert found == Objections(
        purposes=frozenset({Purpose.PUBLIC_BENEFIT}),
        left_out=("provision.provision[0].actor",),
        permits=("provision",),
    )


def test_a_provision_below_another_that_does_not_say_what_it_is_forbids():
    found = read_hospital_consent(_consent(provision={"provision": [{"purpose": _v3("PUBHLTH")}]}))

    assert found.purposes == {Purpose.PUBLIC_BENEFIT}


@pytest.mark.parametrize(
    "document",
    [
        _consent(status="rejected"),
        _consent(provision={"type": "deny"}),
        _consent(policyRule={"coding": [{"code": "OPTOUT"}]}),
        _consent(provision={"type": "deny", "provision": [{"type": "permit", "purpose": _v3("HRESCH")}]}),
    ],
)
def test_a_consent_that_refuses_forbids_everything_whatever_it_allows_besides(document):
    assert read_hospital_consent(document).everything


@pytest.mark.parametrize(
    "document",
    [
        _consent(),
        _consent(policyRule={"coding": [{"code": "OPTIN"}]}),
        _consent(provision={"type": "permit", "purpose": _v3("HRESCH"), "actor": [COMPANY]}),
        _consent(provision={"type": "permit", "provision": [{"type": "permit", "purpose": _v3("HMARKT")}]}),
    ],
)
def test_a_permit_changes_nothing(document):
    found = read_hospital_consent(document)

    assert found.is_empty
    assert found.narrow(PolicyChoices()) == PolicyChoices()


_PURPOSES = st.frozensets(st.sampled_from(Purpose))
_KINDS = st.frozensets(st.sampled_from(RecipientKind))


@given(_PURPOSES, _KINDS, _PURPOSES, _KINDS)
def test_nothing_that_is_taken_over_ever_widens_an_offer(purposes, kinds, allowed, asked):
    before = replace(PolicyChoices(), purposes=tuple(allowed), recipient_kinds=tuple(asked))

    after = Objections(kinds, purposes).narrow(before)

    assert set(after.purposes) <= set(before.purposes)
    assert set(after.recipient_kinds) <= set(before.recipient_kinds) - kinds
    assert set(after.boundaries.never_purposes) >= purposes
    assert set(after.boundaries.never_kinds) >= kinds
    same = replace(
        after, purposes=before.purposes, recipient_kinds=before.recipient_kinds, boundaries=before.boundaries
    )
    assert same == before
    after.boundaries.require_beside(after.recipient_kinds, after.purposes)


def test_where_everything_is_forbidden_nothing_is_narrowed_to():
    with pytest.raises(ChoiceError, match="forbids every use"):
        Objections(everything=True).narrow(PolicyChoices())


@pytest.mark.parametrize("status", ["draft", "proposed", "inactive", "entered-in-error", "", None, 7])
def test_a_consent_that_is_not_in_force_says_nothing(status):
    with pytest.raises(ChoiceError, match="not in force"):
        read_hospital_consent(_consent(status=status, provision={"type": "deny"}))


_DEEP: dict[str, Any] = {"type": "deny"}
for _ in range(20):
    _DEEP = {"type": "deny", "provision": [_DEEP]}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"resourceType": "Consent", "resourceType": "Consent"}',
        b'{"resourceType": "Patient", "status": "active"}',
        b" " * (MAX_BYTES + 1),
        _consent(implicitRules="http://x.example"),
        _consent(modifierExtension=[{"url": "x"}]),
        _consent(provision=[{"type": "deny"}]),
        _consent(provision={"type": "permit", "modifierExtension": []}),
        _consent(provision={"type": "permit", "provision": {"type": "deny"}}),
        _consent(provision={"type": "permit", "provision": ["deny"]}),
        _consent(provision={"type": "deny", "purpose": "HRESCH"}),
        _consent(provision={"type": "deny", "purpose": ["HRESCH"]}),
        _consent(provision={"type": "deny", "actor": [7]}),
        _consent(policyRule="OPTOUT"),
        _consent(provision=_DEEP),
        _consent(provision={"type": "deny", "provision": [{"type": "deny"}] * 300}),
    ],
    ids=range(20),
)
def test_what_cannot_be_read_safely_is_refused_by_name(raw):
    with pytest.raises(ChoiceError, match="read safely"):
        read_hospital_consent(raw)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["deny", "permit", "HRESCH", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "purpose", "actor", "provision", "coding", "code", "system", "reference"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON, _JSON)
def test_whatever_stands_in_a_consent_has_a_named_answer(provision, rule):
    with suppress(ChoiceError):
        found = read_hospital_consent(_consent(provision=provision, policyRule=rule))
        assert all(isinstance(place, str) for place in (*found.left_out, *found.permits))


@pytest.mark.skipif(not HL7, reason="no example of a FHIR Consent lies in ../shared")
@pytest.mark.parametrize("path", HL7, ids=lambda path: path.name)
def test_the_examples_of_hl7_are_read_or_refused_by_name(path):
    with suppress(ChoiceError):
        assert read_hospital_consent(path.read_bytes()).narrow(PolicyChoices()) is not None
