"""Every promise of the history of exact answers, asked of the database and of the fake."""

from collections.abc import Iterable, Iterator

import pytest

from consent.differencing import History, Member, held_back, key_of
from consent.errors import TooFewDifferError
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.fakes import MemoryStore

FLOOR = 3
EXAM = "exam/1"


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def crowd(numbers: Iterable[int], *, group: str = "") -> list[Member]:
    return [Member(str(each), key_of(str(each)), key_of(f"r{each}"), FLOOR, group) for each in numbers]


def note(store: Store, members: list[Member], data_set: str = EXAM) -> None:
    with store.writing() as books:
        books.answered.note({data_set: members})


def history(store: Store, numbers: Iterable[int], data_set: str = EXAM) -> History:
    with store.reading() as books:
        return books.answered.histories({data_set: [key_of(str(each)) for each in numbers]})[data_set]


def parts_of(store: Store, numbers: Iterable[int]) -> set[frozenset[int]]:
    """Who is told apart from whom, whatever the parts are called."""
    chosen = list(numbers)
    found = history(store, chosen)
    by_part: dict[int, set[int]] = {}
    for each in chosen:
        place = found.places.get(key_of(str(each)))
        if place is not None:
            by_part.setdefault(place.part, set()).add(each)
    assert all(found.parts[number].people == len(those) for number, those in by_part.items())
    return {frozenset(those) for those in by_part.values()}


def test_nothing_is_known_of_nobody(store):
    assert history(store, range(3)) == History({}, {})


def test_people_of_one_answer_are_one_part(store):
    note(store, crowd(range(6)))

    assert parts_of(store, range(9)) == {frozenset(range(6))}


def test_an_answer_about_some_of_a_part_splits_it(store):
    note(store, crowd(range(9)))
    note(store, crowd(range(3)))
    note(store, crowd(range(3, 12)))

    assert parts_of(store, range(12)) == {
        frozenset(range(3)),
        frozenset(range(3, 9)),
        frozenset(range(9, 12)),
    }


def test_groups_are_parts_of_their_own(store):
    note(store, [*crowd(range(4), group="a"), *crowd(range(4, 9), group="b")])

    assert parts_of(store, range(9)) == {frozenset(range(4)), frozenset(range(4, 9))}


def test_an_answer_that_differs_by_too_few_is_not_noted(store):
    note(store, crowd(range(6)))

    with pytest.raises(TooFewDifferError):
        note(store, crowd(range(1, 6)))
    assert parts_of(store, range(6)) == {frozenset(range(6))}


def test_of_several_data_sets_all_are_noted_or_none(store):
    note(store, crowd(range(6)))

    with pytest.raises(TooFewDifferError), store.writing() as books:
        books.answered.note({"health/1": crowd(range(6)), EXAM: crowd(range(1, 6))})
    assert history(store, range(6), "health/1").places == {}


def test_what_is_held_back_is_held_back_by_either(store):
    note(store, crowd(range(9)))
    note(store, crowd(range(4)))
    asked = crowd(range(1, 11))

    out = held_back(asked, history(store, range(1, 11)))

    # One of the first four is missing, so nobody of them can be in; two who are new wait for a third.
    assert out == {"1", "2", "3", "9", "10"}


def test_an_answer_is_forgotten_with_the_transaction_that_breaks(store):
    with pytest.raises(RuntimeError):
        _note_and_break(store)
    assert parts_of(store, range(6)) == set()


def _note_and_break(store: Store) -> None:
    with store.writing() as books:
        books.answered.note({EXAM: crowd(range(6))})
        raise RuntimeError
