"""What every test gets: a database of its own, a network that ends at this machine, repeatable properties."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from examples.programs import launched_by
from tests.kept_database import KeptDatabase, kept_on
from tests.nursery import nursery
from tests.quick_routes import quick_routes
from tests.quick_schema import as_in_production, quick_schemas

__all__ = ["as_in_production", "quick_routes", "quick_schemas"]

SERVER = "ARGONAUTA_TEST_DATABASE_URL"
SHARED_TOWNS = ("rough_neighbourhood", "neighbourhood")
SHARED_PLACES = (Path("tests/browser"),)
"""Their tests are in one town, which is founded once in each process that needs it."""
LONG_STORIES = {
    town: place
    for place, town in enumerate(
        (
            "neighbourhood",
            "tests/browser",
            "rough_neighbourhood",
            "tests/journeys/test_crashes_direct.py",
            "tests/journeys/test_crashes.py",
        )
    )
}
"""What takes minutes comes first, so that no process is left alone with it at the end."""

settings.register_profile("argonauta", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("argonauta"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "argonauta")


class ReachedOutError(RuntimeError):
    """A test tried to talk to another machine."""


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a local socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_this_machine(host):
        raise ReachedOutError(f"tests talk to this machine only, not to {host!r}")


def _is_this_machine(host: object) -> bool:
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


# An audit hook sees every connection of this process, whichever library opens it, and cannot be undone.
sys.addaudithook(_stay_on_this_machine)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database, so that it can be run once more on the other kind, and who shares a town.

    With `--dist loadgroup` each town is founded in one process only, and the longest stories come first. One
    process alone plays them last: a town that is shared stands until the end, beside every other one.
    """
    for item in items:
        if "database_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
        item.add_marker(pytest.mark.xdist_group(_town_of(item)))
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    items.sort(key=lambda item: LONG_STORIES.get(_town_of(item), len(LONG_STORIES)), reverse=alone)


def _town_of(item: pytest.Item) -> str:
    """What it shares with others; its module, if nothing more."""
    place = item.path.relative_to(item.config.rootpath)
    if place.parent in SHARED_PLACES:
        return str(place.parent)
    shared = (each for each in SHARED_TOWNS if each in getattr(item, "fixturenames", ()))
    return next(shared, str(place))


@pytest.fixture(scope="session")
def kept_database() -> Iterator[KeptDatabase | None]:
    """The database of this process on the PostgreSQL server that the environment names, if it names one."""
    server = os.environ.get(SERVER)
    if not server:
        yield None
        return
    with kept_on(server) as kept:
        yield kept


@pytest.fixture
def database_url(tmp_path: Path, kept_database: KeptDatabase | None) -> Iterator[str]:
    """An empty database: a SQLite file, or one on the PostgreSQL server that the environment names."""
    if kept_database is None:
        yield f"sqlite:///{tmp_path / 'test.sqlite'}"
        return
    yield kept_database.url
    kept_database.empty()


@pytest.fixture(scope="session")
def quick_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The project's commands start by forking, which saves a town half a minute of imports."""
    with nursery(tmp_path_factory.mktemp("nursery")) as launcher, launched_by(launcher):
        yield
