"""Trips become cells and hours, and nothing that tells a path or a minute comes out."""

from datetime import timedelta
from decimal import Decimal

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.sources.files import taken, track, utc, values
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.gpx import RESOLUTIONS

HOME, AWAY = (48.2, 16.37), (48.3, 16.37)


def at(place: tuple[float, float], time: str, day: str = "2026-01-31") -> tuple[object, object, str]:
    return (*place, f"{day}T{time}:00Z")


def cell(place: tuple[float, float], resolution: int) -> Decimal:
    return Decimal(int(h3.latlng_to_cell(*place, resolution), 16))


@pytest.mark.parametrize(("switch", "resolution"), RESOLUTIONS.items())
def test_a_point_is_a_cell_and_an_hour(switch, resolution):
    (value,) = values("gpx", track([at(HOME, "12:34")]), switch)

    assert (value.quantity, value.value) == ("visited-cell", cell(HOME, resolution))
    assert (value.start, value.end) == (utc("2026-01-31T12:00:00"), utc("2026-01-31T13:00:00"))


def test_the_coarsest_cells_are_the_only_ones_at_first():
    (value,) = values("gpx", track([at(HOME, "12:34")]), "cells-7")

    assert h3.get_resolution(f"{int(value.value):x}") == 7


def test_hours_in_a_row_are_one_interval():
    points = [at(HOME, "10:05"), at(HOME, "11:20"), at(AWAY, "11:50"), at(HOME, "12:10"), at(HOME, "13:50")]
    found = values("gpx", track(points))

    assert [(value.value, value.start.hour, value.end.hour) for value in found if value.end] == [
        (cell(HOME, 9), 10, 14),
        (cell(AWAY, 9), 11, 12),
    ]


def test_a_stay_without_points_lasts_within_one_segment_only():
    stayed = values("gpx", track([at(HOME, "10:05"), at(HOME, "15:20")]))
    recorded_anew = values("gpx", track([at(HOME, "10:05")], [at(HOME, "15:20")]))

    assert [value.start.hour for value in stayed] == [10]
    assert [value.start.hour for value in recorded_anew] == [10, 15]


def test_an_older_version_of_the_format_is_read():
    raw = track([at(HOME, "12:34")]).replace(b"GPX/1/1", b"GPX/1/0")

    assert len(values("gpx", raw)) == 1


def test_a_planned_route_was_not_visited():
    raw = track().replace(b"<trk></trk>", b'<rte><rtept lat="1" lon="1"/></rte><wpt lat="1" lon="1"/>')

    with pytest.raises(SourceError) as caught:
        values("gpx", raw)

    assert caught.value.kind is SourceTrouble.EMPTY


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        ((91, 0, "2026-01-31T12:00:00Z"), SourceTrouble.DAMAGED),
        ((0, 181, "2026-01-31T12:00:00Z"), SourceTrouble.DAMAGED),
        (("nan", 0, "2026-01-31T12:00:00Z"), SourceTrouble.DAMAGED),
        ((0, 0, "yesterday"), SourceTrouble.IMPOSSIBLE_TIME),
        ((0, 0, "1970-01-01T00:00:00Z"), SourceTrouble.IMPOSSIBLE_TIME),
    ],
)
def test_a_point_that_cannot_be_is_told_without_its_place_on_earth(point, kind):
    with pytest.raises(SourceError) as caught:
        values("gpx", track([point]))

    assert caught.value.kind is kind
    assert caught.value.place == "point 1"


def test_a_bad_point_spoils_no_other():
    found, report = taken("gpx", track([(0, 0, "x"), at(HOME, "12:34")]))

    assert len(found) == report.read == 1
    assert (report.bad, report.passed_over) == (1, 0)


def test_more_cells_and_hours_than_memory_holds_are_too_large(monkeypatch):
    monkeypatch.setattr("wallet.sources.gpx._MOST_HOURS", 1)

    with pytest.raises(SourceError) as caught:
        values("gpx", track([at(HOME, "12:34"), at(AWAY, "12:34")]))

    assert caught.value.kind is SourceTrouble.TOO_LARGE


places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
minutes = st.integers(0, 3 * 24 * 60)


@given(st.lists(st.tuples(places, minutes), min_size=1, max_size=20))
def test_only_cells_and_whole_hours_come_out(points):
    begins = utc("2026-01-31T00:00:00")
    told = [
        (f"{place[0]:.6f}", f"{place[1]:.6f}", (begins + timedelta(minutes=minute)).isoformat())
        for place, minute in points
    ]
    found = values("gpx", track(told), "cells-8")

    assert all((value.start - begins).total_seconds() % 3600 == 0 for value in found)
    assert all(value.end and (value.end - value.start).total_seconds() % 3600 == 0 for value in found)
    assert all(h3.get_resolution(f"{int(value.value):x}") == 8 for value in found)
    for (_, minute), (lat, lon, _) in zip(points, told, strict=True):
        moment = begins + timedelta(minutes=minute)
        there = cell((float(lat), float(lon)), 8)
        covering = [each for each in found if each.end and each.start <= moment < each.end]
        assert there in [each.value for each in covering]
