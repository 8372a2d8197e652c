"""Data points of Open mHealth and IEEE 1752.1: written here, and those that their authors test with."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.wallet.sources.files import data_point, heart_rate, taken, utc, values
from wallet.errors import SourceError, SourceTrouble

ROOT = Path(__file__).parents[3]
VECTORS = Path(os.environ.get("ARGONAUTA_VECTORS", ROOT.parent / "shared" / "vectors")) / "open-mhealth"
HOUR = {"start_date_time": "2026-01-31T12:00:00Z", "end_date_time": "2026-01-31T13:00:00Z"}
FRAME = {"time_interval": HOUR}
BESIDE = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the data points of openmhealth.org are not beside the checkout"
)
GIVEN = ("heart-rate", "blood-glucose", "body-weight", "body-height", "blood-pressure", "oxygen-saturation")
STATISTICS = ("minimum", "maximum", "median", "standard deviation", "variance", "count")


def point(name: str, told: object, frame: object = FRAME, **members: object) -> bytes:
    return json.dumps(data_point({name: told, "effective_time_frame": frame, **members})).encode()


def test_one_point_a_list_and_lines_are_the_same():
    points = [data_point(heart_rate(60)), data_point(heart_rate(61, at="2026-01-31T13:00:00Z"))]
    lines = "\n".join(json.dumps(each) for each in points).encode()

    found = values("open-mhealth", json.dumps(points).encode())

    assert [value.value for value in found] == [60, 61]
    assert found == values("open-mhealth", lines) == values("open-mhealth", b"\n" + lines + b"\n\n")
    assert found[:1] == values("open-mhealth", json.dumps(points[0], indent=2).encode())


@pytest.mark.parametrize(
    ("member", "told", "quantity", "expected"),
    [
        ("heart_rate", {"value": 60, "unit": "beats/min"}, "heart-rate", "60"),
        ("step_count", 6000, "steps", "6000"),
        ("step_count", {"value": 6000, "unit": "steps"}, "steps", "6000"),
        ("blood_glucose", {"value": 5.5, "unit": "mmol/L"}, "blood-glucose", "99.0858"),
        ("body_temperature", {"value": 98.6, "unit": "F"}, "body-temperature", "37"),
        ("body_weight", {"value": 150, "unit": "lb"}, "body-weight", "68.0388555"),
        ("body_height", {"value": 1.8, "unit": "m"}, "body-height", "180"),
        ("total_sleep_time", {"value": 7.5, "unit": "h"}, "sleep", "450"),
        ("oxygen_saturation", {"value": 97, "unit": "%"}, "oxygen-saturation", "97"),
        ("respiratory_rate", {"value": 14, "unit": "breaths/min"}, "respiratory-rate", "14"),
        ("kcal_burned", {"value": 160, "unit": "kcal"}, "active-energy", "160"),
    ],
)
def test_members_and_units_are_converted(member, told, quantity, expected):
    (value,) = values("open-mhealth", point(member, told))

    assert (value.quantity, value.value, value.instrument) == (quantity, Decimal(expected), "Ring")
    assert (value.start, value.end) == (utc("2026-01-31T12:00:00"), utc("2026-01-31T13:00:00"))


def test_a_blood_pressure_is_two_values():
    body = {
        "systolic_blood_pressure": {"value": 120, "unit": "mmHg"},
        "diastolic_blood_pressure": {"value": 80, "unit": "mmHg"},
        "effective_time_frame": {"date_time": "2026-01-31T12:00:00Z"},
    }

    assert [value.value for value in values("open-mhealth", json.dumps(body).encode())] == [120, 80]


def test_a_heart_at_rest_is_a_quantity_of_its_own():
    rest = {"temporal_relationship_to_physical_activity": "at rest"}
    (value,) = values("open-mhealth", point("heart_rate", {"value": 50, "unit": "beats/min"}, **rest))

    assert value.quantity == "resting-heart-rate"


def test_a_period_may_be_told_by_its_length():
    hour = {"value": 1, "unit": "h"}
    by_start = {"time_interval": {"start_date_time": "2026-01-31T12:00:00Z", "duration": hour}}
    by_end = {"time_interval": {"end_date_time": "2026-01-31T13:00:00Z", "duration": hour}}

    for frame in (by_start, by_end):
        (value,) = values("open-mhealth", point("step_count", 10, frame))
        assert (value.start, value.end) == (utc("2026-01-31T12:00:00"), utc("2026-01-31T13:00:00"))


def test_the_least_and_the_most_of_a_period_are_no_values():
    rate = {"value": 50, "unit": "beats/min"}

    for statistic in ("minimum", "maximum", "median", ["x"]):
        with pytest.raises(SourceError):
            values("open-mhealth", point("heart_rate", rate, descriptive_statistic=statistic))
    assert values("open-mhealth", point("heart_rate", rate, descriptive_statistic="average"))


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"time_interval": {"date": "2026-01-31", "part_of_day": "morning"}}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"time_interval": {"start_date_time": "2026-01-31T12:00:00Z"}}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"date_time": "2026-01-31T12:00:00"}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"date_time": 1_769_857_200}, SourceTrouble.DAMAGED),
        ({}, SourceTrouble.DAMAGED),
        ("2026", SourceTrouble.DAMAGED),
    ],
)
def test_a_time_that_nobody_can_place_is_refused(frame, kind):
    with pytest.raises(SourceError) as caught:
        values("open-mhealth", point("step_count", 10, frame))

    assert caught.value.kind is kind
    assert caught.value.place == "data point 1"


def test_a_bad_point_among_good_ones_is_told_by_its_line():
    good, bad = json.dumps(data_point(heart_rate())), json.dumps(data_point(heart_rate(unit="per hour")))
    found, report = taken("open-mhealth", f"{good}\n\n{bad}\n{good}".encode())

    assert len(found) == 2
    assert (report.places[0].place, report.places[0].kind) == ("data point 3", SourceTrouble.UNKNOWN_UNIT)


def vectors(verdict: str) -> list[Path]:
    return sorted(VECTORS.rglob(f"{verdict}/*.json"))


def is_exact(body: dict[str, Any]) -> bool:
    """Whether it tells a value and when exactly it holds."""
    frame = body.get("effective_time_frame", {})
    told = frame.get("time_interval", {}).keys()
    return ("date_time" in frame or told >= HOUR.keys()) and body.get(
        "descriptive_statistic"
    ) not in STATISTICS


@BESIDE
def test_every_data_point_of_its_authors_gives_values_or_an_error():
    read = 0
    for path in vectors("shouldPass") + vectors("shouldFail"):
        try:
            read += len(values("open-mhealth", path.read_bytes()))
        except SourceError:
            continue

    assert read > 80


@BESIDE
def test_right_data_points_with_exact_times_are_read():
    asked = [
        path
        for path in vectors("shouldPass")
        if path.relative_to(VECTORS).parts[1] in GIVEN and is_exact(json.loads(path.read_text()))
    ]

    assert len(asked) > 20
    assert all(values("open-mhealth", path.read_bytes()) for path in asked)
