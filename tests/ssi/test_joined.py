"""Two records of one person side by side: the names, columns and values of both, told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.attribute import Sensitivity
from ssi.dataset import data_set, data_sets
from ssi.errors import DataSetError, UnknownDataSetError
from ssi.joined import joined, joined_by_ref, joined_ref, qualified, side_by_side, unqualified

EXAM = data_set("exam/1")
HEALTH = data_set("health/1")
BOTH = joined(EXAM, HEALTH)

EXAMS = st.fixed_dictionaries(
    {
        "exam_score": st.integers(-4000, 4000).map(lambda thousandths: thousandths / 1000),
        "reading_score": st.just(0.5),
        "school_average": st.just(0.1),
        "verbal_reasoning": st.sampled_from(["bottom", "middle", "top"]),
        "intake": st.just("middle"),
        "sex": st.sampled_from(["female", "male"]),
        "school_type": st.sampled_from(["mixed", "girls", "boys"]),
    }
)
CHECKS = st.fixed_dictionaries(
    {
        "age": st.integers(0, 80),
        "sex": st.sampled_from(["female", "male"]),
        "age_band": st.sampled_from(["child", "adult", "senior"]),
    },
    optional={"systolic": st.integers(60, 260)},
)


@given(exam=EXAMS, check=CHECKS)
def test_a_joined_row_is_the_two_rows_one_after_the_other(exam, check):
    both = side_by_side(exam, check, "health/1")

    assert BOTH.encode(both) == (*EXAM.encode(exam), *HEALTH.encode(check))
    assert BOTH.parse_values(both) == side_by_side(
        EXAM.parse_values(exam), HEALTH.parse_values(check), "health/1"
    )


def test_names_of_the_first_stay_and_names_of_the_second_say_where_they_are_from():
    names = [attribute.name for attribute in BOTH.attributes]

    assert names[: len(EXAM.attributes)] == [attribute.name for attribute in EXAM.attributes]
    assert names[len(EXAM.attributes) :] == [f"health/1#{attribute.name}" for attribute in HEALTH.attributes]
    assert BOTH.attribute("sex") != BOTH.attribute("health/1#sex")


def test_columns_of_the_second_follow_those_of_the_first():
    first = len(EXAM.columns)

    assert BOTH.column("sex", "is", 1) == EXAM.column("sex", "is", 1)
    assert BOTH.column("health/1#sex", "is", 1) == first + HEALTH.column("sex", "is", 1)
    assert BOTH.bits == (*EXAM.bits, *HEALTH.bits)


def test_labels_say_which_record_they_are_from_in_both_languages():
    assert BOTH.attribute("sex").label == {
        "en": "Sex (Exam results)",
        "de": "Geschlecht (Prüfungsergebnisse)",
    }
    assert BOTH.attribute("health/1#sex").label["en"] == "Sex (Health check)"
    assert BOTH.label["en"] == "Exam results + Health check"


def test_public_attributes_stay_public_and_health_data_health_data():
    assert [each.name for each in BOTH.public_attributes] == ["school_type", "health/1#age_band"]
    assert BOTH.sensitivity is joined(HEALTH, EXAM).sensitivity is Sensitivity.HEALTH
    assert BOTH.attribute("exam_score").sensitivity is Sensitivity.PERSONAL


def test_the_reference_names_both_in_their_order():
    assert BOTH.ref == joined_ref("exam/1", "health/1") == "exam/1+health/1"
    assert joined(HEALTH, EXAM).ref == "health/1+exam/1"
    assert joined_by_ref("exam/1", "health/1") == BOTH


def test_all_shipped_data_sets_can_be_joined_with_each_other():
    for left in data_sets():
        for right in data_sets():
            if left.ref != right.ref:
                names = [attribute.name for attribute in joined(left, right).attributes]
                assert len(set(names)) == len(names)


def test_a_data_set_is_not_joined_with_itself():
    with pytest.raises(DataSetError, match="joined with itself"):
        joined(EXAM, EXAM)


def test_an_unknown_data_set_is_not_joined():
    with pytest.raises(UnknownDataSetError):
        joined_by_ref("exam/1", "dreams/1")


@pytest.mark.parametrize(
    ("name", "own"),
    [("health/1#age", "age"), ("age", None), ("exam/1#age", None), ("#age", None), ("health/1", None)],
)
def test_a_name_is_unqualified_only_for_its_own_data_set(name, own):
    assert unqualified("health/1", name) == own


def test_a_qualified_name_can_be_read_back():
    assert unqualified("health/1", qualified("health/1", "age")) == "age"
