"""Data points of Open mHealth and IEEE 1752.1: one, a list, or one on each line.

A data point has a header and a body; a body by itself is read too. What it measures is the name of a member
that we know. Minima, maxima and medians of a period are statistics of values and no values, so only the mean
is taken.

Source: openmhealth.org/schemas; IEEE 1752.1-2021 §5, whose header names other members.

Limit: a period that is told by a date and a part of the day, or by a duration alone, is refused.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.json_document import documents
from wallet.sources.manifests import OF_BODY, PORTABILITY, SMALL, WHEN_UPLOADED
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, impossible_time, json_number, measured, moment, name

MEMBERS: Final = {
    "heart_rate": "heart-rate",
    "step_count": "steps",
    "base_movement_quantity": "steps",
    "blood_glucose": "blood-glucose",
    "systolic_blood_pressure": "systolic-blood-pressure",
    "diastolic_blood_pressure": "diastolic-blood-pressure",
    "oxygen_saturation": "oxygen-saturation",
    "body_temperature": "body-temperature",
    "respiratory_rate": "respiratory-rate",
    "body_weight": "body-weight",
    "body_height": "body-height",
    "body_mass_index": "body-mass-index",
    "sleep_duration": "sleep",
    "total_sleep_time": "sleep",
    "kcal_burned": "active-energy",
    "sound_level": "noise",
    "ambient_sound": "noise",
}
_VALUES_AS_THEY_ARE: Final = ("average", "mean", "sum")
_RESTING: Final = ("at rest",)
_SECONDS: Final = {"sec": 1, "s": 1, "min": 60, "h": 3600, "d": 86_400}
_YEAR: Final = 366 * 86_400

_NO_POINT: Final = "not a data point"


class _Point(NamedTuple):
    header: dict[str, Any]
    body: dict[str, Any]


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of data points, in their order."""
    return each(_points(file), _values, reading.report, "data point {}")


def _points(file: Bounded) -> Iterator[tuple[int, _Point]]:
    """The data points.

    Raises:
        SourceError: the first is neither a data point nor a body that we know.
    """
    for index, found in documents(file):
        point = _point(found)
        if point is None:
            if index == 1:
                raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a data point with header and body")
            point = _Point({}, {_NO_POINT: True})
        yield index, point


def _point(found: Json) -> _Point | None:
    if not isinstance(found, dict):
        return None
    header, body = found.get("header"), found.get("body")
    if isinstance(header, dict) and isinstance(body, dict):
        return _Point(header, body)
    return _Point({}, found) if MEMBERS.keys() & found.keys() else None


def _values(point: _Point) -> Sequence[Measured]:
    body = Fields.of(point.body, "body")
    if body.has(_NO_POINT):
        raise damaged("expected a data point with header and body")
    statistic = point.body.get("descriptive_statistic")
    known = [member for member in MEMBERS if body.has(member)]
    if not known or (statistic is not None and statistic not in _VALUES_AS_THEY_ARE):
        return ()
    start, end = _when(body)
    instrument = _instrument(point.header)
    return tuple(_value(body, member, (start, end), instrument) for member in known)


def _value(body: Fields, member: str, when: tuple[datetime, datetime | None], instrument: str) -> Measured:
    quantity = MEMBERS[member]
    if quantity == "heart-rate" and body.has("temporal_relationship_to_physical_activity"):
        resting = body.any("temporal_relationship_to_physical_activity") in _RESTING
        quantity = "resting-heart-rate" if resting else quantity
    told = body.any(member)
    if not isinstance(told, dict):  # an older step count is a bare number
        told = {"value": told, "unit": "steps" if quantity == "steps" else ""}
    fields = Fields.of(told, f"body.{member}")
    value = convert(quantity, json_number(fields.any("value")), fields.text("unit", max_length=40))
    return measured(quantity, *when, value, instrument)


def _when(body: Fields) -> tuple[datetime, datetime | None]:
    frame = body.section("effective_time_frame")
    if frame.has("date_time"):
        return moment(frame.any("date_time")), None
    interval = frame.section("time_interval")
    start = moment(interval.any("start_date_time")) if interval.has("start_date_time") else None
    end = moment(interval.any("end_date_time")) if interval.has("end_date_time") else None
    if start is not None and end is not None:
        return start, end
    length = _length(interval.section("duration")) if interval.has("duration") else None
    if length is not None and start is not None:
        return start, start + length
    if length is not None and end is not None:
        return end - length, end
    raise impossible_time("expected two of start, end and duration")


def _length(duration: Fields) -> timedelta:
    seconds = _SECONDS.get(duration.text("unit", max_length=20))
    value = json_number(duration.any("value"))
    if seconds is None or not 0 <= value * seconds <= _YEAR:
        raise impossible_time("expected a duration of up to a year in s, min, h or d")
    return timedelta(seconds=float(value * seconds))


def _instrument(header: dict[str, Any]) -> str:
    for place in ("acquisition_provenance", "external_datasheets"):
        told = header.get(place)
        if isinstance(told, list) and told:
            told = told[0]
        if isinstance(told, dict):
            return name(told.get("source_name") or told.get("datasheet_reference"))
    return ""


OPEN_MHEALTH: Final = Source(
    Manifest(
        name="open-mhealth",
        title=Words("Wearable or app (Open mHealth)", "Gerät oder App (Open mHealth)"),
        quantities=(*dict.fromkeys(MEMBERS.values()), "resting-heart-rate"),
        frequency=WHEN_UPLOADED,
        size=SMALL,
        right=PORTABILITY,
        granularities=OF_BODY,
        endings=(".json", ".jsonl", ".ndjson"),
    ),
    parse,
)
