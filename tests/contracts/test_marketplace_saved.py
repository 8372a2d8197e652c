"""What every `SavedBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.saved import Reason, Run, RunState, SavedQuestion, Skip, StandingOrder, Why
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.contracts.stores import add_order
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.repeating import DAILY, FIRST, an_id

DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        opened = MemoryStore()
        add_order(opened)
        yield opened
        return
    kept = open_store(database_url)
    add_order(kept)
    yield kept
    kept.database.close()


def question(number: int, *, account: str = "account-1", later: int = 0) -> SavedQuestion:
    at = NOW + later * DAY
    return SavedQuestion(an_id(number), account, "member", f"Question {number}", EXACT, at)


def standing(number: int, saved: int, *, later: int = 0) -> StandingOrder:
    begun = NOW + later * DAY
    return StandingOrder(an_id(number), an_id(saved), "account-1", None, DAILY, begun, FIRST + later * DAY)


def test_nothing_is_saved_at_first(store):
    with store.reading() as books:
        assert books.saved.get(an_id(1)) is None
        assert books.saved.standing(an_id(1)) is None
        assert books.saved.next_due(NOW + 1000 * DAY) is None
        assert list(books.saved.of_account("account-1")) == []
        assert list(books.saved.standings_of(an_id(1))) == list(books.saved.runs_of(an_id(1))) == []


def test_questions_are_found_as_they_were_the_latest_first(store):
    kept = [question(number, later=number) for number in (1, 2)]
    with store.writing() as books:
        for each in kept:
            books.saved.add(each)

    with store.reading() as books:
        assert books.saved.get(an_id(1)) == kept[0]
        assert list(books.saved.of_account("account-1")) == [kept[1], kept[0]]
        assert list(books.saved.of_account("account-2")) == []


def test_the_repetition_that_is_due_for_longest_comes_first(store):
    with store.writing() as books:
        books.saved.add(question(1))
        for number in (11, 12):
            books.saved.begin(standing(number, 1, later=number))
    first, second = standing(11, 1, later=11), standing(12, 1, later=12)
    assert first.due_at is not None
    assert second.due_at is not None

    with store.reading() as books:
        assert books.saved.next_due(first.due_at - timedelta(seconds=1)) is None
        assert books.saved.next_due(second.due_at) == first
        assert list(books.saved.standings_of(an_id(1))) == [second, first]
    with store.writing() as books:
        books.saved.change(first.ordered(1, 5).paused(Why.BUYER))
    with store.reading() as books:
        assert books.saved.next_due(second.due_at) == second
        assert books.saved.standing(an_id(11)) == first.ordered(1, 5).paused(Why.BUYER)


def test_runs_are_found_as_they_were_and_go_with_their_question(store):
    with store.reading() as books:
        order_id = books.orders.of_account("account-1")[0].order_id
    skip = Skip(Reason.TOO_FEW, "too few", NOISY)
    made = [
        Run(an_id(11), 1, FIRST, RunState.MISSED, NOW),
        Run(an_id(11), 2, FIRST + DAY, RunState.SKIPPED, NOW, skip=skip),
        Run(an_id(11), 3, FIRST + 2 * DAY, RunState.SKIPPED, NOW, skip=replace(skip, nearby=None)),
        Run(an_id(11), 4, FIRST + 3 * DAY, RunState.ORDERED, NOW, order_id, 7),
    ]
    with store.writing() as books:
        for number in (1, 2):
            books.saved.add(question(number))
            books.saved.begin(standing(number + 10, number))
        books.saved.add_runs(made)
        books.saved.add_runs([])

    with store.reading() as books:
        assert list(books.saved.runs_of(an_id(1))) == made[::-1]
    with store.writing() as books:
        books.saved.delete(an_id(1))
    with store.reading() as books:
        assert (books.saved.get(an_id(1)), books.saved.standing(an_id(11))) == (None, None)
        assert list(books.saved.runs_of(an_id(1))) == []
        assert books.saved.standing(an_id(12)) is not None
        assert books.orders.get(order_id) is not None
