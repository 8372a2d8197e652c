"""Whatever workers and clocks do, no run is ordered twice, and no more is spent than was allowed.

Workers die before and after any transaction, two place the same run at once, and the clock jumps both ways.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from marketplace.domain.saved import RunState, order_id_of_run
from marketplace.errors import SavedConflictError
from marketplace.services.place_order import PlaceOrder
from marketplace.services.place_runs import PlaceRuns
from ssi.credential import Credential
from tests.marketplace.fakes import MemoryBooks, MemoryStore
from tests.marketplace.market import open_market
from tests.marketplace.repeating import DAILY, FIRST, TWELVE, allowing, an_id, repeated, seen

TOTAL = 5 * TWELVE
UNTIL = FIRST + timedelta(days=12)


class DeadError(Exception):
    """The worker died here."""


class MortalStore(MemoryStore):
    """A store whose user dies when so many transactions were begun, before or after it was kept."""

    def __init__(self, lives: int | None = None, *, after: bool = False) -> None:
        super().__init__()
        self.lives, self.after = lives, after

    @contextmanager
    def writing(self) -> Iterator[MemoryBooks]:
        dies = self.lives == 0
        if self.lives is not None:
            self.lives -= 1
        with super().writing() as books:
            yield books
            if dies and not self.after:
                raise DeadError
        if dies:
            raise DeadError


class Repetition(RuleBasedStateMachine):
    """One repeated question, two workers, and a clock that jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MortalStore()
        self.market = open_market(self.store)
        self.market.stock(12)
        self.account = self.market.buyer()
        self.market.clock.now = FIRST - timedelta(minutes=1)
        repeated(self.market, self.account, allowing(total_cents=TOTAL, until=UNTIL))
        self.keep = self.market.services.keep_saved

    @rule(hours=st.sampled_from([-30, -1, 1, 5, 24, 24, 24, 60]))
    def jump(self, hours: int) -> None:
        self.market.clock.forward(hours=hours)
        if self.market.clock.now < FIRST - timedelta(hours=2):
            self.market.clock.now = FIRST

    @rule()
    def work(self) -> None:
        assert self.market.duties.place_runs is not None
        self.market.duties.place_runs()

    @rule(lives=st.integers(0, 2), after=st.booleans())
    def die(self, lives: int, after: bool) -> None:
        self.store.lives, self.store.after = lives, after
        try:
            self.work()
        except DeadError:
            pass
        finally:
            self.store.lives = None

    @rule(days=st.sampled_from([0, 0, 1]))
    def two_at_once(self, days: int) -> None:
        """While one worker checks the buyer's papers another one places the run, or a later one."""
        self.between(lambda: self.work_at_once(days))

    @rule(act=st.sampled_from(["pause", "pause", "end"]))
    def the_buyer_says_stop_meanwhile(self, act: str) -> None:
        self.between(lambda: self.change(act))

    def between(self, happens: Callable[[], None]) -> None:
        class Slow:
            def check(self, credential: Credential, *, now: datetime) -> None:
                happens()

        self.market.clock.forward(minutes=1)
        PlaceRuns(self.market.desk, PlaceOrder(self.market.desk, Slow()))()

    @rule(act=st.sampled_from(["pause", "resume", "resume"]))
    def change(self, act: str) -> None:
        try:
            getattr(self.keep, act)(self.account.account_id, an_id(1))
        except SavedConflictError:
            assert not seen(self.market, self.account).repetitions[0].is_open

    def work_at_once(self, days: int) -> None:
        """The other worker takes the run although it was put off."""
        self.market.clock.forward(days=days)
        with self.store.writing() as books:
            standing = books.saved.standing(an_id(2))
            assert standing is not None
            if standing.is_active:
                books.saved.change(replace(standing, due_at=self.market.clock.now))
        self.work()

    @invariant()
    def each_run_has_one_order_and_all_are_within_the_total(self) -> None:
        view = seen(self.market, self.account)
        ordered = [run for run in view.runs if run.state is RunState.ORDERED]
        placed = list(self.market.services.list_orders(self.account.account_id))
        assert {run.order_id for run in ordered} == {each.order_id for each in placed}
        assert len(placed) == len(ordered)
        assert all(run.order_id == order_id_of_run(an_id(2), run.number) for run in ordered)
        assert view.repetitions[0].spent_cents == sum(run.cost_cents for run in ordered) <= TOTAL
        assert all(run.at <= UNTIL for run in ordered)
        assert all(run.cost_cents <= DAILY.per_run_cents for run in ordered)
        numbers = [run.number for run in view.runs]
        assert len(numbers) == len(set(numbers))
        assert max(numbers, default=0) < view.repetitions[0].next_number


TestRepetition = Repetition.TestCase
TestRepetition.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
pytestmark = pytest.mark.slow
