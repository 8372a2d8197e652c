"""How do fine values become the hours or days that a person let in, before anything is kept?

A value is kept at the finest grain that is on and not finer than the value itself, so that a finer switch
does not make a coarser value up, and one measurement is not kept twice. What is coarser than every switch is
left out. Levels are averaged, amounts added, places never touched (`wallet.domain.quantity.Kind`); a value
belongs to the bucket in which it starts, and instruments are kept apart.

Days begin at midnight where the person is, so one day of a year has 23 hours and one 25.

Limit: a value that is told again corrects the one before only while fewer than `_REMEMBERED` others lie
between them.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from wallet.domain.measured import Measured
from wallet.domain.quantity import QUANTITIES, Kind
from wallet.domain.source import Grain
from wallet.errors import SourceError, SourceTrouble

SPANS: Final = {
    Grain.HALF_HOUR: timedelta(minutes=30),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
}
LONGEST_DAY: Final = timedelta(hours=25)
MOST_BUCKETS: Final = 500_000
_REMEMBERED: Final = 50_000
_NO_TIME: Final = timedelta()
_SIXTH: Final = Decimal("0.000001")
_Key = tuple[str, str, datetime]
_Told = tuple[str, str, datetime, datetime | None]


class _Seen(NamedTuple):
    bucket: _Key
    value: Decimal


class _Bucket:
    """A sum and a count, and when the bucket ends."""

    __slots__ = ("count", "end", "total")

    def __init__(self, end: datetime) -> None:
        self.total = Decimal(0)
        self.count = 0
        self.end = end


class Reducer:
    """Values go in one by one; what need not wait comes out at once, the buckets at the end."""

    def __init__(self, grains: frozenset[Grain], zone: ZoneInfo) -> None:
        self._each = Grain.EACH in grains
        self._spans = [(grain, span) for grain, span in SPANS.items() if grain in grains]
        self._zone = zone
        self._buckets: dict[_Key, _Bucket] = {}
        self._seen: OrderedDict[_Told, _Seen] = OrderedDict()
        self._day: tuple[datetime, datetime] = (
            datetime.max.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        )

    def take(self, value: Measured) -> Measured | None:
        """Take a value in; it comes back if it is kept as it is.

        Raises:
            SourceError: there are more hours or days than are held in memory.
        """
        if self._each or QUANTITIES[value.quantity].kind is Kind.CATEGORY:
            return value
        length = _NO_TIME if value.end is None else value.end - value.start
        for grain, span in self._spans:
            longest = LONGEST_DAY if grain is Grain.DAY else span
            if length <= longest:
                self._add(value, grain, span)
                break
        return None

    def rest(self) -> Iterator[Measured]:
        """The buckets, one value each, in the order in which they began to fill."""
        for (quantity, instrument, start), bucket in self._buckets.items():
            total = bucket.total
            if QUANTITIES[quantity].kind is Kind.MEAN:
                total = (total / bucket.count).quantize(_SIXTH).normalize()
            yield Measured(quantity, start, bucket.end, total, instrument)

    def _add(self, value: Measured, grain: Grain, span: timedelta) -> None:
        start, end = self._day_of(value.start) if grain is Grain.DAY else _hour_of(value.start, span)
        key = (value.quantity, value.instrument, start)
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                raise SourceError(SourceTrouble.TOO_LARGE, f"more than {MOST_BUCKETS:,} hours or days")
            bucket = self._buckets[key] = _Bucket(end)
        self._forget_earlier(value, key)
        bucket.total += value.value
        bucket.count += 1

    def _forget_earlier(self, value: Measured, key: _Key) -> None:
        """Take what this value corrects out again, and remember it for its own correction."""
        told = (value.quantity, value.instrument, value.start, value.end)
        earlier = self._seen.pop(told, None)
        if earlier is not None:
            bucket = self._buckets[earlier.bucket]
            bucket.total -= earlier.value
            bucket.count -= 1
        elif len(self._seen) >= _REMEMBERED:
            self._seen.popitem(last=False)
        self._seen[told] = _Seen(key, value.value)

    def _day_of(self, moment: datetime) -> tuple[datetime, datetime]:
        if not self._day[0] <= moment < self._day[1]:
            local = moment.astimezone(self._zone)
            midnight = datetime(local.year, local.month, local.day, tzinfo=self._zone)
            following = midnight + timedelta(days=1)  # the same wall clock, so the length is right
            self._day = (midnight.astimezone(UTC), following.astimezone(UTC))
        return self._day


def _hour_of(moment: datetime, span: timedelta) -> tuple[datetime, datetime]:
    minute = moment.minute - moment.minute % 30 if span == SPANS[Grain.HALF_HOUR] else 0
    start = moment.replace(minute=minute, second=0, microsecond=0)
    return start, start + span
