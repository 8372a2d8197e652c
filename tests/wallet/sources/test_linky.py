"""What Enedis and a Cozy tell of a meter becomes energy, through every change of the clocks."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.wallet.sources.files import load_curve, taken, utc, values
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.linky import PARIS


def test_a_mean_power_becomes_the_energy_of_the_interval_that_it_ends():
    (value,) = values("linky", load_curve(("2026-01-31 00:30:00", 540)))

    assert (value.quantity, value.value) == ("energy-used", Decimal("0.27"))
    assert (value.start, value.end) == (utc("2026-01-30T23:00:00"), utc("2026-01-30T23:30:00"))


@pytest.mark.parametrize(("length", "expected"), [("PT10M", "0.09"), ("PT15M", "0.135"), ("PT60M", "0.54")])
def test_meters_have_intervals_of_their_own(length, expected):
    (value,) = values("linky", load_curve(("2026-01-31 01:00:00", 540), length=length), "by-day")

    assert value.value == Decimal(expected)


def test_half_hours_and_days_are_two_switches():
    raw = load_curve(
        *((f"2026-01-31 {hour:02}:{minute}:00", 500) for hour in range(1, 5) for minute in ("00", "30"))
    )

    assert len(values("linky", raw, "by-half-hour")) == 8
    (day,) = values("linky", raw, "by-day")
    assert day.value == Decimal(2)


def wall_clock(day: str) -> list[str]:
    """The ends of all half hours of a day, as clocks in France show them."""
    begins = datetime.fromisoformat(day).replace(tzinfo=PARIS)
    ends = (begins + timedelta(days=1)).timestamp()
    moments = range(int(begins.timestamp()) + 1800, int(ends) + 1, 1800)
    return [datetime.fromtimestamp(moment, PARIS).strftime("%Y-%m-%d %H:%M:%S") for moment in moments]


@pytest.mark.parametrize(
    ("day", "half_hours"),
    [("2026-03-29", 46), ("2026-10-25", 50), ("2026-06-01", 48)],
    ids=["spring", "autumn", "summer"],
)
def test_every_half_hour_of_a_day_is_told_once_when_the_clocks_change(day, half_hours):
    found = values("linky", load_curve(*((end, 1000) for end in wall_clock(day))))

    assert len({value.start for value in found}) == half_hours
    assert all(one.end == following.start for one, following in pairwise(found))
    (whole,) = values("linky", load_curve(*((end, 1000) for end in wall_clock(day))), "by-day")
    assert whole.value == Decimal(half_hours) / 2


def test_an_hour_that_spring_leaves_out_is_impossible():
    found, report = taken("linky", load_curve(("2026-03-29 02:30:00", 1), ("2026-03-29 03:30:00", 1)))

    assert len(found) == 1
    assert report.places[0].kind is SourceTrouble.IMPOSSIBLE_TIME
    assert report.places[0].place == "interval 1 of reading 1"


def test_a_daily_amount_in_watt_hours_is_kept_as_a_day():
    (value,) = values("linky", load_curve(("2026-01-31", 12_345), unit="Wh"), "by-day")

    assert value.value == Decimal("12.345")
    assert (value.start, value.end) == (utc("2026-01-30T23:00:00"), utc("2026-01-31T23:00:00"))


def test_what_was_fed_in_is_another_quantity():
    (value,) = values("linky", load_curve(("2026-01-31 00:30:00", 540), flow_direction="production"))

    assert value.quantity == "energy-fed-in"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (load_curve(("2026-01-31", 1), unit="VA"), SourceTrouble.UNKNOWN_UNIT),
        (load_curve(("2026-01-31 00:30:00", 1), length="PT3H"), SourceTrouble.DAMAGED),
        (load_curve(("2026-01-31 00:30:00", "x")), SourceTrouble.DAMAGED),
        (load_curve(("31/01/2026", 1)), SourceTrouble.IMPOSSIBLE_TIME),
        (b'{"meter_reading": {}}', SourceTrouble.DAMAGED),
        (b'{"meter_reading": 3}', SourceTrouble.DAMAGED),
        (b'{"readings": []}', SourceTrouble.OTHER_FORMAT),
        (b"[]", SourceTrouble.OTHER_FORMAT),
        (b'{"com.grandlyon.enedis.day": 3}', SourceTrouble.DAMAGED),
    ],
)
def test_what_cannot_be_read_is_refused_by_kind(raw, kind):
    with pytest.raises(SourceError) as caught:
        values("linky", raw)

    assert caught.value.kind is kind


def cozy(kind: str, load: object, **parts: object) -> dict[str, object]:
    return {"_type": f"com.grandlyon.enedis.{kind}", "load": load, **parts}


def test_documents_of_a_cozy_are_energy_from_their_beginning():
    documents = [
        cozy("minute", 0.12, year=2026, month=1, day=31, hour=1, minute=30),
        cozy("day", 10.5, year=2026, month=3, day=29, hour=0, minute=0),
        cozy("month", 300, year=2026, month=3, day=0),
        cozy("year", 3000, year=2026, month=0, day=0),
    ]
    found, report = taken("linky", json.dumps(documents).encode(), "by-half-hour", "by-day")

    assert [(value.start, value.value) for value in found] == [
        (utc("2026-01-31T00:30:00"), Decimal("0.12")),
        (utc("2026-03-28T23:00:00"), Decimal("10.5")),
    ]
    assert report.passed_over == 2


def test_an_export_by_doctype_is_the_same():
    document = {"load": 0.12, "year": 2026, "month": 1, "day": 31, "hour": 1, "minute": 30}
    raw = json.dumps({"com.grandlyon.enedis.minute": [document]}).encode()

    assert values("linky", raw) == values("linky", json.dumps([cozy("minute", **document)]).encode())
