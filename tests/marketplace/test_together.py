"""Those who wait are served together: each gets an answer of his own, and nobody another's error."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from marketplace.services.together import Outcome, Together

PATIENCE_SECONDS = 30
_tick = threading.Event()  # never set: waiting for it lets other threads go on


class BadError(Exception):
    """Something that cannot be changed."""


class Books:
    """Doubles numbers; the first change waits until it is let go. A transaction with a 13 in it fails."""

    def __init__(self) -> None:
        self.changes: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def change(self, numbers: Sequence[int]) -> list[Outcome[int]]:
        self.changes.append(list(numbers))
        self.begun.set()
        assert self.go.wait(PATIENCE_SECONDS)
        if 13 in numbers:
            raise BadError("the whole transaction")
        return [BadError("this one") if each < 0 else 2 * each for each in numbers]


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as opened:
        yield opened


def asked_at_once(together, books, pool, numbers):
    """One is being changed while all the others come."""
    first = pool.submit(together, 1, books.change)
    assert books.begun.wait(PATIENCE_SECONDS)
    others = []
    for place, number in enumerate(numbers, start=1):
        others.append(pool.submit(together, number, books.change))
        while together.waiting < place:
            _tick.wait(0.001)
    books.go.set()
    assert first.result(PATIENCE_SECONDS) == 2
    return others


def test_whoever_waits_is_changed_together_with_the_others(books, pool):
    asked = asked_at_once(Together(), books, pool, [2, 3, 4, 5])

    assert [each.result(PATIENCE_SECONDS) for each in asked] == [4, 6, 8, 10]
    assert books.changes == [[1], [2, 3, 4, 5]]


def test_not_more_go_together_than_may(books, pool):
    asked = asked_at_once(Together(most=2), books, pool, [2, 3, 4, 5, 6])

    assert [each.result(PATIENCE_SECONDS) for each in asked] == [4, 6, 8, 10, 12]
    assert books.changes == [[1], [2, 3], [4, 5], [6]]


def test_a_refusal_is_told_to_the_one_whom_it_concerns(books, pool):
    asked = asked_at_once(Together(), books, pool, [2, -3, 4])

    assert (asked[0].result(PATIENCE_SECONDS), asked[2].result(PATIENCE_SECONDS)) == (4, 8)
    with pytest.raises(BadError, match="this one"):
        asked[1].result(PATIENCE_SECONDS)


def test_a_change_that_fails_for_all_is_made_for_each_alone(books, pool):
    asked = asked_at_once(Together(), books, pool, [2, 13, 4])

    assert (asked[0].result(PATIENCE_SECONDS), asked[2].result(PATIENCE_SECONDS)) == (4, 8)
    with pytest.raises(BadError, match="whole transaction"):
        asked[1].result(PATIENCE_SECONDS)
    assert books.changes == [[1], [2, 13, 4], [2], [13], [4]]


def test_after_an_error_others_are_changed_as_before(books):
    books.go.set()
    together = Together[int, int]()
    with pytest.raises(BadError):
        together(13, books.change)

    assert together(7, books.change) == 14
