"""Windows of a series: attributes made of readings, in numbers and in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.attribute import Step
from ssi.dataset import FOLDER, data_set, parse_data_set
from ssi.errors import DataSetError
from ssi.joined import joined
from ssi.windowed import Window, own_columns, span_text, summands, windowed

ACTIVITY = data_set("activity/1")
STEPS = Window("steps", 1, 4)
WIDE = windowed(ACTIVITY, [STEPS, Window("resting_heart_rate", 12, 12)])

WEEKS = st.lists(st.none() | st.integers(0, 60_000), min_size=12, max_size=12)


def record(steps):
    return {
        "days_worn": 80,
        "age_band": "adult",
        **{f"steps_{week:02d}": value for week, value in enumerate(steps, 1)},
        "resting_heart_rate_12": 61,
    }


# Series


def test_an_entry_with_a_series_stands_for_all_its_readings():
    assert [*ACTIVITY.series] == ["steps", "resting_heart_rate"]
    readings = ACTIVITY.series["steps"].readings
    assert [each.name for each in readings] == [f"steps_{week:02d}" for week in range(1, 13)]
    assert readings[2].label == {"en": "Steps a day, week 3", "de": "Schritte am Tag, Woche 3"}
    assert not any(each.required or each.is_public for each in readings)
    assert ACTIVITY.series["steps"].step is Step.WEEK


def test_a_data_set_without_series_has_none():
    assert dict(data_set("exam/1").series) == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"required": True}, "numbers that may be missing"),
        ({"name": "s" * 38}, "at most 37 letters"),
        ({"series": {"count": 1, "step": "week"}}, "count"),
        ({"series": {"count": 100, "step": "week"}}, "count"),
        ({"series": {"count": 12, "step": "fortnight"}}, "step"),
        ({"series": {"count": 12, "step": "week", "from": 3}}, "from"),
        ({"series": {"count": 12}}, "step"),
    ],
)
def test_a_series_that_breaks_a_rule_is_refused_with_its_place(changes, message):
    document = json.loads((FOLDER / "activity-1.json").read_text(encoding="utf-8"))
    document["attributes"][1] |= changes

    with pytest.raises(DataSetError, match=message):
        parse_data_set(json.dumps(document), "activity-1.json")


def test_a_series_of_categories_is_refused():
    document = json.loads((FOLDER / "activity-1.json").read_text(encoding="utf-8"))
    document["attributes"][3]["series"] = {"count": 2, "step": "day"}

    with pytest.raises(DataSetError, match="a series is of numbers"):
        parse_data_set(json.dumps(document), "activity-1.json")


def test_two_readings_of_one_name_are_refused():
    document = json.loads((FOLDER / "activity-1.json").read_text(encoding="utf-8"))
    document["attributes"][0]["name"] = "steps_03"

    with pytest.raises(DataSetError, match="share a name"):
        parse_data_set(json.dumps(document), "activity-1.json")


# Windows


@given(steps=WEEKS)
def test_the_columns_of_a_window_are_the_sums_of_those_of_its_readings(steps):
    encoded = WIDE.encode(record(steps))
    inside = [value for value in steps[:4] if value is not None]

    assert encoded[: own_columns(WIDE)] == ACTIVITY.encode(record(steps))
    assert encoded[WIDE.column("steps@1-4", "present")] == len(inside)
    assert encoded[WIDE.column("steps@1-4", "value")] == sum(inside)
    assert encoded[WIDE.column("steps@1-4", "square")] == sum(value**2 for value in inside)
    assert sum(encoded[WIDE.column("steps@1-4", "bin", index)] for index in range(8)) == len(inside)


@given(steps=WEEKS)
def test_no_column_is_larger_than_it_states(steps):
    for number, column in zip(WIDE.encode(record(steps)), WIDE.columns, strict=True):
        assert 0 <= number <= column.maximum < 2**column.bits


@given(steps=WEEKS)
def test_every_column_is_the_sum_of_its_summands(steps):
    encoded = WIDE.encode(record(steps))

    for column, number in enumerate(encoded):
        parts = summands(WIDE, column)
        assert all(part < own_columns(WIDE) for part in parts)
        assert sum(encoded[part] for part in parts) == number


def test_windows_stand_behind_the_record_and_change_none_of_its_columns():
    assert WIDE.columns[: len(ACTIVITY.columns)] == ACTIVITY.columns
    assert own_columns(WIDE) == len(ACTIVITY.columns)
    assert WIDE.ref == ACTIVITY.ref


def test_a_window_holds_up_to_as_many_readings_as_it_is_long():
    assert WIDE.attribute("steps@1-4").readings == 4
    assert WIDE.attribute("steps@1-4").columns[0].maximum == 4
    assert WIDE.attribute("resting_heart_rate@12-12").readings == 1
    assert ACTIVITY.attribute("steps_01").readings == 1


def test_a_window_is_named_in_words():
    assert WIDE.attribute("steps@1-4").label == {
        "en": "Steps a day, weeks 1 to 4",
        "de": "Schritte am Tag, Wochen 1 bis 4",
    }
    assert WIDE.attribute("resting_heart_rate@12-12").label["de"] == "Ruhepuls, Woche 12"
    assert span_text(Window("x", 2, 3), Step.DAY, "de") == "Tage 2 bis 3"


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (Window("mood", 1, 2), "has no series 'mood'"),
        (Window("days_worn", 1, 1), "has no series"),
        (Window("steps", 0, 4), "the readings 1 to 12"),
        (Window("steps", 9, 13), "the readings 1 to 12"),
        (Window("steps", 5, 4), "the readings 1 to 12"),
    ],
)
def test_a_window_outside_of_a_series_is_refused(window, message):
    with pytest.raises(DataSetError, match=message):
        windowed(ACTIVITY, [window])


def test_a_series_keeps_its_readings_when_its_record_is_joined():
    both = joined(data_set("exam/1"), ACTIVITY)
    wide = windowed(both, [Window("activity/1#steps", 1, 2)])

    first = len(data_set("exam/1").columns)
    assert summands(wide, wide.column("activity/1#steps@1-2", "value")) == tuple(
        first + ACTIVITY.column(f"steps_{week:02d}", "value") for week in (1, 2)
    )
    assert wide.attribute("activity/1#steps@1-2").label["en"] == "Steps a day (Activity), weeks 1 to 2"
