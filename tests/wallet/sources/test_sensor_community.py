"""Messages of an air sensor become values."""

import json
from decimal import Decimal

import pytest

from tests.wallet.sources.files import RECEIVED, push, taken, utc, values
from wallet.errors import SourceError, SourceTrouble


def test_a_push_is_measured_when_it_comes_in():
    raw = push(
        ("SDS_P1", "12.30"),
        ("SDS_P2", "4.2"),
        ("BME280_temperature", "-3.5"),
        ("BME280_humidity", "81"),
        ("BME280_pressure", "98012.50"),
        ("DNMS_noise_LAeq", "48.7"),
        ("signal", "-70"),
    )
    found, report = taken("sensor-community", raw)

    assert [(value.quantity, value.value) for value in found] == [
        ("particles-pm10", Decimal("12.3")),
        ("particles-pm2.5", Decimal("4.2")),
        ("air-temperature", Decimal("-3.5")),
        ("air-humidity", Decimal(81)),
        ("air-pressure", Decimal("980.125")),
        ("noise", Decimal("48.7")),
    ]
    assert {(value.start, value.end, value.instrument) for value in found} == {(RECEIVED, None, "77")}
    assert report.passed_over == 1


def test_names_without_a_chip_are_read():
    found = values("sensor-community", push(("P1", 1), ("P2", 2), ("temperature", 3), ("noise_LAeq", 40)))

    assert len(found) == 4


def test_a_sensor_on_the_newer_chip_has_its_name_too():
    (value,) = values("sensor-community", push(("P1", 1), esp8266id=None, esp32id="a1b2"))

    assert value.instrument == "a1b2"


def test_the_archive_tells_its_times_in_utc():
    message = {
        "timestamp": "2026-01-30 10:00:00",
        "sensor": {"id": 140, "sensor_type": {"name": "SDS011"}},
        "sensordatavalues": [{"value_type": "P1", "value": "5"}],
    }
    (value,) = values("sensor-community", json.dumps([message]).encode())

    assert (value.start, value.instrument) == (utc("2026-01-30T10:00:00"), "140")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (push(("P1", "unknown")), SourceTrouble.DAMAGED),
        (push(("P1", None)), SourceTrouble.DAMAGED),
        (push(("P1", "-1")), SourceTrouble.DAMAGED),
        (push(("pressure", "980")), SourceTrouble.DAMAGED),
        (push(("P1", "1"), timestamp="1970-01-01 00:00:00"), SourceTrouble.IMPOSSIBLE_TIME),
        (push(("signal", "-70")), SourceTrouble.EMPTY),
        (push(), SourceTrouble.EMPTY),
        (push(*[("P1", "1")] * 201), SourceTrouble.DAMAGED),
        (b'{"sensordatavalues": 3}', SourceTrouble.DAMAGED),
        (b'{"values": []}', SourceTrouble.OTHER_FORMAT),
        (b"3", SourceTrouble.OTHER_FORMAT),
    ],
)
def test_what_cannot_be_read_is_refused_by_kind(raw, kind):
    with pytest.raises(SourceError) as caught:
        values("sensor-community", raw)

    assert caught.value.kind is kind


def test_a_push_whose_arrival_nobody_noted_has_no_time():
    with pytest.raises(SourceError) as caught:
        values("sensor-community", push(("P1", "1")), received_at=None)

    assert caught.value.kind is SourceTrouble.IMPOSSIBLE_TIME
    assert caught.value.place == "value 1 of message 1"
