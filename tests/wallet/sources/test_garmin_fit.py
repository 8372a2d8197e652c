"""Activities of a watch become values; where it was is not read."""

from decimal import Decimal

import pytest

from tests.wallet.sources.files import activity, utc, values
from wallet.errors import SourceError, SourceTrouble


def test_each_field_of_a_record_is_a_value():
    raw = activity({"heart_rate": 120, "power": 210, "cadence": 85, "speed": 8.5, "altitude": 155.2})
    found = values("garmin-fit", raw)

    assert {value.quantity: value.value for value in found} == {
        "heart-rate": Decimal(120),
        "power": Decimal(210),
        "cadence": Decimal(85),
        "speed": Decimal("8.5"),
        "elevation": Decimal("155.2"),
    }
    assert {(value.start, value.instrument) for value in found} == {
        (utc("2026-01-01T00:00:00"), "FIT garmin 0")
    }


def test_a_running_total_becomes_the_way_between_two_records():
    found = values("garmin-fit", activity({"distance": 1.0}, {"distance": 4.5}, {"distance": 9.0}))

    assert [(value.quantity, value.value) for value in found] == [
        ("distance", Decimal("3.5")),
        ("distance", Decimal("4.5")),
    ]
    assert found[0].end == found[1].start == utc("2026-01-01T00:00:01")


def test_a_total_that_begins_again_is_no_way_back():
    found = values("garmin-fit", activity({"distance": 100.0}, {"distance": 0.0}, {"distance": 2.0}))

    assert [value.value for value in found] == [Decimal(2)]


def test_positions_are_not_read():
    raw = activity({"heart_rate": 120, "position_lat": 48.2, "position_long": 16.37})

    assert [value.quantity for value in values("garmin-fit", raw)] == ["heart-rate"]


def test_a_mean_by_the_hour():
    (value,) = values("garmin-fit", activity({"heart_rate": 120}, {"heart_rate": 130}), "by-hour")

    assert value.value == Decimal(125)


def test_a_device_that_does_not_know_the_time_is_told_so():
    with pytest.raises(SourceError) as caught:
        values("garmin-fit", activity({"heart_rate": 120}, began=631_065_600_000 + 1_000_000))

    assert caught.value.kind is SourceTrouble.IMPOSSIBLE_TIME
    assert caught.value.place == "message 2"


def test_a_changed_byte_is_found_by_the_checksum():
    raw = bytearray(activity({"heart_rate": 120}))
    raw[-4] ^= 1

    with pytest.raises(SourceError) as caught:
        values("garmin-fit", bytes(raw))

    assert caught.value.kind is SourceTrouble.DAMAGED


def test_two_activities_in_one_file_are_both_read():
    raw = activity({"heart_rate": 120})

    assert len(values("garmin-fit", raw + raw)) == 2
