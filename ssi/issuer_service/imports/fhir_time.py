"""When was something observed, and how old was the person, where dates may be as coarse as a year?

FHIR R4 `dateTime` and `date` may stop after the year or the month (hl7.org/fhir/R4/datatypes.html#dateTime).
What is coarse counts from its first moment on, so that what is told exactly is newer within the same year. An
age is told only if it is the same whatever the day.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_CLOCKS_AHEAD = timedelta(minutes=5)
_ZONES_AHEAD = timedelta(hours=14)
"""A day without a zone begins so much earlier than in UTC where it begins first."""


@dataclass(frozen=True)
class When:
    """A moment, a day, a month or a year: its first moment, and its first and last day where it was told."""

    begins: datetime
    first: date
    last: date
    slack: timedelta

    def is_after(self, now: datetime) -> bool:
        """Whether it lies in the future, for every clock and zone from which it may have been told."""
        return self.begins - now > self.slack


def read_when(told: str | date | datetime) -> When | None:
    """What a FHIR model read: text for a year or a month, a day, or a moment with its zone.

    None for other text: the models pass on as text what Python's datetime cannot hold, such as a leap second.
    """
    if isinstance(told, datetime):
        return When(told, told.date(), told.date(), _CLOCKS_AHEAD)
    days = _days_of(told)
    return None if days is None else When(datetime.combine(days[0], time(), UTC), *days, _ZONES_AHEAD)


def age_at(born: str | date, seen: When, *, oldest: int) -> int | None:
    """Full years, or None where they depend on days that are not told; `oldest` stands for all above it."""
    days = _days_of(born)
    if days is None:
        return None
    earliest, latest = days
    least = min(_full_years(latest, seen.first), oldest)
    most = min(_full_years(earliest, seen.last), oldest)
    return least if least == most else None


def _days_of(told: str | date) -> tuple[date, date] | None:
    """The first and the last day of a year (`2026`), a month (`2026-02`) or a day."""
    if isinstance(told, date):
        return told, told
    year, _, month = told.partition("-")
    try:
        first = date(int(year), int(month or "1"), 1)
        last = int(month or "12")
        return first, date(first.year, last, calendar.monthrange(first.year, last)[1])
    except ValueError:
        return None


def _full_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
