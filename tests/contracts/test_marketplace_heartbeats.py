"""What every `HeartbeatBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def test_the_latest_sign_of_any_worker_counts_and_old_ones_are_forgotten(store):
    with store.writing() as books:
        assert books.heartbeats.latest() is None
        books.heartbeats.beat("a", NOW, forget_before=NOW)
        books.heartbeats.beat("b", NOW - timedelta(seconds=5), forget_before=NOW - timedelta(days=1))

    with store.writing() as books:
        assert books.heartbeats.latest() == NOW
        books.heartbeats.beat("b", NOW - timedelta(seconds=1), forget_before=NOW + timedelta(days=1))

    with store.reading() as books:
        assert books.heartbeats.latest() == NOW - timedelta(seconds=1)
