"""A number, a time and an instrument as a file tells them become a value that can be, or an error without it.

Times lie between 1990 and 2100 and have a zone; numbers are finite and within what the quantity can have on
this planet (`BOUNDS`, generous on purpose: they find units mixed up and broken devices, not illness).
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from wallet.domain.measured import Measured
from wallet.errors import SourceError, SourceTrouble

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST: Final = timedelta(days=366)
BOUNDS: Final = {
    name: (Decimal(least), Decimal(most))
    for name, (least, most) in {
        "heart-rate": (0, 400),
        "resting-heart-rate": (0, 400),
        "steps": (0, 10_000_000),
        "distance": (0, 10_000_000),
        "speed": (0, 500),
        "elevation": (-500, 20_000),
        "power": (0, 10_000),
        "cadence": (0, 1_000),
        "active-energy": (0, 100_000),
        "blood-glucose": (0, 3_000),
        "systolic-blood-pressure": (0, 400),
        "diastolic-blood-pressure": (0, 400),
        "oxygen-saturation": (0, 100),
        "body-temperature": (10, 50),
        "respiratory-rate": (0, 200),
        "body-weight": (0, 700),
        "body-height": (10, 300),
        "body-mass-index": (0, 300),
        "sleep": (0, 100_000),
        "energy-used": (0, 10_000_000),
        "energy-fed-in": (0, 10_000_000),
        "gas-used": (0, 10_000_000),
        "water-used": (0, 100_000_000),
        "particles-pm10": (0, 10_000),
        "particles-pm2.5": (0, 10_000),
        "air-temperature": (-100, 100),
        "air-humidity": (0, 100),
        "air-pressure": (300, 1_200),
        "noise": (0, 200),
        "visited-cell": (0, 1 << 63),
    }.items()
}
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,24}(?:\.\d{0,24})?|\.\d{1,24})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_MOST_NAME: Final = 80
_MOST_TIME: Final = 40


def damaged(detail: str) -> SourceError:
    """An entry that is not as its format says."""
    return SourceError(SourceTrouble.DAMAGED, detail)


def impossible_time(detail: str) -> SourceError:
    """A time that cannot be."""
    return SourceError(SourceTrouble.IMPOSSIBLE_TIME, detail)


def number(told: object) -> Decimal:
    """A finite number from JSON or from text with a decimal point.

    Raises:
        SourceError: it is none, or has more digits than anything measured has.
    """
    if isinstance(told, bool) or not isinstance(told, (int, float, str)):
        raise damaged("expected a number")
    text = told.strip() if isinstance(told, str) else repr(told) if isinstance(told, float) else _digits(told)
    if not _NUMBER.fullmatch(text):
        raise damaged("expected a number")
    return Decimal(text)


def json_number(told: object) -> Decimal:
    """A number that JSON has as a number, and not as text.

    Raises:
        SourceError: it is none.
    """
    if isinstance(told, str):
        raise damaged("expected a number, got text")
    return number(told)


def _digits(told: int) -> str:
    # Longer ones cannot even be written: Python refuses to spell integers of thousands of digits.
    return str(told) if abs(told) < 10**24 else "too long"


def moment(text: object, zone: ZoneInfo | None = None) -> datetime:
    """A moment in UTC from ISO 8601 text; without its own zone it is one of `zone`.

    A local hour that comes twice in autumn is the first of the two; one that spring leaves out is refused.

    Raises:
        SourceError: no such text, no such moment, or none whose zone is known.
    """
    if not isinstance(text, str) or len(text) > _MOST_TIME:
        raise damaged("expected a time")
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise impossible_time("expected a time such as 2026-01-31T12:00:00+01:00") from error
    return in_utc(told, zone)


def in_utc(told: datetime, zone: ZoneInfo | None = None) -> datetime:
    """The same moment in UTC, to the millisecond.

    Raises:
        SourceError: without a zone, not between 1990 and 2100, or left out by the clocks of the zone.
    """
    try:
        if told.tzinfo is None:
            if zone is None:
                raise impossible_time("the time does not say its zone")
            utc = told.replace(tzinfo=zone).astimezone(UTC)
            if utc.astimezone(zone).replace(tzinfo=None) != told.replace(fold=0):
                raise impossible_time("the clocks of the time zone leave this hour out")
        else:
            utc = told.astimezone(UTC)
    except OverflowError as error:
        raise impossible_time("expected a time between 1990 and 2100") from error
    if not EARLIEST <= utc < LATEST:
        raise impossible_time("expected a time between 1990 and 2100")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def from_epoch(seconds: int | Decimal) -> datetime:
    """A moment from seconds since 1970.

    Raises:
        SourceError: it does not lie between 1990 and 2100.
    """
    if not 0 <= seconds < 2**33:
        raise impossible_time("expected a time between 1990 and 2100")
    return in_utc(datetime.fromtimestamp(float(seconds), UTC))


def measured(
    quantity: str, start: datetime, end: datetime | None, value: Decimal, instrument: str = ""
) -> Measured:
    """A value that can be; an interval without length is a moment.

    Raises:
        SourceError: it ends before it starts, lasts more than a year, or its size cannot be.
    """
    if end is not None:
        if end < start:
            raise impossible_time("it ends before it starts")
        if end - start > LONGEST:
            raise impossible_time("it lasts more than a year")
        if end == start:
            end = None
    least, most = BOUNDS[quantity]
    if not least <= value <= most:
        raise damaged(f"the value of {quantity} is outside of what can be: check its unit")
    return Measured(quantity, start, end, value, instrument)


def name(text: object) -> str:
    """What a thing is called, as one short line; empty where it has no name."""
    if not isinstance(text, str):
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", text[: 4 * _MOST_NAME]).split())[:_MOST_NAME]
