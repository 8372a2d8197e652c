"""What does a plan cost, counted so that nobody can keep the market busy with counting?

Counting a new question takes up to some seconds of one core (`domain.plan_count` bounds it). So

* one question is counted at a time, beside the requests, and others wait in a short line;
* what was counted is kept by its shape, the newest few hundred;
* each account has so many seconds of counting in ten minutes, and all together a quarter of one core.

Whoever asks waits a moment for the count. If it takes longer it goes on, and asking again finds it.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass, field
from typing import Final

from consent.computation import Computation
from consent.query import Query
from crypto.mpc.traffic import IsOver
from marketplace.domain.plan_cost import PlanCost
from marketplace.domain.plan_count import compiled, count, shape_of
from marketplace.errors import TooManyPlansError

_LOGGER = logging.getLogger(__name__)

SPAN_SECONDS: Final = 600.0
ACCOUNT_SECONDS: Final = 30.0
"""So much counting an account gets in a span: some sixty usual questions, or a handful of the largest."""
ALL_SECONDS: Final = SPAN_SECONDS / 4
MOST_SECONDS: Final = 8.0
"""What takes longer is left uncounted, as too large."""
MOST_KEPT: Final = 512
MOST_WAITING: Final = 8
MOST_WAITING_OF_ONE: Final = 2
AGAIN_SECONDS: Final = 2
"""When to ask again for a count that is under way."""

Count = Callable[[Query, Computation, int, IsOver], PlanCost | None]
Work = Callable[[IsOver], PlanCost | None]


@dataclass(frozen=True)
class Counted:
    """A count; `cost` is None where the question is too large to be counted beforehand."""

    cost: PlanCost | None


@dataclass
class _Spent:
    """Seconds of counting in the last span; `seconds` are those that still count."""

    entries: deque[tuple[float, float]] = field(default_factory=deque)
    seconds: float = 0.0

    def note(self, now: float, seconds: float) -> None:
        self.entries.append((now, seconds))
        self.seconds += seconds

    def forget(self, now: float) -> None:
        while self.entries and self.entries[0][0] <= now - SPAN_SECONDS:
            self.seconds -= self.entries.popleft()[1]
        if not self.entries:
            self.seconds = 0.0

    def wait(self, now: float, limit: float) -> float:
        """Seconds until there is room again; 0 if there is now."""
        self.forget(now)
        left = self.seconds
        for at, seconds in self.entries:
            if left < limit:
                return 0.0
            left -= seconds
            if left < limit:
                return max(at + SPAN_SECONDS - now, 1.0)
        return 0.0


class CountCosts:
    """Counts what questions cost. Safe to share between threads."""

    def __init__(self, *, counting: Count = count, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._count = counting
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="count-costs")
        self._kept: OrderedDict[str, Counted] = OrderedDict()
        self._waiting: dict[str, tuple[str, Future[Counted]]] = {}
        self._all = _Spent()
        self._spent: dict[str, _Spent] = {}

    def __call__(self, account_id: str, query: Query, people: int, *, patience_seconds: float) -> Counted:
        """What a checked query costs over so many people.

        Raises:
            TooManyPlansError: it is still being counted after `patience_seconds`, or this account or all
                together have counted as much as they may; it says when to ask again.
            QueryRefusedError: the query cannot be computed over so many.
        """
        computation = compiled(query, people)
        shape = shape_of(query, computation, people)
        with self._lock:
            kept = self._kept.get(shape)
            if kept is not None:
                self._kept.move_to_end(shape)
                return kept
            future = self._begun(
                account_id, shape, lambda is_over: self._count(query, computation, people, is_over)
            )
        try:
            return future.result(timeout=patience_seconds)
        except NotYetError as error:
            raise TooManyPlansError(
                "rounds and bytes of this question are still being counted", retry_seconds=AGAIN_SECONDS
            ) from error

    def _begun(self, account_id: str, shape: str, work: Work) -> Future[Counted]:
        """The count of a shape that is under way, or begins now."""
        under_way = self._waiting.get(shape)
        if under_way is not None:
            return under_way[1]
        self._require_room(account_id)
        future = self._pool.submit(self._counted, account_id, shape, work)
        self._waiting[shape] = (account_id, future)
        return future

    def _require_room(self, account_id: str) -> None:
        now = self._monotonic()
        for known in [each for each, spent in self._spent.items() if not _left(spent, now)]:
            del self._spent[known]
        own = self._spent.get(account_id, _Spent())
        wait = max(own.wait(now, ACCOUNT_SECONDS), self._all.wait(now, ALL_SECONDS))
        if wait:
            raise TooManyPlansError(
                "so many different questions were asked lately that no more are counted for a while",
                retry_seconds=int(wait) + 1,
            )
        of_one = sum(owner == account_id for owner, _ in self._waiting.values())
        if of_one >= MOST_WAITING_OF_ONE or len(self._waiting) >= MOST_WAITING:
            raise TooManyPlansError("other questions are being counted first", retry_seconds=AGAIN_SECONDS)

    def _counted(self, account_id: str, shape: str, work: Work) -> Counted:
        began = self._monotonic()
        try:
            counted = Counted(work(lambda: self._monotonic() > began + MOST_SECONDS))
        except Exception:
            _LOGGER.exception("a plan could not be counted")
            counted = Counted(None)
        with self._lock:
            now = self._monotonic()
            self._all.note(now, now - began)
            self._spent.setdefault(account_id, _Spent()).note(now, now - began)
            self._kept[shape] = counted
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            self._waiting.pop(shape, None)
        return counted


def _left(spent: _Spent, now: float) -> bool:
    spent.forget(now)
    return bool(spent.entries)
