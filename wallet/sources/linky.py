"""A Linky electricity meter: what Enedis gives out (Data Connect) and what a Cozy keeps of it.

Enedis tells the end of each interval of a load curve and the day of a daily amount, in the time of France.
The load curve is a mean power in W, a day is an energy in Wh. In the hour that autumn repeats, a time that
does not go on from the one before is the second one. A Cozy (doctypes `com.grandlyon.enedis.*`) tells the
beginning and kWh; its months and years are sums of its days and are passed over.

Source: datahub-enedis.fr, Data Connect, metering data v5; github.com/grandlyon/ecolyo.

Limit: Data Connect does not say whether energy was used or fed in; only a `flow_direction` does, and without
it the energy counts as used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from crypto.reading import Fields
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.json_document import document
from wallet.sources.linky_cozy import DOCTYPES, cozy_documents, cozy_values
from wallet.sources.manifests import EVERY_DAY, METER, OF_METER, SMALL
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, impossible_time, in_utc, measured, moment, number

PARIS: Final = ZoneInfo("Europe/Paris")
_LENGTH: Final = re.compile(r"PT(\d{1,3})M", re.ASCII)
_HOUR_MINUTES: Final = 60
_USUAL_MINUTES: Final = 30
_FED_IN: Final = frozenset({"production", "injection", "reverse"})


class _Interval(NamedTuple):
    """One value of a meter reading, and when the value before it ended."""

    told: Any
    unit: str
    quantity: str
    before: list[datetime]


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of a load curve, of daily amounts, or of a Cozy."""
    found = document(file)
    readings = found if isinstance(found, list) else [found]
    if readings and all(isinstance(one, Mapping) and "meter_reading" in one for one in readings):
        yield from each(_intervals(readings), _values, reading.report, "interval {0[1]} of reading {0[0]}")
        return
    documents = cozy_documents(found)
    if documents is None:
        wanted = f"expected a meter_reading of Enedis or documents of {', '.join(DOCTYPES)}"
        raise SourceError(SourceTrouble.OTHER_FORMAT, wanted)
    yield from each(documents, lambda told: cozy_values(told, PARIS), reading.report, "document {}")


def _intervals(readings: Sequence[Any]) -> Iterator[tuple[object, _Interval]]:
    for index, one in enumerate(readings, 1):
        meter = one["meter_reading"]
        kind = meter.get("reading_type") if isinstance(meter, Mapping) else None
        intervals = meter.get("interval_reading") if isinstance(meter, Mapping) else None
        if not isinstance(kind, Mapping) or not isinstance(intervals, list):
            raise SourceError(SourceTrouble.DAMAGED, "a meter_reading lacks its type or its intervals")
        quantity = "energy-fed-in" if str(meter.get("flow_direction")).lower() in _FED_IN else "energy-used"
        before: list[datetime] = []
        for number_of_interval, told in enumerate(intervals, 1):
            yield (index, number_of_interval), _Interval(told, str(kind.get("unit"))[:20], quantity, before)


def _values(interval: _Interval) -> Sequence[Measured]:
    fields = Fields.of(interval.told, "interval")
    value = number(fields.any("value"))
    date = fields.text("date", max_length=40)
    if interval.unit == "W":
        minutes = _minutes(fields)
        end = _end(date, interval.before)
        energy = convert(interval.quantity, value * minutes / _HOUR_MINUTES, "Wh")
        start = end - timedelta(minutes=minutes)
        return (measured(interval.quantity, start, end, energy, "Linky, load curve"),)
    start, end = _day(date)
    return (
        measured(
            interval.quantity, start, end, convert(interval.quantity, value, interval.unit), "Linky, daily"
        ),
    )


def _minutes(fields: Fields) -> int:
    if not fields.has("interval_length"):
        return _USUAL_MINUTES
    told = _LENGTH.fullmatch(fields.text("interval_length", max_length=20))
    minutes = int(told[1]) if told else 0
    if not 1 <= minutes <= _HOUR_MINUTES:
        raise damaged("expected an interval of 1 to 60 minutes, such as PT30M")
    return minutes


def _end(date: str, before: list[datetime]) -> datetime:
    """When an interval ends; `before` holds the end of the one before, and then this one."""
    try:
        told = datetime.fromisoformat(date)
    except ValueError as error:
        raise impossible_time("expected a time such as 2026-01-31 12:30:00") from error
    end = in_utc(told, PARIS)
    if told.tzinfo is None and before and end <= before[0]:
        end = in_utc(told.replace(fold=1), PARIS)
    before[:] = [end]
    return end


def _day(date: str) -> tuple[datetime, datetime]:
    """The day in France in which a time lies."""
    begins = moment(date, PARIS).astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    return in_utc(begins), in_utc(begins + timedelta(days=1))  # the same wall clock: 23 to 25 hours


LINKY: Final = Source(
    Manifest(
        name="linky",
        title=Words("Linky electricity meter", "Stromzähler Linky"),
        quantities=("energy-used", "energy-fed-in"),
        frequency=EVERY_DAY,
        size=SMALL,
        right=METER,
        granularities=OF_METER,
        endings=(".json",),
    ),
    parse,
    zone=PARIS,
)
