"""Garmin FIT: what a watch or a bike computer recorded, second by second; positions are never read.

Checksums must hold, and what a file says of its own sizes is held against its bytes. Distance is told as a
running total and becomes the way between two records; steps of a day are not read, since devices tell them
as totals whose start is not told. Times are seconds since 1989-12-31 (UTC); smaller ones count from when the
device was switched on and cannot be placed.

Source: developer.garmin.com/fit/protocol.

Limit: an activity of a device with a wrong clock has wrong times; only impossible ones are found.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import fitdecode
from fitdecode.reader import CrcCheck, ErrorHandling

from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.manifests import CONNECTED_PRODUCT, EACH_TOUR, OF_BODY, SMALL
from wallet.sources.reading import Reading, Source, each
from wallet.sources.values import from_epoch, impossible_time, measured, number

_EPOCH: Final = 631_065_600
_SINCE_SWITCHED_ON: Final = 0x10000000
_LEAST_HEADER: Final = 12
_FIELDS: Final = {
    "record": {
        "heart_rate": "heart-rate",
        "cadence": "cadence",
        "power": "power",
        "enhanced_speed": "speed",
        "enhanced_altitude": "elevation",
    },
    "monitoring": {"heart_rate": "heart-rate"},
    "monitoring_hr_data": {"resting_heart_rate": "resting-heart-rate"},
    "spo2_data": {"reading_spo2": "oxygen-saturation"},
    "respiration_rate": {"respiration_rate": "respiratory-rate"},
    "weight_scale": {"weight": "body-weight"},
    "blood_pressure": {
        "systolic_pressure": "systolic-blood-pressure",
        "diastolic_pressure": "diastolic-blood-pressure",
        "heart_rate": "heart-rate",
    },
}
_OLDER_NAMES: Final = {"enhanced_speed": "speed", "enhanced_altitude": "altitude"}
_FOREIGN: Final = (
    fitdecode.FitError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)
"""What the decoder lets out where a file lies about itself."""


@dataclass
class _State:
    """The device, the last exact time, and the running total of the activity."""

    instrument: str = ""
    timestamp: int = 0
    last: tuple[datetime, Decimal] | None = None

    def take(self, message: Any) -> Sequence[Measured]:
        """The values of one message."""
        if message.name == "file_id":
            self._begin(message)
        fields = _FIELDS.get(message.name)
        told = _field(message, "timestamp")
        if isinstance(told, int):
            self.timestamp = told
        if message.name == "session":
            return self._session(message)
        if fields is None:
            return ()
        at = self._when(message, told)
        found = [
            (quantity, _field(message, field, _OLDER_NAMES.get(field))) for field, quantity in fields.items()
        ]
        values = [
            measured(quantity, at, None, _decimal(value), self.instrument)
            for quantity, value in found
            if isinstance(value, (int, float))
        ]
        return (*values, *self._way(message, at))

    def _begin(self, message: Any) -> None:
        maker = _field(message, "manufacturer")
        product = _field(message, "garmin_product", "product")
        self.instrument = " ".join(str(each)[:30] for each in ("FIT", maker, product) if each is not None)
        self.last = None

    def _when(self, message: Any, told: object) -> datetime:
        short = _field(message, "timestamp_16")
        if not isinstance(told, int) and isinstance(short, int):
            # 16 bits of seconds go on from the last full timestamp (FIT SDK, monitoring messages).
            told = self.timestamp + ((short - (self.timestamp & 0xFFFF)) & 0xFFFF)
        return _moment(told)

    def _session(self, message: Any) -> Sequence[Measured]:
        burned, begun = _field(message, "total_calories"), _field(message, "start_time")
        if not isinstance(burned, int) or not isinstance(begun, int):
            return ()
        return (
            measured(
                "active-energy", _moment(begun), _moment(self.timestamp), Decimal(burned), self.instrument
            ),
        )

    def _way(self, message: Any, at: datetime) -> Sequence[Measured]:
        """The distance since the last record that told one."""
        total = _field(message, "distance") if message.name == "record" else None
        if not isinstance(total, (int, float)):
            return ()
        before, self.last = self.last, (at, _decimal(total))
        if before is None or at <= before[0] or self.last[1] < before[1]:
            return ()
        return (measured("distance", before[0], at, self.last[1] - before[1], self.instrument),)


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of an activity or of a day, in the order of the device."""
    begins = file.read(_LEAST_HEADER)
    file.again()
    if len(begins) < _LEAST_HEADER or begins[8:12] != b".FIT":
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a FIT file")
    state = _State()
    return each(_messages(file), state.take, reading.report, "message {}")


def _messages(file: Bounded) -> Iterator[tuple[int, Any]]:
    reader = fitdecode.FitReader(
        file, processor=None, check_crc=CrcCheck.RAISE, error_handling=ErrorHandling.IGNORE
    )
    frames = iter(reader)
    count = 0
    while True:
        try:
            frame = next(frames, None)
        except _FOREIGN as error:
            raise SourceError(
                SourceTrouble.DAMAGED, "not as FIT files are", f"after message {count}"
            ) from error
        if frame is None:
            return
        if isinstance(frame, fitdecode.FitDataMessage):
            count += 1
            yield count, frame


def _field(message: Any, *names: str | None) -> Any:
    """The first of these fields that the message has with a value."""
    for name in names:
        if name is not None and (value := message.get_value(name, fallback=None)) is not None:
            return value
    return None


def _moment(told: object) -> datetime:
    if not isinstance(told, int) or told < _SINCE_SWITCHED_ON:
        raise impossible_time("the device did not know the time")
    return from_epoch(told + _EPOCH)


def _decimal(value: float) -> Decimal:
    """A field to the precision that devices have; binary fractions would write seventeen digits."""
    return number(round(value, 3))


GARMIN_FIT: Final = Source(
    Manifest(
        name="garmin-fit",
        title=Words("Watch or bike computer (FIT)", "Uhr oder Radcomputer (FIT)"),
        quantities=(
            *dict.fromkeys(quantity for fields in _FIELDS.values() for quantity in fields.values()),
            "distance",
            "active-energy",
        ),
        frequency=EACH_TOUR,
        size=SMALL,
        right=CONNECTED_PRODUCT,
        granularities=OF_BODY,
        endings=(".fit",),
    ),
    parse,
)
