"""What a sensor of Sensor.Community pushes, or what their archive gives back of it.

A push has no time of its own: it is measured when it comes in. Values are text; names may begin with that of
the chip (`BME280_temperature`). Pressure comes in pascal.

Source: the firmware `airrohr-firmware` and the API of sensor.community.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.json_document import documents
from wallet.sources.manifests import BY_DAY, BY_HOUR, CONNECTED_PRODUCT, EACH_READING
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import impossible_time, in_utc, measured, moment, name, number

VALUE_TYPES: Final = {
    "P1": ("particles-pm10", "ug/m3"),
    "P2": ("particles-pm2.5", "ug/m3"),
    "temperature": ("air-temperature", "Cel"),
    "humidity": ("air-humidity", "%"),
    "pressure": ("air-pressure", "Pa"),
    "noise_LAeq": ("noise", "dB(A)"),
}
_MOST_VALUES: Final = 200
_CHIPS: Final = ("esp8266id", "esp32id")
"""How the firmware names the sensor, by what it runs on."""
_UTC: Final = ZoneInfo("UTC")


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of one push or of a list from the archive."""
    values = _told(file, reading.received_at)
    return each(values, _value, reading.report, "value {0[1]} of message {0[0]}")


def _told(
    file: Bounded, received_at: datetime | None
) -> Iterator[tuple[object, tuple[Json, Fields, datetime | None]]]:
    for index, message in enumerate(documents(file), 1):
        if not isinstance(message[1], dict) or "sensordatavalues" not in message[1]:
            raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a message with sensordatavalues")
        fields = Fields.of(message[1], f"message {index}")
        values = message[1]["sensordatavalues"]
        if not isinstance(values, list) or len(values) > _MOST_VALUES:
            raise SourceError(SourceTrouble.DAMAGED, f"expected a list of at most {_MOST_VALUES} values")
        for number_of_value, value in enumerate(values, 1):
            yield (index, number_of_value), (value, fields, received_at)


def _value(told: tuple[Json, Fields, datetime | None]) -> Sequence[Measured]:
    value, message, received_at = told
    fields = Fields.of(value, "value")
    kind = fields.text("value_type", max_length=80)
    known = VALUE_TYPES.get(kind) or VALUE_TYPES.get(kind.partition("_")[2])
    if known is None:
        return ()
    quantity, unit = known
    at = _when(message, received_at)
    converted = convert(quantity, number(fields.any("value")), unit)
    return (measured(quantity, at, None, converted, _sensor(message)),)


def _when(message: Fields, received_at: datetime | None) -> datetime:
    if message.has("timestamp"):
        return moment(message.any("timestamp"), _UTC)
    if received_at is None:
        raise impossible_time("the message has no time, and when it came in is not known")
    return in_utc(received_at.astimezone(UTC))


def _sensor(message: Fields) -> str:
    for chip in _CHIPS:
        if message.has(chip):
            return name(message.any(chip))
    sensor: Any = message.any("sensor") if message.has("sensor") else None
    return name(str(sensor.get("id", ""))[:20]) if isinstance(sensor, dict) else ""


SENSOR_COMMUNITY: Final = Source(
    Manifest(
        name="sensor-community",
        title=Words("Air sensor (Sensor.Community)", "Luftsensor (Sensor.Community)"),
        quantities=tuple(quantity for quantity, _ in VALUE_TYPES.values()),
        frequency=Words("every few minutes, pushed by the sensor", "alle paar Minuten, vom Sensor gesendet"),
        size=Words("1 kB a message", "1 kB je Nachricht"),
        right=CONNECTED_PRODUCT,
        granularities=(BY_DAY, BY_HOUR, EACH_READING),
        endings=(".json",),
    ),
    parse,
)
