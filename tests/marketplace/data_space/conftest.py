"""Markets with a connector on loopback."""

from collections.abc import Iterator

import pytest

from marketplace.storage.store import open_store
from tests.marketplace.connector import Connector, connected


@pytest.fixture(scope="module")
def standing() -> Iterator[Connector]:
    """A market for tests that begin their own negotiations and count nothing."""
    with connected() as connector:
        yield connector


@pytest.fixture
def connector() -> Iterator[Connector]:
    with connected() as opened:
        yield opened


@pytest.fixture(params=["memory", "sql"])
def any_connector(request, database_url) -> Iterator[Connector]:
    store = None if request.param == "memory" else open_store(database_url)
    with connected(store) as opened:
        yield opened
    if store is not None:
        store.database.close()
