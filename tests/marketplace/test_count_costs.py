"""Counting plans is bounded: by time for each account and all, by a line, and by what is kept."""

import threading
from dataclasses import dataclass, field, replace

import pytest

from consent.computation import Computation
from consent.query import Query
from consent.vocabulary import Engine, Purpose
from crypto.mpc.traffic import IsOver
from marketplace.domain.plan_cost import PlanCost
from marketplace.domain.plan_count import compiled, shape_of
from marketplace.errors import TooManyPlansError
from marketplace.services import count_costs
from marketplace.services.count_costs import ACCOUNT_SECONDS, ALL_SECONDS, SPAN_SECONDS, CountCosts
from tests.marketplace.mpc_node.orders import EXACT

QUERY = replace(EXACT, engine=Engine.MPC)
COST = PlanCost(12, 3, (), 10, 0, exact=True)
LONG = 20.0
"""Longer than any count of these tests takes."""


@dataclass
class Counter:
    """Counts by hand: each count takes `seconds` of its clock, and waits while the gate is shut."""

    seconds: float = 1.0
    now: float = 0.0
    counts: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(
        self, query: Query, computation: Computation, people: int, is_over: IsOver
    ) -> PlanCost | None:
        assert self.gate.wait(LONG)
        self.counts += 1
        self.now += self.seconds
        return COST

    def costs(self) -> CountCosts:
        """What counts with this."""
        return CountCosts(counting=self, monotonic=lambda: self.now)


def test_equal_shapes_are_counted_once():
    counter = Counter()
    costs = counter.costs()

    first = costs("one", QUERY, 12, patience_seconds=LONG)
    second = costs("two", replace(QUERY, purpose=Purpose.PUBLIC_BENEFIT), 12, patience_seconds=LONG)
    costs("two", QUERY, 13, patience_seconds=LONG)

    assert first == second
    assert counter.counts == 2


def test_the_shape_tells_what_is_computed_and_not_who_asks_for_what_purpose():
    def shape(query: Query, people: int = 12) -> str:
        return shape_of(query, compiled(query, people), people)

    assert shape(QUERY) == shape(replace(QUERY, purpose=Purpose.PUBLIC_BENEFIT))
    assert shape(QUERY) != shape(replace(QUERY, verified=True))
    assert shape(QUERY) != shape(replace(QUERY, engine=Engine.ADDITIVE))
    assert shape(QUERY) != shape(QUERY, 13)


def test_an_account_that_counted_enough_waits_and_others_do_not():
    counter = Counter(seconds=ACCOUNT_SECONDS)
    costs = counter.costs()
    costs("one", QUERY, 12, patience_seconds=LONG)

    with pytest.raises(TooManyPlansError) as refused:
        costs("one", QUERY, 13, patience_seconds=LONG)

    assert refused.value.retry_seconds == pytest.approx(SPAN_SECONDS, abs=2)
    assert costs("one", QUERY, 12, patience_seconds=LONG)  # what is known costs nothing
    assert costs("two", QUERY, 13, patience_seconds=LONG)
    counter.now += SPAN_SECONDS
    assert costs("one", QUERY, 14, patience_seconds=LONG)


def test_all_accounts_together_wait_as_well():
    counter = Counter(seconds=ACCOUNT_SECONDS)
    costs = counter.costs()
    for place in range(int(ALL_SECONDS / ACCOUNT_SECONDS)):
        costs(f"account {place}", QUERY, 12 + place, patience_seconds=LONG)

    with pytest.raises(TooManyPlansError):
        costs("another", QUERY, 999, patience_seconds=LONG)


def test_who_does_not_wait_is_told_to_ask_again_and_then_finds_it():
    counter = Counter()
    counter.gate.clear()
    costs = counter.costs()

    with pytest.raises(TooManyPlansError, match="still being counted") as refused:
        costs("one", QUERY, 12, patience_seconds=0)
    counter.gate.set()

    assert refused.value.retry_seconds == count_costs.AGAIN_SECONDS
    assert costs("one", QUERY, 12, patience_seconds=LONG).cost == COST
    assert counter.counts == 1


def test_the_line_is_short_for_one_account_and_for_all():
    counter = Counter()
    counter.gate.clear()
    costs = counter.costs()

    def asks(account: str, people: int) -> str:
        with pytest.raises(TooManyPlansError) as refused:
            costs(account, QUERY, people, patience_seconds=0)
        return str(refused.value)

    for place in range(count_costs.MOST_WAITING):
        account = f"account {place // count_costs.MOST_WAITING_OF_ONE}"
        assert "still being counted" in asks(account, 12 + place)
        if place + 1 == count_costs.MOST_WAITING_OF_ONE:
            assert "counted first" in asks(account, 500)
    assert "counted first" in asks("another", 501)
    counter.gate.set()


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(count_costs, "MOST_KEPT", 2)
    counter = Counter(seconds=0.01)
    costs = counter.costs()

    for people in (12, 13, 14, 12):
        costs("one", QUERY, people, patience_seconds=LONG)

    assert counter.counts == 4


def test_a_count_is_over_after_its_time():
    counter = Counter()
    seen: list[bool] = []

    def long(query: Query, computation: Computation, people: int, is_over: IsOver) -> PlanCost | None:
        seen.append(is_over())
        counter.now += count_costs.MOST_SECONDS + 1
        seen.append(is_over())
        return None

    costs = CountCosts(counting=long, monotonic=lambda: counter.now)

    assert costs("one", QUERY, 12, patience_seconds=LONG).cost is None
    assert seen == [False, True]


def test_a_count_that_fails_leaves_the_question_uncounted():
    def broken(query: Query, computation: Computation, people: int, is_over: IsOver) -> PlanCost | None:
        raise RuntimeError("a fault of ours")

    assert CountCosts(counting=broken)("one", QUERY, 12, patience_seconds=LONG).cost is None
