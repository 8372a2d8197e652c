"""Credentials of the European Learning Model become tables of records, bounded and without guesses."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi import elm_terms as elm
from ssi.dataset import data_set
from ssi.elm_document import elm_document
from ssi.issuer_service.domain.offering import DataSetConfiguration
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.domain.template import TemplateTerms
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports import courses, elm_claims
from ssi.issuer_service.imports import elm as reader
from ssi.issuer_service.imports.elm import NATIONAL_ID, read_elm
from ssi.issuer_service.imports.formats import Format, Handed, read_document, recognised
from tests.ssi.parties import NOW
from tests.ssi.test_elm_document import FRAME, RECORDS

GRADES = {"A": "100", "B": "75", "Pass": "10"}
Claim = dict[str, Any]


def concept(address: str) -> Claim:
    return {"id": address, "type": "Concept", "prefLabel": {"en": "x"}}


def proof(label: object = "A") -> Claim:
    return {"type": "LearningAssessment", "grade": {"type": "Note", "noteLiteral": {"en": label}}}


def achievement(kind: str = "LearningAchievementSpecification", **changes: Any) -> Claim:
    specification = {
        "type": kind,
        "eqfLevel": concept(f"{elm.EQF}6"),
        "thematicArea": [concept(f"{elm.ISCED_F}0541")],
        "creditPoint": {"type": "CreditPoint", "framework": concept(elm.ECTS), "point": "6"},
    }
    specification |= changes.pop("specification", {})
    return {
        "type": "LearningAchievement",
        "title": {"en": "T"},
        "awardedBy": {"type": "AwardingProcess", "awardingDate": "2025-07-31T22:00:00Z"},
        "provenBy": proof(),
        "specifiedBy": specification,
    } | changes


def qualification(**changes: Any) -> Claim:
    return achievement("Qualification", **changes)


def credential(*claims: Claim, person: object = None, **changes: Any) -> Claim:
    identifier = {"type": "Identifier", "schemeName": "student", "notation": "s-1"}
    subject = {"type": "Person", "identifier": identifier, "hasClaim": list(claims)}
    return {
        "@context": list(elm.CONTEXTS),
        "type": ["VerifiableCredential", elm.CREDENTIAL_TYPE],
        "credentialSubject": subject | (person if isinstance(person, dict) else {}),
    } | changes


def read(document: object, ref: str, scheme: str | None = None) -> TableFile:
    return read_elm(json.dumps(document).encode(), data_set(ref), GRADES, identifier_scheme=scheme)


def told(table: TableFile) -> dict[str, str]:
    (row,) = table.rows
    return dict(zip(table.headings, row.cells, strict=True))


def test_a_qualification_becomes_a_diploma():
    opportunity = {"type": "LearningOpportunity", "learningSchedule": concept(elm.PART_TIME_LIGHT)}
    activity = {"type": "LearningActivity", "learningOpportunity": opportunity}
    received = {"framework": elm.ECTS, "point": 180}
    made = qualification(creditReceived=[received], influencedBy=[activity])

    assert told(read(credential(made, achievement()), "diploma/1")) == {
        "external_id": "s-1",
        "eqf_level": "6",
        "field_of_study": "05",
        "final_grade": "100",
        "credit_points": "180",
        "awarding_year": "2025",
        "mode_of_study": "part_time",
    }


def test_what_is_no_qualification_becomes_a_course():
    more = {
        "volumeOfLearning": "PT60H",
        "mode": concept(elm.BLENDED),
    }
    tested = proof("B") | {"idVerification": concept(elm.UNSUPERVISED)}
    made = achievement(specification=more, provenBy=tested)

    values = told(read(credential(made, qualification()), "course/1"))

    assert (values["workload_hours"], values["mode_of_learning"]) == ("60", "blended")
    assert (values["assessment"], values["grade"], values["credit_points"]) == ("quiz", "75", "6")


def test_the_only_achievement_is_taken_whatever_specifies_it():
    assert told(read(credential(qualification()), "course/1"))["grade"] == "100"
    assert told(read(credential(achievement()), "diploma/1"))["final_grade"] == "100"


def test_all_courses_become_one_transcript_weighted_by_credits():
    part = {"thematicArea": [concept(f"{elm.ISCED_F}0231")]}
    inner = achievement(provenBy=proof("B"), specification=part)
    programme = qualification(
        hasPart=[
            achievement(hasPart=achievement()),
            {**inner, "creditReceived": {"framework": elm.ECTS, "point": "2"}},
        ]
    )

    values = told(read(credential(programme), "transcript/1"))

    assert (values["courses_passed"], values["credits_earned"]) == ("2", "8.0")
    assert values["mean_grade"] == "93.8"  # (6 · 100 + 2 · 75) / 8
    assert (values["mean_mathematics"], values["mean_languages"]) == ("100.0", "75.0")
    assert (values["eqf_level"], values["field_of_study"]) == ("6", "05")
    assert not {"courses_failed", "credits_attempted"} & set(values)


@pytest.mark.parametrize(
    ("start", "year", "term"),
    [
        ("2025-10-01T00:00:00", "2025", "autumn"),
        ("2026-03-01", "2025", "spring"),
        ("2026-07-01", "2026", "autumn"),
    ],
)
def test_a_learning_activity_becomes_an_enrolment(start: str, year: str, term: str):
    opportunity = {
        "learningSchedule": concept(elm.FULL_TIME),
        "learningAchievementSpecification": qualification()["specifiedBy"],
    }
    activity = {
        "type": "LearningActivity",
        "temporal": {"type": "PeriodOfTime", "startDate": start},
        "levelOfCompletion": 100,
        "learningOpportunity": opportunity,
    }

    values = told(read(credential(activity), "enrolment/1"))

    assert (values["academic_year"], values["term"]) == (year, term)
    assert (values["load"], values["standing"]) == ("full_time", "completed")
    assert (values["eqf_level"], values["field_of_study"]) == ("6", "05")


@pytest.mark.parametrize(
    ("ref", "claims"),
    [
        ("diploma/1", [qualification(), qualification()]),
        ("course/1", [achievement(), achievement()]),
        ("diploma/1", []),
        ("enrolment/1", [achievement()]),
        ("transcript/1", [qualification()]),
    ],
)
def test_where_nothing_or_more_than_one_claim_would_do_nobody_is_taken(ref: str, claims: list[Claim]):
    with pytest.raises(TableRefusedError, match="gives no record: credential 1"):
        read(credential(*claims), ref)


def test_one_person_who_cannot_be_read_does_not_stop_the_others():
    table = read([credential(), credential(achievement())], "course/1")

    assert len(table.rows) == 1
    assert "credential 1" in table.notes[0]


@pytest.mark.parametrize("label", ["secret label", "", 7, None, ["A", "B"]])
def test_a_grade_that_nobody_explained_is_left_out_and_told(label: object):
    table = read(credential(achievement(provenBy=proof(label))), "course/1")

    assert "grade" not in table.headings
    assert "table of grades" in table.notes[0]
    assert "secret label" not in str(table.notes)


def test_two_assessments_that_disagree_give_no_grade():
    table = read(credential(achievement(provenBy=[proof("A"), proof("B")])), "course/1")

    assert "grade" not in table.headings


@pytest.mark.parametrize("points", ["x", "-1", "NaN", "1e999", "481", True, {"a": 1}])
def test_credits_that_are_none_count_nothing(points: object):
    made = achievement(specification={"creditPoint": {"framework": elm.ECTS, "point": points}})

    assert "credit_points" not in read(credential(made), "course/1").headings


def test_other_credits_than_ects_are_not_taken_for_them():
    made = achievement(specification={"creditPoint": {"framework": f"{elm.CREDIT}other", "point": "6"}})

    assert "credit_points" not in read(credential(made), "course/1").headings


def test_fields_that_disagree_are_left_out():
    areas = [concept(f"{elm.ISCED_F}003"), concept(f"{elm.ISCED_F}0688")]

    table = read(credential(achievement(specification={"thematicArea": areas})), "course/1")

    assert "field_of_study" not in table.headings


def test_the_number_is_taken_from_the_identifier_that_is_asked_for():
    person = {
        "identifier": [
            {"schemeName": "a", "notation": "1"},
            {"schemeId": "urn:b", "notation": "2"},
        ],
        "nationalID": {"notation": "3"},
    }
    document = credential(achievement(), person=person)

    numbers = {
        scheme: told(read(document, "course/1", scheme or None))["external_id"]
        for scheme in ("", "a", "urn:b", NATIONAL_ID)
    }

    assert numbers == {"": "1", "a": "1", "urn:b": "2", NATIONAL_ID: "3"}
    with pytest.raises(TableRefusedError, match="no identifier of the kind"):
        read(document, "course/1", "c")


def test_a_national_number_is_never_taken_unasked():
    person = {"identifier": [], "nationalID": {"notation": "3"}}

    with pytest.raises(TableRefusedError, match="no identifier"):
        read(credential(achievement(), person=person), "course/1")


@pytest.mark.parametrize("ref", ["diploma/1", "course/1", "enrolment/1"])
def test_what_we_write_is_read_again_as_far_as_the_model_has_a_place(ref: str):
    document = elm_document(data_set(ref), RECORDS[ref], FRAME)
    document["credentialSubject"]["identifier"] = {"notation": "s-1"}

    values = told(read(document, ref))
    del values["external_id"]

    assert len(values) >= 3
    for name, value in values.items():
        assert data_set(ref).attribute(name).parse(value) == data_set(ref).attribute(name).parse(
            RECORDS[ref][name]
        )


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"payload": "eyJ9", "signatures": []}, "sealed"),
        (credential(achievement(), **{"@context": [elm.CONTEXTS[0]]}), "@context"),
        (credential(achievement(), type="VerifiableCredential"), "of the type"),
        ({"type": elm.PRESENTATION_TYPE, "verifiableCredential": ["eyJh.eyJi.c2ln"]}, "of the type"),
        ([], "no record"),
        ([1], "of the type"),
        (None, "of the type"),
        ({"type": elm.PRESENTATION_TYPE}, "no record"),
    ],
)
def test_what_is_no_plain_elm_document_is_refused(document: object, said: str):
    with pytest.raises(TableRefusedError, match=said):
        read(document, "course/1")


def test_a_presentation_holds_credentials():
    document = {
        "type": ["VerifiablePresentation", elm.PRESENTATION_TYPE],
        "verifiableCredential": [credential(achievement())],
    }

    assert told(read(document, "course/1"))["grade"] == "100"


@pytest.mark.parametrize(
    "raw", [b"{", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100, b" " * (reader.MAX_BYTES + 1)]
)
def test_bytes_that_are_no_document_are_refused_by_name(raw: bytes):
    with pytest.raises(TableRefusedError):
        read_elm(raw, data_set("course/1"), {})


def test_documents_that_are_too_long_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "MAX_CREDENTIALS", 1)
    monkeypatch.setattr(elm_claims, "MAX_COURSES", 1)

    with pytest.raises(TableRefusedError, match="more than 1 credentials"):
        read([credential(achievement())] * 2, "course/1")
    with pytest.raises(TableRefusedError, match="more than 1 courses"):
        read(credential(achievement(), achievement()), "transcript/1")
    assert courses.MAX_COURSES == 1000


_NAMES = [
    *("id", "type", "@value", "hasPart", "specifiedBy", "provenBy", "grade", "noteLiteral", "creditPoint"),
    *("point", "framework", "awardedBy", "awardingDate", "temporal", "startDate", "eqfLevel"),
]
_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_JUNK = st.recursive(
    _LEAVES | st.sampled_from([elm.ECTS, f"{elm.EQF}6"]),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), children, max_size=4)
    ),
    max_leaves=20,
)


@given(_JUNK, st.sampled_from(["diploma/1", "course/1", "transcript/1", "enrolment/1"]))
def test_claims_of_whatever_form_are_read_or_refused_by_name(junk: object, ref: str):
    claims = [each if isinstance(each, dict) else {} for each in (junk if isinstance(junk, list) else [junk])]
    typed = [{"type": "LearningAchievement", **claim} for claim in claims] + claims

    with suppress(TableRefusedError):
        assert read(credential(*typed), ref).rows


def test_a_registrar_may_hand_in_elm_beside_the_other_formats():
    course, terms = DataSetConfiguration(data_set("course/1")), TemplateTerms("Courses", grades=GRADES)
    raw = json.dumps(credential(achievement())).encode()

    assert [recognised(each) for each in (raw, b"[" + raw + b"]", b'{"resourceType": "Bundle"}')] == [
        Format.ELM,
        Format.ELM,
        Format.FHIR,
    ]
    assert told(read_document(Handed(raw, Format.ELM), course, terms, now=NOW))["grade"] == "100"
    with pytest.raises(TableRefusedError, match="choose a template"):
        read_document(
            Handed(raw, Format.ELM), DataSetConfiguration(data_set("observations/1")), terms, now=NOW
        )
