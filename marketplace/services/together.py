"""Several ask for a change at the same time: whoever is first makes the changes of all who wait.

A transaction costs the same whatever is in it: the writer's lock, the looks at the books, and the disk that
has to confirm it. So those who wait for the lock go in with whoever gets it next, and each gets an answer of
his own (group commit; DeWitt et al., SIGMOD 1984). Nobody waits for company: where nobody else asks, one is
alone.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")
A = TypeVar("A")
Outcome: TypeAlias = A | Exception
"""What became of one of them: an answer, or the error that is told to whoever asked."""

MOST_TOGETHER: Final = 64


class _Asked(Generic[T, A]):
    """One who waits, and what became of it."""

    def __init__(self, what: T) -> None:
        self.what = what
        self.outcome: Outcome[A] | None = None


class Together(Generic[T, A]):
    """Makes changes together; safe to share between threads."""

    def __init__(self, *, most: int = MOST_TOGETHER) -> None:
        self._most = most
        self._waiting: list[_Asked[T, A]] = []
        self._adding = threading.Lock()
        self._changing = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for those before them."""
        return len(self._waiting)

    def __call__(self, what: T, change: Callable[[Sequence[T]], Sequence[Outcome[A]]]) -> A:
        """The answer for one, made together with those who wait meanwhile.

        `change` makes changes and gives an outcome for each, in order; it is the same for all who ask. An
        error that it raises is about all of them, so each is then changed alone.

        Raises:
            Exception: the outcome of this one, or what `change` raises for it alone.
        """
        mine = _Asked[T, A](what)
        with self._adding:
            self._waiting.append(mine)
        while mine.outcome is None:
            with self._changing:
                if mine.outcome is None:
                    self._change(change)
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _change(self, change: Callable[[Sequence[T]], Sequence[Outcome[A]]]) -> None:
        with self._adding:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            _settle(batch, change)
        except Exception:  # noqa: BLE001 — whose fault it was shows when each is alone
            for each in batch:
                _alone(each, change)


def _settle(batch: Sequence[_Asked[T, A]], change: Callable[[Sequence[T]], Sequence[Outcome[A]]]) -> None:
    for each, outcome in zip(batch, change([each.what for each in batch]), strict=True):
        each.outcome = outcome


def _alone(one: _Asked[T, A], change: Callable[[Sequence[T]], Sequence[Outcome[A]]]) -> None:
    try:
        _settle([one], change)
    except Exception as error:  # noqa: BLE001 — it is raised where it was asked for
        one.outcome = error
