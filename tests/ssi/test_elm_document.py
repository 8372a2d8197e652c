"""Records of education as European Learning Model documents: all of it, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ssi import elm_terms as elm
from ssi.dataset import data_set
from ssi.elm_document import DATA_SETS, elm_document
from ssi.elm_parts import Frame
from ssi.errors import DataSetError

FRAME = Frame(
    id="urn:uuid:5a3b7c1e-0b0a-4a53-9d6e-0c9d7b9f6a11",
    issuer="did:web:university.example",
    issuer_name="Example University",
    issued_at=datetime(2026, 7, 1, tzinfo=UTC),
    holder="did:example:holder",
)
RECORDS: dict[str, dict[str, object]] = {
    "diploma/1": {
        "eqf_level": "6",
        "field_of_study": "05",
        "final_grade": 83.5,
        "grade_class": "very_good",
        "credit_points": 180,
        "awarding_year": 2026,
        "duration_years": 3.5,
        "mode_of_study": "part_time",
    },
    "course/1": {
        "field_of_study": "06",
        "eqf_level": "5",
        "workload_hours": 125,
        "credit_points": 5,
        "grade": 90,
        "assessment": "exam",
        "mode_of_learning": "online",
        "awarding_year": 2026,
    },
    "transcript/1": {
        "eqf_level": "7",
        "field_of_study": "02",
        "credits_earned": 120,
        "mean_grade": 71.5,
        "courses_passed": 22,
        "mean_languages": 64.5,
    },
    "enrolment/1": {
        "term": "spring",
        "academic_year": 2025,
        "eqf_level": "6",
        "field_of_study": "07",
        "term_number": 2,
        "standing": "completed",
        "load": "full_time",
    },
}


def document(ref: str, frame: Frame = FRAME) -> dict[str, Any]:
    return elm_document(data_set(ref), RECORDS[ref], frame)


def claim(ref: str, **changes: object) -> dict[str, Any]:
    made = elm_document(data_set(ref), RECORDS[ref] | changes, FRAME)
    found: dict[str, Any] = made["credentialSubject"]["hasClaim"]
    return found


def notes(made: dict[str, Any]) -> list[str]:
    return [note["noteLiteral"]["en"] for note in made.get("additionalNote", [])]


def objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(each for member in value.values() for each in objects(member))]
    return [each for entry in value for each in objects(entry)] if isinstance(value, list) else []


def test_a_diploma_is_an_achievement_specified_by_a_qualification():
    made = claim("diploma/1")
    specification = made["specifiedBy"]

    assert (made["type"], specification["type"]) == ("LearningAchievement", "Qualification")
    assert specification["eqfLevel"]["id"] == "http://data.europa.eu/snb/eqf/6"
    assert specification["thematicArea"]["id"] == "http://data.europa.eu/snb/isced-f/05"
    assert made["creditReceived"]["point"] == "180.0"
    assert made["provenBy"]["grade"]["noteLiteral"] == {"en": "83.5"}
    assert made["influencedBy"]["learningOpportunity"]["learningSchedule"]["id"] == elm.PART_TIME
    assert set(notes(made)) == {"Class of degree: very good", "Year of award: 2026", "Years of study: 3.5 a"}


def test_who_studies_at_a_distance_learns_online():
    made = claim("diploma/1", mode_of_study="distance")

    assert made["specifiedBy"]["mode"]["id"] == elm.ONLINE
    assert "influencedBy" not in made


def test_a_course_says_its_work_and_how_it_was_assessed():
    made = claim("course/1")
    specification = made["specifiedBy"]

    assert specification["volumeOfLearning"] == "PT125H"
    assert (specification["dcType"]["id"], specification["mode"]["id"]) == (elm.COURSE, elm.ONLINE)
    assert made["provenBy"]["specifiedBy"]["dcType"]["id"] == "urn:argonauta:elm:assessment:exam"


def test_a_term_is_an_activity_with_its_opportunity():
    made = claim("enrolment/1")
    opportunity = made["learningOpportunity"]

    assert (made["type"], made["levelOfCompletion"]) == ("LearningActivity", 100)
    assert opportunity["learningSchedule"]["id"] == elm.FULL_TIME
    assert opportunity["learningAchievementSpecification"]["eqfLevel"]["id"].endswith("/6")
    assert "levelOfCompletion" not in claim("enrolment/1", standing="studying")


def test_what_the_model_has_no_place_for_is_noted_in_words():
    assert "Courses passed: 22" in notes(claim("transcript/1"))
    assert any(note.endswith(": 2025") for note in notes(claim("enrolment/1")))


@pytest.mark.parametrize("ref", RECORDS)
def test_every_value_of_a_record_is_in_its_document(ref: str):
    found = data_set(ref)
    text = str(document(ref))

    for name, value in RECORDS[ref].items():
        labels = {each.code: each.label["en"] for each in found.attribute(name).categories}
        assert labels.get(str(value), str(value)) in text


def test_what_a_record_lacks_is_not_in_its_document():
    lean = {name: RECORDS["diploma/1"][name] for name in ("eqf_level", "field_of_study", "awarding_year")}
    made = elm_document(data_set("diploma/1"), lean, FRAME)["credentialSubject"]["hasClaim"]

    assert not {"creditReceived", "provenBy", "influencedBy"} & set(made)
    assert notes(made) == ["Year of award: 2026"]


@pytest.mark.parametrize("ref", RECORDS)
def test_no_two_different_objects_share_an_id(ref: str):
    by_id: dict[str, list[dict[str, Any]]] = {}
    for each in objects(document(ref)):
        if "id" in each:
            by_id.setdefault(each["id"], []).append(each)

    assert all(each == same[0] for same in by_id.values() for each in same)


@pytest.mark.parametrize("ref", RECORDS)
def test_no_date_is_made_up(ref: str):
    dates = [
        value for each in objects(document(ref)) for name, value in each.items() if name.endswith("Date")
    ]

    assert set(dates) == {"2026-07-01T00:00:00Z"}


def test_a_document_without_a_holder_does_not_say_whose_it_is():
    anonymous = Frame(FRAME.id, FRAME.issuer, FRAME.issuer_name, FRAME.issued_at)

    assert "id" not in document("course/1", anonymous)["credentialSubject"]


def test_records_of_other_kinds_are_refused():
    with pytest.raises(DataSetError, match="is no record of education"):
        elm_document(data_set("observations/1"), {}, FRAME)
    assert set(RECORDS) == DATA_SETS
