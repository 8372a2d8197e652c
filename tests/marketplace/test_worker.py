"""The worker's process: every duty gets its turns, a failing one is tried again, and it ends when told to."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from marketplace.domain.job import JobState
from marketplace.storage.store import open_store
from marketplace.worker import Loop, Pauses, Worker
from ssi.errors import RegistryError
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import registry
from tests.marketplace.mpc_node.people import people

FAST = Pauses(idle=0.01, failed=0.02, expiry=0.01, look_for_nodes=0.01)
PATIENCE_SECONDS = 60


@pytest.fixture
def metrics() -> CollectorRegistry:
    return CollectorRegistry()


def worker(market: Market, metrics: CollectorRegistry, trust: Callable[[], Any] = registry) -> Worker:
    return Worker(market.duties, trust, pauses=FAST, metrics=metrics)


def turns(metrics: CollectorRegistry, duty: str, outcome: str) -> float:
    labels = {"duty": duty, "outcome": outcome}
    return metrics.get_sample_value("marketplace_worker_turns_total", labels) or 0.0


def test_a_turn_that_found_something_is_followed_at_once(market, metrics):
    idle = Loop("duty", lambda: 0, idle=0.5)
    busy = Loop("duty", lambda: 3, idle=0.5)

    assert (worker(market, metrics).take_turn(idle), turns(metrics, "duty", "idle")) == (0.5, 1)
    own = CollectorRegistry()
    assert (worker(market, own).take_turn(busy), turns(own, "duty", "done")) == (0.0, 1)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UnreachablePeerError("node-a"), "waiting"),
        (RegistryError("out of date"), "waiting"),
        (DatabaseUnavailableError(), "waiting"),
        (RuntimeError("a bug"), "failed"),
    ],
)
def test_a_turn_that_fails_is_counted_and_tried_again_later(market, metrics, error, outcome):
    def fail() -> None:
        raise error

    assert worker(market, metrics).take_turn(Loop("duty", fail, idle=0.5)) == FAST.failed
    assert turns(metrics, "duty", outcome) == 1


def run_until(working: Worker, reached: Callable[[], bool]) -> None:
    thread = threading.Thread(target=working.run)
    thread.start()
    waited = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        if reached():
            break
        waited.wait(0.02)
    working.stop()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert reached()


def test_all_duties_run_until_the_worker_is_stopped(metrics, database_url):
    store = open_store(database_url)
    market = open_market(store)
    market.supply(people(12))

    def all_active() -> bool:
        with store.reading() as books:
            return len(books.offers.active("exam/1", now=market.clock.now)) == 12

    run_until(worker(market, metrics), all_active)
    account = market.buyer()
    placed = market.order(account)

    def is_released() -> bool:
        market.clock.forward(seconds=1)
        return market.services.read_order(account.account_id, placed.order_id).state is JobState.RELEASED

    run_until(worker(market, CollectorRegistry()), is_released)
    store.database.close()


def test_what_wallets_showed_is_forgotten_also_where_no_news_are_sent(market, metrics):
    assert market.duties.deliver_notices is None

    run_until(worker(market, metrics), lambda: turns(metrics, "forget presentations", "idle") > 0)


def test_nodes_that_join_the_registry_later_are_served(market, metrics):
    nodes = registry().nodes
    known: list[Any] = [nodes[:1]]

    class Trust:
        def __call__(self) -> Any:
            if len(known) > 10:
                return registry()
            known.append(None)
            raise RegistryError("not readable yet")

    run_until(
        worker(market, metrics, Trust()),
        lambda: turns(metrics, "forward contributions to node-c", "idle") > 0,
    )
