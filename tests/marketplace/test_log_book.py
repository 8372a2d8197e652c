"""What the log remembers within a transaction is what the next transaction reads."""

from collections.abc import Iterator

import pytest

from consent.log import Entry
from marketplace.domain.log import Log
from marketplace.storage.store import SqlStore, open_store
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    store = open_store(database_url)
    yield store
    store.database.close()


class GivenUpError(Exception):
    """The transaction is taken back."""


def _append_and_give_up(store: SqlStore) -> None:
    with store.writing() as books:
        assert Log(books.log).append(entries(300)) == range(2, 302)
        raise GivenUpError


def entries(count: int) -> list[Entry]:
    return [Entry.of("offer", NOW, {"number": number}, bytes) for number in range(count)]


@pytest.mark.parametrize("portions", [(1, 1, 1), (255, 1, 1), (200, 100, 300), (3, 0, 2)])
def test_portions_in_one_transaction_are_the_tree_of_portions_in_many(sql_store, portions):
    with sql_store.writing() as books:
        log = Log(books.log)
        seen = []
        for portion in portions:
            log.append(entries(portion))
            seen.append(log.checkpoint("market"))
            log.inclusions({log.size - 1: entries(1)[0].leaf}, checkpoint="note")

    with sql_store.reading() as books:
        assert [Log(books.log).checkpoint("market", each.size) for each in seen] == seen


def test_what_a_transaction_took_back_is_not_remembered_by_the_next(sql_store):
    with sql_store.writing() as books:
        Log(books.log).append(entries(2))
        before = Log(books.log).checkpoint("market")

    with pytest.raises(GivenUpError):
        _append_and_give_up(sql_store)

    with sql_store.writing() as books:
        assert Log(books.log).checkpoint("market") == before
        assert Log(books.log).append(entries(1)) == range(2, 3)


def test_an_erased_entry_leaves_the_tree_that_was_remembered(sql_store):
    with sql_store.writing() as books:
        log = Log(books.log)
        log.append(entries(3))
        before = log.checkpoint("market")
        log.erase(1)

        assert log.entry(1) is None
        assert log.checkpoint("market") == before
