"""Exports of Apple Health become values, whatever the phone's language and units."""

from decimal import Decimal

import pytest

from tests.wallet.sources.files import VIENNA, apple, apple_record, apple_zip, taken, utc, values


def test_a_record_is_a_value_of_the_device_that_measured_it():
    (value,) = values("apple-health", apple(apple_record(by="Watch of A")))

    assert (value.quantity, value.value, value.instrument) == ("heart-rate", Decimal(61), "Watch of A")
    assert (value.start, value.end) == (utc("2026-01-31T11:00:00"), None)


@pytest.mark.parametrize(
    ("kind", "value", "unit", "expected"),
    [
        ("BloodGlucose", "5.5", "mmol&lt;180.1558800000541&gt;/L", "99.0858"),
        ("BloodGlucose", "99", "mg/dL", "99"),
        ("BodyTemperature", "98.6", "degF", "37"),
        ("BodyMass", "150", "lb", "68.0388555"),
        ("Height", "5.9", "ft", "179.832"),
        ("OxygenSaturation", "0.97", "%", "97"),
        ("DistanceWalkingRunning", "1.5", "km", "1500"),
        ("DistanceWalkingRunning", "1", "mi", "1609.344"),
        ("ActiveEnergyBurned", "100", "kJ", "23.9005736"),
        ("ActiveEnergyBurned", "12.5", "Cal", "12.5"),
        ("BloodPressureSystolic", "120", "mmHg", "120"),
        ("RespiratoryRate", "14", "count/min", "14"),
        ("HeartRate", "1", "count/s", "60"),
    ],
)
def test_units_of_the_phone_are_converted(kind, value, unit, expected):
    (found,) = values("apple-health", apple(apple_record(kind, value, unit)))

    assert found.value == Decimal(expected)


def test_sleep_is_the_time_asleep_in_any_phase():
    def phase(value: str, start: str, end: str) -> str:
        return (
            f'<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch"'
            f' startDate="2026-01-31 {start} +0100" endDate="2026-01-31 {end} +0100"'
            f' value="HKCategoryValueSleepAnalysis{value}"/>'
        )

    raw = apple(
        phase("InBed", "00:00:00", "07:00:00"),
        phase("AsleepCore", "00:10:00", "01:00:00"),
        phase("AsleepREM", "01:00:00", "01:30:30"),
        phase("Awake", "01:30:30", "02:00:00"),
    )

    night = values("apple-health", raw, "by-day", zone=VIENNA)

    assert [value.value for value in values("apple-health", raw)] == [Decimal(50), Decimal("30.5")]
    assert [value.value for value in night] == [Decimal("80.5")]


def test_a_record_inside_of_a_correlation_counts_once():
    record = apple_record("BloodPressureSystolic", 120, "mmHg")
    raw = apple(
        f"<Correlation type='HKCorrelationTypeIdentifierBloodPressure'>{record}</Correlation>", record
    )
    found, report = taken("apple-health", raw)

    assert len(found) == 1
    assert report.passed_over == 2


@pytest.mark.parametrize("name", ["apple_health_export/export.xml", "Export.xml", "a/exportación.xml"])
def test_the_export_has_another_name_in_each_language(name):
    raw = apple(apple_record())

    assert values("apple-health", apple_zip(raw, name)) == values("apple-health", raw)


def test_the_offset_of_each_record_counts():
    starts = ("2026-07-01 12:00:00 +0200", "2026-07-01 06:00:00 -0400", "2026-07-01 10:00:00 +0000")
    found = values("apple-health", apple(*(apple_record(start=start) for start in starts)))

    assert {value.start for value in found} == {utc("2026-07-01T10:00:00")}


def test_names_of_devices_are_one_short_printable_line():
    (value,) = values("apple-health", apple(apple_record(by="A&#10;B\u202e&#9;" + "c" * 200)))

    assert value.instrument.startswith("A B c")
    assert len(value.instrument) == 80
    assert value.instrument.isprintable()
