"""A stream as a drawing: a line for what is averaged, bars for what adds up, and gaps as gaps.

The drawing is made here, so that it needs no script. It stretches with the page, while its letters keep their
size: what stretches stands in a thousandth of the width and height each, what does not in pixels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wallet.domain.bucket import Bucket
from wallet.domain.quantity import Kind
from wallet.domain.reading import MOMENT, Reading, milliseconds
from wallet.domain.trace import Gap, Trace, thinned, traced
from wallet.services.read_streams import Window
from wallet.web.stream_axes import Mark, scale, times

TOP, HEIGHT = 12, 220
BOTTOM = TOP + HEIGHT
_WHOLE = 1_000
_BAR_ROOM = 0.12


@dataclass(frozen=True)
class Bar:
    """One bar, in thousandths."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Everything that the template draws; `dots` are readings between two gaps."""

    line: str
    dots: str
    band: str
    bars: tuple[Bar, ...]
    shaded: tuple[Bar, ...]
    gaps: tuple[Gap, ...]
    levels: tuple[Mark, ...]
    times: tuple[Mark, ...]
    zero: float | None


def chart_of(window: Window) -> Chart:
    """The drawing of a window."""
    kind = window.stream.quantity.kind
    trace = _trace(window)
    low, high, levels = scale(_extremes(window, kind), from_zero=kind is not Kind.MEAN)
    place = _Place(*window.period.bounds, low, high)
    gaps = _gaps(window, trace)
    drawn = kind is Kind.MEAN
    runs = trace.runs if drawn else ()
    band = _band(window.fine, place) if drawn and window.readings is None else ""
    return Chart(
        line="".join(place.path(thinned(run, place.begin, place.end)) for run in runs if len(run) > 1),
        dots="".join(f"{place.path(run)}h0" for run in runs if len(run) == 1),
        band=band,
        bars=() if drawn else tuple(_bars(window.buckets, kind, place)),
        shaded=tuple(
            Bar(place.x(gap.begin), 0, place.x(gap.end) - place.x(gap.begin), _WHOLE) for gap in gaps
        ),
        gaps=gaps,
        levels=tuple(Mark(TOP + place.y(at) * HEIGHT / _WHOLE, text, "end") for at, text in levels),
        times=times(window.period),
        zero=TOP + place.y(0) * HEIGHT / _WHOLE if low <= 0 <= high else None,
    )


@dataclass(frozen=True)
class _Place:
    """Where a time and a value are, in thousandths from the left and from the top."""

    begin: int
    end: int
    low: float
    high: float

    def x(self, at: int) -> float:
        return (at - self.begin) / (self.end - self.begin) * _WHOLE

    def y(self, value: object) -> float:
        return (self.high - float(value)) / (self.high - self.low) * _WHOLE  # type: ignore[arg-type]

    def path(self, readings: Iterable[Reading]) -> str:
        """A line through readings."""
        return "M" + "L".join(f"{self.x(each.start):.1f} {self.y(each.value):.1f}" for each in readings)


def _trace(window: Window) -> Trace:
    """The readings as runs, or the means of shorter periods where there are too many readings."""
    if window.readings is not None:
        return traced(window.readings)
    means = [
        Reading(milliseconds(each.period.begin), MOMENT, each.digest.value(Kind.MEAN))
        for each in window.fine
        if each.digest is not None
    ]
    return traced(means)


def _gaps(window: Window, trace: Trace) -> tuple[Gap, ...]:
    """Where readings are missing; not before the first and after the last one of the stream."""
    begin, end = window.period.bounds
    first, last = (milliseconds(each) for each in (window.stream.first, window.stream.last) if each)
    if not trace.runs:
        found = Gap(max(begin, first), min(end, last))
        return (found,) if found.begin < found.end else ()
    if window.stream.quantity.kind is Kind.MEAN:
        return trace.gaps
    empty = (each.period.bounds for each in window.buckets if each.digest is None)
    return tuple(Gap(*each) for each in empty if first < each[0] and each[1] <= last)


def _extremes(window: Window, kind: Kind) -> tuple[float, float]:
    if kind is Kind.MEAN:
        digest = window.digest
        return (float(digest.least), float(digest.most)) if digest else (0.0, 1.0)
    values = [float(value) for each in window.buckets if (value := each.value(kind)) is not None]
    return min(values, default=0.0), max(values, default=1.0)


def _bars(buckets: Sequence[Bucket], kind: Kind, place: _Place) -> Iterable[Bar]:
    for bucket in buckets:
        value = bucket.value(kind)
        if value is not None:
            left, right = (place.x(bound) for bound in bucket.period.bounds)
            top, foot = sorted((place.y(value), place.y(0)))
            room = (right - left) * _BAR_ROOM
            yield Bar(left + room, top, right - left - 2 * room, foot - top)


def _band(buckets: Sequence[Bucket], place: _Place) -> str:
    """From the least to the largest value of each shorter period, as one area for each run of them."""
    areas, run = [], list[Bucket]()
    for bucket in (*buckets, None):
        if bucket is not None and bucket.digest is not None:
            run.append(bucket)
        elif run:
            tops = [_corner(each, place, each.digest.most) for each in run if each.digest]
            feet = [_corner(each, place, each.digest.least) for each in run if each.digest]
            areas.append("M" + "L".join((*tops, *reversed(feet))) + "Z")
            run = []
    return "".join(areas)


def _corner(bucket: Bucket, place: _Place, value: object) -> str:
    return f"{place.x(milliseconds(bucket.period.begin)):.1f} {place.y(value):.1f}"
