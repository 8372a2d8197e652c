"""Hours, days, weeks, months and years, as people count them, in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from wallet.domain.calendar import add_months
from wallet.domain.reading import milliseconds

_MONTHS_IN_YEAR = 12


class Span(StrEnum):
    """How long a period is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """One of them, by its first moment; it goes up to and without the first moment of the next one."""

    span: Span
    begin: datetime

    @property
    def end(self) -> datetime:
        """The first moment that is not in it."""
        return self.moved(1).begin

    @property
    def bounds(self) -> tuple[int, int]:
        """Begin and end in milliseconds since 1970."""
        return milliseconds(self.begin), milliseconds(self.end)

    def moved(self, steps: int) -> "Period":
        """The period so many steps later."""
        match self.span:
            case Span.HOUR:
                begin = self.begin + timedelta(hours=steps)
            case Span.DAY:
                begin = self.begin + timedelta(days=steps)
            case Span.WEEK:
                begin = self.begin + timedelta(weeks=steps)
            case Span.MONTH:
                begin = add_months(self.begin, steps)
            case Span.YEAR:
                begin = add_months(self.begin, _MONTHS_IN_YEAR * steps)
        return Period(self.span, begin)

    def split(self, span: Span) -> Iterator["Period"]:
        """The shorter periods that begin in it, in order."""
        part = period_of(span, self.begin)
        while part.begin < self.end:
            if part.begin >= self.begin:
                yield part
            part = part.moved(1)


def period_of(span: Span, moment: datetime) -> Period:
    """The period that a moment is in; weeks begin on Monday (ISO 8601)."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    begins = {
        Span.HOUR: hour,
        Span.DAY: day,
        Span.WEEK: day - timedelta(days=day.weekday()),
        Span.MONTH: day.replace(day=1),
        Span.YEAR: day.replace(month=1, day=1),
    }
    return Period(span, begins[span])
