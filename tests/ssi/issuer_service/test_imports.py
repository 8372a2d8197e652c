"""ELMO documents become tables of records, bounded and without guesses; formats are told apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.dataset import data_set
from ssi.issuer_service.domain.offering import DataSetConfiguration
from ssi.issuer_service.domain.template import TemplateTerms
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports import elmo
from ssi.issuer_service.imports.elmo import read_elmo
from ssi.issuer_service.imports.formats import Format, Handed, read_document, recognised
from tests.ssi.parties import NOW

GRADES = {"A": "100", "B": "75", "E": "10"}
OBSERVATIONS = data_set("observations/1")
BUNDLE = b'{"resourceType":"Bundle"}'


def course(
    label: str = "A",
    *,
    credit: str = "6",
    isced: str = "0541",
    status: str = "passed",
    below: str = "",
) -> str:
    return f"""<learningOpportunitySpecification><title>T</title><type>Course</type>
      <iscedCode>{isced}</iscedCode><specifies><learningOpportunityInstance><status>{status}</status><resultLabel>{label}</resultLabel>
      <credit><scheme>ects</scheme><value>{credit}</value></credit></learningOpportunityInstance></specifies>
      {below}</learningOpportunitySpecification>"""


def document(*courses: str, learner: str = '<identifier type="local">s-1</identifier>') -> bytes:
    parts = "".join(f"<hasPart>{each}</hasPart>" for each in courses)
    return f"""<elmo xmlns="https://github.com/emrex-eu/elmo-schemas/tree/v1"><learner>{learner}</learner><report>
      <learningOpportunitySpecification><type>Degree Programme</type><iscedCode>0511</iscedCode><specifies>
      <learningOpportunityInstance><level><type>EQF</type><value>7</value></level></learningOpportunityInstance>
      </specifies>{parts}</learningOpportunitySpecification></report></elmo>""".encode()


def told(table) -> dict[str, str]:
    return dict(zip(table.headings, table.rows[0].cells, strict=True))


def test_courses_become_sums_weighted_by_credits():
    raw = document(
        course("A", credit="6"), course("B", credit="2", isced="0231"), course("F", status="failed")
    )
    values = told(read_elmo(raw, GRADES))

    assert values["external_id"] == "s-1"
    assert (values["eqf_level"], values["field_of_study"]) == ("7", "05")
    assert (values["courses_passed"], values["courses_failed"]) == ("2", "1")
    assert (values["credits_earned"], values["credits_attempted"]) == ("8.0", "14.0")
    assert values["mean_grade"] == "93.8"  # (6 · 100 + 2 · 75) / 8
    assert (values["mean_mathematics"], values["mean_languages"]) == ("100.0", "75.0")
    assert DataSetConfiguration(data_set("transcript/1")).parse(
        {name: value for name, value in values.items() if name != "external_id"}
    )


def test_a_grade_that_nobody_explained_is_left_out_and_told():
    table = read_elmo(document(course("secret label"), course("B")), GRADES)

    assert told(table)["mean_grade"] == "75.0"
    assert "table of grades" in table.notes[0]
    assert "secret label" not in str(table.notes)


def test_what_lies_below_a_course_is_not_counted_again():
    below = f"<hasPart>{course('E')}</hasPart>"

    assert told(read_elmo(document(course("A", below=below)), GRADES))["courses_passed"] == "1"


def test_courses_in_progress_do_not_count_and_others_without_an_end_are_told():
    table = read_elmo(document(course(status="in-progress"), course(status="?"), course()), GRADES)

    assert told(table)["courses_passed"] == "1"
    assert len(table.notes) == 1


@pytest.mark.parametrize("credit", ["x", "-1", "NaN", "1e999", "481", ""])
def test_credits_that_are_none_count_nothing(credit):
    table = read_elmo(document(course(credit=credit)), GRADES)

    assert told(table)["credits_earned"] == "0.0"
    assert "credits" in table.notes[0]


def test_the_number_is_taken_from_the_identifier_that_is_asked_for():
    learner = '<identifier type="a">1</identifier><identifier type="b">2</identifier>'

    assert told(read_elmo(document(learner=learner), {}, identifier_type="b"))["external_id"] == "2"
    with pytest.raises(TableRefusedError, match="no identifier of the type 'c'"):
        read_elmo(document(learner=learner), {}, identifier_type="c")


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE elmo [<!ENTITY a "b">]>' + document(),
        b'<?xml version="1.0"?><!DOCTYPE elmo SYSTEM "file:///etc/passwd">' + document(),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE elmo>'.encode("utf-16"),
        document().replace(b"emrex-eu", b"elsewhere"),
        document()[:-3],
        b"",
        b"<a/>",
        b"<elmo>" * 500,
        b"\xff\xfe",
        b"<!-- -->",
    ],
    ids=["entity", "system", "utf-16", "namespace", "cut", "empty", "other", "deep", "bytes", "comment"],
)
def test_what_is_no_plain_elmo_document_is_refused(raw):
    with pytest.raises(TableRefusedError):
        read_elmo(raw, GRADES)


def test_an_encoding_that_is_only_said_does_not_hide_a_document_type():
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE elmo+AD4-' + document()

    with pytest.raises(TableRefusedError):
        read_elmo(hidden, GRADES)


def test_documents_that_are_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(elmo, "MAX_COURSES", 1)

    with pytest.raises(TableRefusedError, match="more than 1 courses"):
        read_elmo(document(course(), course()), GRADES)
    with pytest.raises(TableRefusedError, match="MiB"):
        read_elmo(b" " * (elmo.MAX_BYTES + 1), {})


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_refused_by_name(raw):
    with pytest.raises(TableRefusedError):
        read_elmo(raw, GRADES)


def _untyped(below: str = "", credit: str = "<credit><scheme>ects</scheme><value>30</value></credit>") -> str:
    untyped = course(credit="30", below=below).replace("<type>Course</type>", "", 1)
    return untyped if credit else re.sub("<credit>.*?</credit>", "", untyped, count=1, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("part", "passed", "credits_earned"),
    [
        (_untyped(), "1", "30.0"),
        (_untyped(f"<hasPart>{_untyped()}</hasPart>"), "1", "30.0"),
        (_untyped(f"<hasPart>{course()}</hasPart><hasPart>{course()}</hasPart>"), "2", "12.0"),
        (_untyped(f"<hasPart>{course()}</hasPart>", credit=""), "1", "6.0"),
    ],
    ids=["alone", "in parts", "a group of courses", "a group without credits"],
)
def test_credits_of_no_type_are_counted_once(part, passed, credits_earned):
    values = told(read_elmo(document(part), GRADES))

    assert (values["courses_passed"], values["credits_earned"]) == (passed, credits_earned)


def test_a_document_is_recognised_by_its_first_sign_and_read_for_its_kind_of_record():
    transcript = DataSetConfiguration(data_set("transcript/1"))
    terms = TemplateTerms("T", grades=GRADES)

    assert [recognised(raw) for raw in (document(), BUNDLE, b"a,b\n")] == [
        Format.ELMO,
        Format.FHIR,
        Format.CSV,
    ]
    assert (
        told(read_document(Handed(document(course()), Format.ELMO), transcript, terms, now=NOW))["mean_grade"]
        == "100.0"
    )
    with pytest.raises(TableRefusedError, match="FHIR gives records of"):
        read_document(Handed(BUNDLE, Format.FHIR), transcript, terms, now=NOW)
    with pytest.raises(TableRefusedError, match="ELMO gives records of"):
        read_document(Handed(document(), Format.ELMO), DataSetConfiguration(OBSERVATIONS), terms, now=NOW)
