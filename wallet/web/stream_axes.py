"""The axes of a drawing: round levels of a value, and labels of the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import floor, log10

from wallet.domain.period import Period, Span
from wallet.web import local_words
from wallet.web.stream_labels import spoken

_LINES = 4
_ROOM = 0.06
_ALIKE, _LEAST = 1e-6, 1e-12
"""Values that differ by less are drawn as if they were the same."""


@dataclass(frozen=True)
class Mark:
    """A line of the grid with its label: at so many pixels from the top, or so many percent from the left."""

    at: float
    text: str
    anchor: str = "middle"
    is_extra: bool = False
    """Whether it is left out where there is little room."""


def scale(extremes: tuple[float, float], *, from_zero: bool) -> tuple[float, float, list[tuple[float, str]]]:
    """The least and the largest value of the drawing, and round levels between them."""
    low, high = extremes
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = high - low
    if span <= max(abs(low), abs(high)) * _ALIKE:
        span = max(abs(low), abs(high)) or 1.0
    room = max(span, _LEAST) * _ROOM
    low, high = (low if from_zero and low == 0 else low - room), high + room
    step = _round_step((high - low) / _LINES)
    decimals = max(0, -floor(log10(step)))
    first, last = -floor(-low / step), floor(high / step)
    return low, high, [(place * step, _level(place * step, decimals)) for place in range(first, last + 1)]


def _level(value: float, decimals: int) -> str:
    return local_words.number(value + 0.0, decimals)


def _round_step(wanted: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 … (or their tenths) that is large enough."""
    magnitude = 10.0 ** floor(log10(wanted))
    return next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= wanted * 0.999)


def times(period: Period) -> tuple[Mark, ...]:
    """Labels of the time: at their moment within a day, under the middle of a day or month otherwise."""
    if period.span is Span.DAY:
        anchors = ("start", "middle", "middle", "middle", "end")
        return tuple(
            Mark(25 * place, f"{6 * place:02}:00", each, is_extra=place % 2 == 1)
            for place, each in enumerate(anchors)
        )
    wanted: dict[Span, tuple[Span, int, Callable[[datetime], str]]] = {
        Span.WEEK: (Span.DAY, 1, spoken().weekday_mark),
        Span.MONTH: (Span.DAY, 7, lambda begin: str(begin.day)),
        Span.YEAR: (Span.MONTH, 3, spoken().month_mark),
    }
    span, every, written = wanted[period.span]
    parts = list(period.split(span))
    return tuple(
        Mark(_middle(part, period), written(part.begin))
        for place, part in enumerate(parts)
        if place % every == 0
    )


def _middle(part: Period, whole: Period) -> float:
    begin, end = whole.bounds
    return (sum(part.bounds) / 2 - begin) / (end - begin) * 100
