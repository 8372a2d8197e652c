"""Processes die, or lose the database, at seeded points of orders: nothing is lost, and nobody pays twice.

Each point is an order during which one process dies (SIGKILL), or loses its database, at a point of its life
with the database, from the placing of the order to the payment of everybody; who died is then started again,
as a service manager would do. The buyer repeats what was not answered. What has to hold afterwards is asked
of the books, of the public log and of the buyer, after every point. A few points are in every run; all of
them, which take minutes, where `ARGONAUTA_FIFTY_DEATHS` is set (`make crashes`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from examples.fragile import Blow
from examples.town import MARKETPLACE, WORKER, Town
from marketplace.domain.job import JobState, PartOutcome
from marketplace.sdk.errors import OrderFailedError
from marketplace.sdk.result import Placed
from tests.journeys.crashing import SETTINGS, BilledTown, Crashes, Point, points
from tests.journeys.crowds import COMPENSATION_CENTS, OF_ALL, students
from tests.journeys.customers import Customer, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Balances, living_in
from tests.journeys.patience import until

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(3000)]

PEOPLE = 12
OVER = {"settled", "refunded"}
LIFE = "order"
DRIVES = (LIFE, WORKER, "drive jobs")
WHOLE = [(LIFE, victim, "") for victim in (MARKETPLACE, WORKER, *Town.NODES)]
KINDS = [WHOLE[0], DRIVES, *WHOLE[1:]]


@dataclass
class Story:
    """One buyer who orders again and again, whatever happens."""

    crashes: Crashes
    customer: Customer

    def measure(self) -> None:
        """How long everybody's part in an order is."""
        for kinds in (WHOLE, [DRIVES]):
            with self.crashes.measuring(kinds):
                placed = Placed(self.crashes.fresh_id(), OF_ALL)
                assert self.see_through(placed, self.price()) == "settled"

    def price(self) -> int:
        """What an order costs."""
        return self.customer.buyer.quote(OF_ALL).price_cents

    def play(self, point: Point) -> None:
        """Order an answer while a blow falls, and check everything that has to hold."""
        before, price = self.crashes.balances(), self.price()
        placed = Placed(self.crashes.fresh_id(), OF_ALL)
        state = self.crashes.struck(point, partial(self.see_through, placed, price))
        self.check(placed, state, before, price)

    def see_through(self, placed: Placed, price: int) -> str:
        """Order, wait, collect: again where nobody answered, until the order is over."""
        buyer, insist = self.customer.buyer, self.crashes.insist
        self.crashes.threaten()
        insist(partial(buyer.order, OF_ALL, accept_cents=price, order_id=placed.order_id))

        def look() -> str:
            state: str = insist(partial(buyer.progress, placed)).state
            if state == "released":
                with suppress(OrderFailedError):
                    insist(partial(buyer.collect, placed))
            return state

        return until(look, lambda state: state in OVER)

    def check(self, placed: Placed, state: str, before: Balances, price: int) -> None:
        """Nothing is lost, nothing is charged twice, and the log has no fault."""
        again = self.customer.buyer.order(OF_ALL, accept_cents=price, order_id=placed.order_id)
        assert again == placed
        changes = self.crashes.balances().since(before)
        if state == "refunded":
            assert changes == {}
        else:
            paid = [cents for name, cents in changes.items() if name.startswith("subject:")]
            assert paid == [COMPENSATION_CENTS] * PEOPLE
            assert changes[self.customer.purse] == -price
            assert sum(changes.values()) == 0
        self.check_papers(placed, state)
        self.crashes.require_whole_log()

    def check_papers(self, placed: Placed, state: str) -> None:
        """Receipts, entries of the log and invoices are there, once each."""
        with self.crashes.neighbourhood.house.store.reading() as books:
            order = books.orders.get(placed.order_id)
            assert order is not None
            job, parts = books.orders.job(order.job_id), books.orders.parts(order.job_id)
        kinds = self.crashes.kinds_logged(order.log_index, order_id=placed.order_id)
        billed = self.crashes.billed(placed.order_id)
        assert order.escrow_receipt
        assert kinds["order"] == 1
        if state == "refunded":
            assert (job.state, billed) == (JobState.REFUNDED, None)
            assert (kinds["failure"], kinds["use"], kinds["payment"]) == (1, 0, 0)
            return
        assert job.state is JobState.SETTLED
        assert billed is not None
        assert {part.outcome for part in parts} == {PartOutcome.PAID}
        assert all(part.log_index is not None for part in parts)
        assert kinds["use"] == len(parts) == PEOPLE
        assert (kinds["release"], kinds["payment"], kinds["failure"]) == (1, 1, 0)


@contextmanager
def crashing_town(folder: Path) -> Iterator[Story]:
    with databases_for_a_town() as databases:
        town = BilledTown(folder / "town", database_url=databases, settings=SETTINGS)
        with living_in(town) as found:
            found.people = found.settle(students(town, PEOPLE))
            yield Story(Crashes(found, folder / "audit.json"), enrolled(found))


def play(folder: Path, *, deaths: int, losses: int) -> Crashes:
    seed = os.environ.get("CRASH_SEED", "points")
    blows = [
        *points(KINDS, deaths, blow=Blow.DEATH, seed=seed),
        *points(KINDS, losses, blow=Blow.LOSS, seed=seed),
    ]
    with crashing_town(folder) as story:
        story.measure()
        for number, point in enumerate(blows):
            try:
                story.play(point)
            except BaseException as error:
                error.add_note(f"point {number}: {point}\n{story.crashes.told()}")
                raise
    return story.crashes


def test_orders_survive_deaths_and_a_lost_database_at_a_few_seeded_points(tmp_path: Path):
    crashes = play(tmp_path, deaths=6, losses=2)

    assert len(crashes.hits) == 8
    assert sum(hit.in_life for hit in crashes.hits) >= 3


@pytest.mark.skipif(
    "ARGONAUTA_FIFTY_DEATHS" not in os.environ, reason="takes minutes: set ARGONAUTA_FIFTY_DEATHS to play all"
)
def test_orders_survive_blows_at_all_seeded_points(tmp_path: Path):
    crashes = play(tmp_path, deaths=50, losses=24)

    print(crashes.told())  # noqa: T201 — the outcome of a run that is looked at
    assert len(crashes.hits) == 74
    assert sum(hit.ended == "settled" for hit in crashes.hits) >= 56
    assert sum(hit.in_life for hit in crashes.hits) >= 50
