"""What every `PublishedBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.services.described_ports import PublishedAnswer
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.contracts.stores import add_order
from tests.marketplace.describing import description
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def published(
    store: Store, number: int, data_set: str = "exam/1", *, answered=NOW, at=NOW
) -> PublishedAnswer:
    add_order(store, number)
    with store.reading() as books:
        order_id = next(
            each.order_id
            for each in books.orders.of_account("account-1")
            if each.order_id.endswith(str(number))
        )
    said = replace(description(data_set, order_id=order_id), answered_at=answered)
    answer = PublishedAnswer(said, at, number)
    with store.writing() as books:
        books.published.add(answer)
    return answer


def test_nothing_is_published_at_first(store):
    with store.reading() as books:
        assert books.published.get("order-1") is None
        assert books.published.latest() == {}
        assert list(books.published.all()) == []


def test_what_was_published_is_found_as_it_was(store):
    answer = published(store, 1)

    with store.reading() as books:
        assert books.published.get(answer.order_id) == answer
        assert books.published.latest() == {"exam/1": answer}


def test_of_several_answers_the_one_computed_last_counts_and_lists_begin_with_the_last_published(store):
    late = published(store, 1, answered=NOW + HOUR)
    early = published(store, 2, at=NOW + HOUR)
    other = published(store, 3, "health/1", at=NOW + 2 * HOUR)

    with store.reading() as books:
        assert books.published.latest() == {"exam/1": late, "health/1": other}
        assert list(books.published.all()) == [other, early, late]


def test_an_answer_that_was_taken_back_is_kept_and_the_one_before_counts(store):
    early, late = published(store, 1), published(store, 2, answered=NOW + HOUR)

    for moment in (NOW + HOUR, NOW + 2 * HOUR):
        with store.writing() as books:
            books.published.withdraw(late.order_id, moment)

    with store.reading() as books:
        assert books.published.latest() == {"exam/1": early}
        assert books.published.get(late.order_id) == replace(late, withdrawn_at=NOW + HOUR)
