"""What every `RightsBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent.rights_request import Right
from marketplace.domain.rights import FiledRequest
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


def _filed(number: int, agreement: str = "urn:uuid:a") -> FiledRequest:
    at = NOW + timedelta(seconds=number)
    return FiledRequest(f"request-{number}", agreement, Right.ACCESS, "d" * 43, at, b"sealed")


def test_requests_come_back_the_oldest_first_and_by_their_agreement(store):
    with store.writing() as books:
        for request in (_filed(3), _filed(1), _filed(2, "urn:uuid:b")):
            books.rights.add(request)

    with store.reading() as books:
        assert books.rights.get("request-1") == _filed(1)
        assert books.rights.get("request-9") is None
        assert books.rights.all() == [_filed(1), _filed(2, "urn:uuid:b"), _filed(3)]
        assert books.rights.of_agreement("urn:uuid:a") == [_filed(1), _filed(3)]


def test_words_are_forgotten_and_nothing_else(store):
    with store.writing() as books:
        books.rights.add(_filed(1))
        books.rights.forget_words("request-1")

    with store.reading() as books:
        kept = books.rights.get("request-1")
    assert (kept.words, kept.right, kept.filed_at) == (None, Right.ACCESS, _filed(1).filed_at)
