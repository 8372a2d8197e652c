"""What a node remembers of whom its exact answers were about, on disk and all or nothing."""

from collections.abc import Iterable, Iterator

import pytest

from consent.differencing import Member, Part, held_back, key_of
from consent.errors import TooFewDifferError
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.answered import AnsweredStore
from ssi.hosting.database import Database, migrate, open_database

EXAM, HEALTH = "exam/1", "health/1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


def crowd(numbers: Iterable[int], *, record: str = "", group: str = "") -> list[Member]:
    """People by number."""
    return [Member(f"{each}", key_of(f"{each}"), key_of(record or f"{each}"), 10, group) for each in numbers]


def parts(store: AnsweredStore, data_set: str = EXAM) -> dict[int, Part]:
    """The parts of a data set."""
    return dict(store.histories({data_set: ()})[data_set].parts)


def out(store: AnsweredStore, members: list[Member], data_set: str = EXAM) -> frozenset[str]:
    """Who would be held back."""
    history = store.histories({data_set: [each.account for each in members]})[data_set]
    return held_back(members, history)


def test_an_answer_is_remembered_after_a_crash(database: Database, database_url: str):
    AnsweredStore(database).note({EXAM: crowd(range(20))})
    again = open_database(database_url)

    assert parts(AnsweredStore(again)) == {1: Part(20, 10)}
    assert out(AnsweredStore(again), crowd(range(21))) == {"20"}
    again.close()


def test_the_same_answer_again_changes_nothing(database: Database):
    store = AnsweredStore(database)

    for _ in range(2):
        store.note({EXAM: crowd(range(20))})

    assert parts(store) == {1: Part(20, 10)}


def test_parts_are_split_and_records_replaced(database: Database):
    store = AnsweredStore(database)
    store.note({EXAM: crowd(range(40))})

    store.note({EXAM: [*crowd(range(12), record="new"), *crowd(range(12, 30), group="b")]})

    assert sorted(parts(store).values()) == [Part(10, 10), Part(12, 10), Part(18, 10)]
    assert out(store, crowd(range(12), record="new")) == frozenset()
    assert len(out(store, crowd(range(12)))) == 0  # all go back to their earlier records together
    assert len(out(store, [*crowd(range(6)), *crowd(range(6, 12), record="new")])) == 12


def test_data_sets_are_remembered_apart(database: Database):
    store = AnsweredStore(database)
    store.note({EXAM: crowd(range(20))})

    assert parts(store, HEALTH) == {}
    assert out(store, crowd(range(19)), HEALTH) == frozenset()


def test_an_answer_that_is_refused_for_one_data_set_is_noted_for_none(database: Database):
    store = AnsweredStore(database)
    store.note({HEALTH: crowd(range(20))})

    with pytest.raises(TooFewDifferError):
        store.note({EXAM: crowd(range(19)), HEALTH: crowd(range(19))})

    assert parts(store) == {}


def test_of_two_answers_that_are_safe_alone_the_second_is_refused(database: Database):
    store = AnsweredStore(database)
    both = [crowd(range(20)), crowd(range(1, 20))]
    assert [out(store, each) for each in both] == [frozenset()] * 2  # both looked before either was noted

    store.note({EXAM: both[0]})

    with pytest.raises(TooFewDifferError):
        store.note({EXAM: both[1]})


def test_large_crowds_are_read_in_one_pass_with_the_same_outcome(database: Database):
    store = AnsweredStore(database)
    store.note({EXAM: crowd(range(12_000))})

    assert out(store, crowd(range(12_009))) == {f"{each}" for each in range(12_000, 12_009)}
    assert len(out(store, crowd(range(1, 12_000)))) == 9
