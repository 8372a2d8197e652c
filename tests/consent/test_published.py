"""Everything that the system writes has the published form, and what breaks one of its rules has not."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from consent.published import CONTEXT_NAME, DOCUMENTS
from consent.record import ConsentRecord
from crypto.encoding import parse_json
from tests.consent.examples import loose
from tests.consent.published import RECORD_SCHEMA, SHAPES, examples, schema_faults, shape_faults
from tests.consent.test_record_form import records

EXAMPLES = examples()
GIVEN_TO_RECORD = {
    "@type": ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"],
    "dpv:isIndicatedBy": "dpv:DataSubject",
    "dpv:isIndicatedAtTime": "2026-11-22T10:00:00Z",
}
Place = tuple[str | int, ...]
PROCESS: Place = ("dpv:hasProcess", 0)
SUBJECT: Place = ("credentialSubject",)
_GONE = "(taken out)"


def _broken(document: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The document with another value at a place, or without what stood there."""
    changed: Any = deepcopy(document)
    *way, last = place
    within = changed
    for step in way:
        within = within[step]
    if value == _GONE:
        del within[last]
    else:
        within[last] = value
    return dict(changed)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_document_has_its_published_form(kind):
    schema, document = EXAMPLES[kind]

    assert schema_faults(schema, document) == []
    assert shape_faults(document) == []


@given(records())
@settings(max_examples=100)
def test_a_record_of_any_choices_has_the_form_of_the_schema(record: ConsentRecord):
    assert schema_faults(RECORD_SCHEMA, loose(record.to_json())["record"]) == []


@given(records())
@settings(max_examples=8, deadline=None)
def test_a_record_of_any_choices_says_what_the_shapes_ask_for(record: ConsentRecord):
    document = loose(record.to_json())["record"]
    document["dpv:hasDataSubject"][0]["@id"] = "urn:argonauta:person:made-up"  # any text is drawn for it

    assert shape_faults(document) == []


def _members(value: Any, place: Place = ()) -> list[Place]:
    """Every place of a document, but for the policy, whose own form is that of the Dataspace Protocol."""
    if isinstance(value, dict):
        below = [
            each
            for name in value
            if name != "odrl:hasPolicy"
            for each in _members(value[name], (*place, name))
        ]
    elif isinstance(value, list):
        below = [each for at, member in enumerate(value) for each in _members(member, (*place, at))]
    else:
        below = []
    return [*([place] if place else []), *below]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_schema_takes_no_other_kind_of_value_anywhere(kind):
    schema, document = EXAMPLES[kind]

    taken = [place for place in _members(document) if not schema_faults(schema, _broken(document, place, 7))]

    assert taken == []


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_schema_takes_no_member_that_it_does_not_know(kind):
    schema, document = EXAMPLES[kind]
    objects = [place for place in ((), *_members(document)) if isinstance(_at(document, place), dict)]

    taken = [
        place for place in objects if not schema_faults(schema, _broken(document, (*place, "dct:note"), "x"))
    ]

    assert taken == []


def _at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_schema_misses_every_member_that_is_taken_out(kind):
    schema, document = EXAMPLES[kind]
    places = [place for place in _members(document) if isinstance(place[-1], str)]

    optional = {place[-1] for place in places if not schema_faults(schema, _broken(document, place, _GONE))}

    # Which of the two kinds of data something is, and where it comes from, is told where it is known.
    assert optional <= {"skos:broader", "dpv:hasDataSource", "odrl:hasPolicy"} | (
        {"dpv:hasDataProcessor", "dpv:hasJurisdiction", "dpv:hasApplicableLaw", "dpv:hasRight"}
        if "policy" not in str(document)
        else set()
    )


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("record", ("@type",), "dpv:Consent"),
        ("record", ("dct:identifier",), _GONE),
        ("record", ("dct:conformsTo",), "https://w3id.org/dpv/schema/dpv-27560#record"),
        ("record", ("dct:conformsTo",), _GONE),
        ("record", ("dpv:hasDataSubject",), _GONE),
        ("record", ("dpv:hasDataSubject",), [{"@id": "urn:a"}, {"@id": "urn:b"}]),
        ("record", ("dpv:hasDataController",), []),
        ("record", ("dpv:hasDataController",), ["did:web:a.example", "did:web:b.example"]),
        ("record", ("dpv:hasLegalBasis",), _GONE),
        ("record", ("dpv:hasLegalBasis",), ["eu-gdpr:A6-1-f"]),
        ("record", ("dpv:hasLegalBasis",), ["eu-gdpr:A6-1-a-explicit-consent", "eu-gdpr:A6-1-f"]),
        ("health record", ("dpv:hasLegalBasis",), ["eu-gdpr:A6-1-a-explicit-consent"]),
        ("record", ("dpv:hasDataProcessor",), ["node-a", "node-b"]),
        ("record", ("dpv:hasJurisdiction",), _GONE),
        ("record", ("dpv:hasApplicableLaw",), _GONE),
        ("record", ("dpv:hasRight",), _GONE),
        ("record", ("dpv:hasNotice",), _GONE),
        ("record", ("dpv:hasNotice", 0, "@id"), "urn:argonauta:notice:sha-256:short"),
        ("record", ("dpv:hasNotice", 0, "@type"), "dpv:Notice"),
        ("record", ("dpv:hasNotice", 0, "dct:language"), _GONE),
        ("record", ("dpv:hasNotice", 0, "dct:date"), _GONE),
        ("record", ("dpv:hasConsentControl",), _GONE),
        ("record", ("dpv:hasConsentControl", 0, "@type"), ["dpv:ProvideConsent"]),
        ("record", ("dpv:hasConsentControl", 0, "dpv:isExercisedAt"), _GONE),
        ("record", ("dpv:hasConsentStatus",), []),
        ("record", ("dpv:hasConsentStatus", 0, "@type"), ["dpv:ConsentRefused"]),
        ("record", ("dpv:hasConsentStatus", 0, "dpv:isIndicatedBy"), _GONE),
        ("record", ("dpv:hasConsentStatus", 0, "dpv:isIndicatedAtTime"), _GONE),
        (
            "withdrawn record",
            ("dpv:hasConsentStatus", 0),
            {**GIVEN_TO_RECORD, "@type": ["dpv:ConsentWithdrawn"]},
        ),
        ("record", (*PROCESS, "@type"), "dpv:Processing"),
        ("record", (*PROCESS, "dpv:hasPurpose"), []),
        ("record", (*PROCESS, "dpv:hasPurpose"), ["urn:whatever"]),
        ("record", (*PROCESS, "dpv:hasPurpose"), ["dpv:DataAltruism"]),
        ("record", (*PROCESS, "dpv:hasPurpose"), ["dpv:DataAltruism", "dpv:AcademicResearch"]),
        ("record", (*PROCESS, "dpv:hasOrganisationalMeasure"), ["eu-dga:EUDataAltruismConsentForm"]),
        ("altruist record", (*PROCESS, "dpv:hasPurpose"), ["dpv:CommercialResearch", "dpv:DataAltruism"]),
        ("altruist record", (*PROCESS, "dpv:hasOrganisationalMeasure"), _GONE),
        ("record", (*PROCESS, "dpv:hasProcessing"), []),
        ("record", (*PROCESS, "dpv:hasPersonalData"), []),
        ("record", (*PROCESS, "dpv:hasPersonalData", 0, "dct:identifier"), "exam"),
        ("record", (*PROCESS, "dpv:hasPersonalData", 0, "dpv:hasNecessity"), "dpv:Optional"),
        ("record", (*PROCESS, "dpv:hasPersonalData", 0, "skos:broader"), "dpv:Data"),
        ("record", (*PROCESS, "dpv:hasRecipient"), []),
        ("record", (*PROCESS, "dpv:hasRecipient", 0, "skos:broader"), _GONE),
        ("record", (*PROCESS, "dpv:hasTechnicalMeasure"), []),
        ("record", (*PROCESS, "dpv:hasStorageCondition"), []),
        ("record", (*PROCESS, "dpv:hasStorageCondition", 0, "@type"), "dpv:StorageLocation"),
        ("record", (*PROCESS, "dpv:hasStorageCondition", 0, "dpv:hasDuration"), []),
        ("record", (*PROCESS, "dpv:hasStorageCondition", 0, "dpv:hasDuration", 0, "rdf:value"), "soon"),
        ("receipt", (*SUBJECT, "id"), "urn:argonauta:receipt:other"),
        ("receipt", (*SUBJECT, "dct:conformsTo"), _GONE),
        ("receipt", (*SUBJECT, "dct:created"), "yesterday"),
        ("receipt", (*SUBJECT, "dct:created"), _GONE),
        ("receipt", (*SUBJECT, "dct:replaces"), "urn:argonauta:receipt:sha-256:x"),
        ("last receipt", (*SUBJECT, "dct:replaces"), _GONE),
        ("receipt", (*SUBJECT, "dpv:hasDataController"), []),
        ("receipt", (*SUBJECT, "dpv:hasRecordOfActivity"), []),
        ("receipt", (*SUBJECT, "dpv:hasRecordOfActivity", 0, "type"), "dpv:Consent"),
        ("receipt", (*SUBJECT, "dpv:hasRecordOfActivity", 0, "id"), "urn:other:1"),
        ("receipt", (*SUBJECT, "dpv:hasRecordOfActivity", 0, "mk:recordDigest"), _GONE),
        ("receipt", (*SUBJECT, "dpv:hasConsentStatus"), []),
        ("last receipt", (*SUBJECT, "dpv:hasConsentStatus", 0, "type"), ["dpv:ConsentWithdrawn"]),
        ("deletion", (*SUBJECT, "dct:created"), _GONE),
        ("deletion", (*SUBJECT, "dpv:hasDataProcessor"), []),
        ("deletion", (*SUBJECT, "dpv:hasProcessing"), ["dpv:Store"]),
        ("deletion", (*SUBJECT, "dpv:hasRecordOfActivity"), []),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_found_by_the_schema_and_by_the_shapes(kind, place, value):
    schema, document = EXAMPLES[kind]
    broken = _broken(document, place, value)

    assert schema_faults(schema, broken) != []
    assert shape_faults(broken) != []


def test_everything_that_is_published_can_be_read_and_has_a_number():
    assert set(DOCUMENTS) == {
        "consent-record-1.json",
        "consent-receipt-1.json",
        "deletion-receipt-1.json",
        SHAPES,
        CONTEXT_NAME,
    }
    for name, document in DOCUMENTS.items():
        if name != SHAPES:
            assert isinstance(parse_json(document.content), dict)
    for name in DOCUMENTS:
        if name.endswith(".json"):
            schema = loose(parse_json(DOCUMENTS[name].content))
            assert schema["$id"] == f"urn:argonauta:schema:{name.removesuffix('-1.json')}:1"
