"""A wallet that reads from a hospital: what the tests of it have in common."""

import io
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.wallet.smart_server import CLIENT, SmartServer, open_hospital
from wallet.domain.hospital import Hospital
from wallet.errors import PullError
from wallet.services.source_ports import Chosen
from wallet.services.take_file import Progress

EACH = Chosen(frozenset({"each-reading"}), ZoneInfo("Europe/Vienna"))
DAILY = Chosen(frozenset({"by-day"}), ZoneInfo("Europe/Vienna"))
BACK = f"{CLIENT}/sources/hospitals/back"


@pytest.fixture
def server(world) -> Iterator[SmartServer]:
    with open_hospital(world.clock) as opened:
        yield opened


def connect(world, session, server: SmartServer, chosen: Chosen = EACH, *, stays: bool = False) -> Hospital:
    """A hospital where she has signed in."""
    hospitals = world.services.hospitals
    found = hospitals.look(session, f"{server.address}/fhir/", CLIENT, chosen, stays=stays)
    page = hospitals.begin_sign_in(session, found.row_id, BACK)
    connected: Hospital = hospitals.finish_sign_in(session, server.visited(page))
    return connected


def read(world, session, hospital: Hospital, progress: Progress | None = None):
    return world.services.hospitals.read(session, hospital.row_id, io.BytesIO(), progress or Progress())


def values(world, session) -> list[float]:
    streams = world.services.streams.read
    return [
        float(reading.value)
        for stream in streams.all(session)
        for reading in streams.readings(session, stream.row_id)
    ]


def refused(world, session, server: SmartServer, **changes: Any) -> PullError:
    """What reading comes to; nothing was kept."""
    hospital = connect(world, session, server, **changes)
    with pytest.raises(PullError) as caught:
        read(world, session, hospital)
    assert values(world, session) == []
    return caught.value
