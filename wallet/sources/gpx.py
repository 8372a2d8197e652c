"""Trips become visited cells and hours here; a coordinate never leaves this module.

Each point of a track falls into a cell of H3 at the resolution that was chosen, and into an hour. What is
kept is which cell was visited in which hours, hours in a row as one interval, so neither a path inside of a
cell nor a minute can be told. Between two points of one segment in the same cell the person was in it.

The value is the cell as an integer. Cells of resolution 7 cover about 5 km², of 8 about 0.7 km², of 9 about
0.1 km². Routes and waypoints are plans and are not read.

Source: topografix.com/GPX/1/1; h3geo.org.

Limit: a cell with few homes tells a home. Which crowd is large enough is decided where cells are used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import h3
from lxml import etree

from wallet.domain.measured import Measured
from wallet.domain.source import Grain, Granularity, Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.manifests import EACH_TOUR, PORTABILITY, SMALL
from wallet.sources.reading import Reading, Source, each
from wallet.sources.values import damaged, impossible_time, measured, moment, number
from wallet.sources.xml_stream import elements

_NAMESPACES: Final = tuple(f"{{http://www.topografix.com/GPX/1/{minor}}}" for minor in (0, 1))
_POINT_DEPTH: Final = 3
_HOUR: Final = 3600
_LONGEST_STAY: Final = 24
"""How many hours without a point are a stay where the last one was."""
_MOST_HOURS: Final = 500_000
_UTC: Final = ZoneInfo("UTC")
RESOLUTIONS: Final = {"cells-7": 7, "cells-8": 8, "cells-9": 9}


@dataclass
class _Visits:
    """Which cells were visited in which hours, and where the last point of the segment was."""

    resolution: int
    hours: dict[int, set[int]] = field(default_factory=dict)
    count: int = 0
    points: int = 0
    segment: etree._Element | None = None
    last: tuple[int, int] | None = None

    def see(self, point: etree._Element) -> Sequence[Measured]:
        """Take one point in."""
        if point.tag.rpartition("}")[2] != "trkpt":
            return ()
        cell, hour = _cell(point, self.resolution), _hour(point)
        segment = point.getparent()
        earlier = self.last if segment is self.segment else None
        self.segment, self.last = segment, (cell, hour)
        self.points += 1
        since = hour
        if earlier is not None and earlier[0] == cell and 0 < hour - earlier[1] <= _LONGEST_STAY:
            since = earlier[1] + 1
        for each_hour in range(since, hour + 1):
            self._add(cell, each_hour)
        return ()

    def _add(self, cell: int, hour: int) -> None:
        hours = self.hours.setdefault(cell, set())
        if hour not in hours:
            self.count += 1
            if self.count > _MOST_HOURS:
                raise SourceError(SourceTrouble.TOO_LARGE, f"more than {_MOST_HOURS:,} cells and hours")
            hours.add(hour)

    def intervals(self) -> Iterator[Measured]:
        """Each cell with each row of hours in it, in order of time."""
        found = [(*run, cell) for cell, hours in self.hours.items() for run in _runs(hours)]
        for first, last, cell in sorted(found):
            yield measured(
                "visited-cell", _at(first), _at(last + 1), Decimal(cell), f"H3 resolution {self.resolution}"
            )


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The cells of all tracks of a file, at the finest resolution that is on."""
    visits = _Visits(max(RESOLUTIONS[name] for name in reading.switches & RESOLUTIONS.keys()))
    roots = tuple(f"{namespace}gpx" for namespace in _NAMESPACES)
    points = enumerate(elements(file, roots, depth=_POINT_DEPTH), 1)
    yield from each(points, visits.see, reading.report, "point {}")  # nothing comes out before the end
    reading.report.passed_over -= visits.points
    yield from visits.intervals()


def _cell(point: etree._Element, resolution: int) -> int:
    latitude, longitude = number(point.get("lat")), number(point.get("lon"))
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 — degrees
        raise damaged("a point is not on this planet")
    cell: int = h3.str_to_int(h3.latlng_to_cell(float(latitude), float(longitude), resolution))
    return cell


def _hour(point: etree._Element) -> int:
    namespace = point.tag.rpartition("}")[0]
    text = point.findtext(f"{namespace}}}time")
    if text is None:
        raise impossible_time("a point has no time")
    return int(moment(text, _UTC).timestamp()) // _HOUR


def _runs(hours: set[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each row of hours."""
    ordered = sorted(hours)
    first = last = ordered[0]
    for hour in ordered[1:]:
        if hour != last + 1:
            yield first, last
            first = hour
        last = hour
    yield first, last


def _at(hour: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def _cells(resolution: int, area: str, *, on: bool = False) -> Granularity:
    label = Words(f"Cells of about {area} km²", f"Zellen von etwa {area.replace('.', ',')} km²")
    return Granularity(f"cells-{resolution}", label, Grain.HOUR, on=on)


GPX: Final = Source(
    Manifest(
        name="gpx",
        title=Words("Trips (GPX), as cells and hours", "Wege (GPX), als Zellen und Stunden"),
        quantities=("visited-cell",),
        frequency=EACH_TOUR,
        size=SMALL,
        right=PORTABILITY,
        granularities=(_cells(7, "5", on=True), _cells(8, "0.7"), _cells(9, "0.1")),
        endings=(".gpx",),
    ),
    parse,
)
