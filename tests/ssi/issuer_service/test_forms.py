"""Forms are made of data sets and say what is wrong at each field."""

from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from ssi.dataset import data_sets
from ssi.issuer_service.domain.offering import DataSetConfiguration
from ssi.issuer_service.web.forms import RecordForm
from ssi.issuer_service.web.words import shown, within
from tests.ssi.parties import EXAM

EXAM_CONFIGURATION = next(DataSetConfiguration(each) for each in data_sets() if each.ref == "exam/1")


def filled(**changes: str) -> RecordForm:
    typed = {"external_id": " 4711 ", "valid_days": "30", **{f"value-{k}": f" {v} " for k, v in EXAM.items()}}
    return RecordForm.read(EXAM_CONFIGURATION, MultiDict({**typed, **changes}))


def test_a_filled_form_is_the_record_without_blanks_around_it():
    submission = filled().submission()

    assert (submission.external_id, submission.valid_days) == ("4711", 30)
    assert submission.values == EXAM
    assert submission.transaction_code


def test_a_form_on_screen_shows_no_value_in_its_representation():
    assert "4711" not in repr(filled())
    assert "0.261" not in repr(filled().fields)


def test_unknown_fields_are_not_taken_in():
    assert "other" not in filled(other="1").typed


@pytest.mark.parametrize("days", ["", "0", "-1", "1.5", "3651", "９", "1e2", "999999999999"])
def test_days_that_are_no_number_in_range_are_refused(days: str):
    assert set(filled(valid_days=days).errors()) == {"valid_days"}


@pytest.mark.parametrize("number", ["", " ", "x" * 201, "a\tb"])
def test_a_person_needs_a_number(number: str):
    assert set(filled(external_id=number).errors()) == {"external_id"}


@pytest.mark.parametrize("found", data_sets(), ids=lambda found: found.ref)
def test_every_data_set_has_a_field_for_each_attribute(found):
    form = RecordForm.empty(DataSetConfiguration(found))

    assert [each.name for each in form.fields] == [f"value-{each.name}" for each in found.attributes]
    required = {f"value-{each.name}" for each in found.attributes if each.required}
    assert set(form.errors()) == {"external_id", *required}


def test_a_record_is_shown_in_the_words_of_its_data_set():
    pairs = dict(shown(EXAM_CONFIGURATION, {"exam_score": 0.5, "sex": "female"}))

    assert (pairs["Exam score"], pairs["Sex"], pairs["Reading score"]) == ("0.5", "female", None)


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second"), (15, "15 seconds"), (119, "119 seconds"), (150, "3 minutes")]
)
def test_short_periods_are_said_in_words(seconds: int, words: str):
    assert within(timedelta(seconds=seconds)) == words
