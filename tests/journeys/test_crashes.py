"""Processes die (SIGKILL) at seeded points in the life of orders: nothing is lost, and nobody pays twice.

Each point is an order during which one process dies at a point of its life with the database, from the
placing of the order to the payment of everybody; it is then started again, as a service manager would do.
The buyer repeats what was not answered. What has to hold afterwards is asked of the books, of the public log
and of the buyer, after every point. Six points are in every run; fifty, which take ten minutes, where
`ARGONAUTA_FIFTY_DEATHS` is set.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from crypto.randomness import RandomBytes, stream
from examples.fragile import FRAGILE, Doom
from examples.programs import run_command
from examples.town import MARKETPLACE, WORKER, Town
from marketplace.domain.job import JobState, PartOutcome
from marketplace.domain.log import Log
from marketplace.sdk.errors import OrderFailedError
from marketplace.sdk.result import Placed
from ssi.http.errors import PeerError
from tests.journeys.crowds import COMPENSATION_CENTS, OF_ALL, students
from tests.journeys.customers import Customer, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Balances, Neighbourhood, living_in
from tests.journeys.patience import until
from tests.journeys.test_audit import audit
from tests.journeys.test_killed_node import let_leases_run_out

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(3000)]

PEOPLE = 12
VICTIMS = (MARKETPLACE, WORKER, *Town.NODES)
NEVER = 10**9
PARTS = 1000
OVER = {"settled", "refunded"}


class BilledTown(Town):
    """A town whose market sends invoices."""

    def start_all(self) -> None:
        """Say who sells, then start everybody."""
        told = ("--name", "Market Ltd.", "--address", "Street 1|10115 Berlin", "--country", "DE")
        run_command(
            "marketplace", "seller", "--dir", self.home(MARKETPLACE), *told, "--vat-id", "DE123456789"
        )
        super().start_all()


@dataclass(frozen=True)
class Point:
    """Who dies, and after how many thousandths of the points of its life; see `examples.fragile`."""

    victim: str
    thousandths: int


def points(count: int, seed: str) -> list[Point]:
    """Seeded points, evenly over the processes."""
    random: RandomBytes = stream(seed.encode().ljust(16, b"."), "crashes")
    return [
        Point(VICTIMS[number % len(VICTIMS)], int.from_bytes(random(4), "big") % PARTS)
        for number in range(count)
    ]


@dataclass
class Story:
    """One town through many crashes."""

    neighbourhood: Neighbourhood
    customer: Customer
    state: Path
    random: RandomBytes
    ended: Counter[str] = field(default_factory=Counter)
    in_life: int = 0
    lives: dict[str, int] = field(default_factory=dict)

    @property
    def town(self) -> Town:
        return self.neighbourhood.town

    def measure(self) -> None:
        """How many points everybody passes while an order lives in which nobody dies."""
        dooms = {name: self.doom_of(name) for name in VICTIMS}
        for doom in dooms.values():
            doom.set(NEVER)
        price = self.customer.buyer.quote(OF_ALL).price_cents
        assert self.see_through(Placed(self.fresh_id(), OF_ALL), price) == "settled"
        self.lives = {name: doom.passed for name, doom in dooms.items()}
        for doom in dooms.values():
            doom.lift()

    def fresh_id(self) -> str:
        return str(UUID(bytes=self.random(16), version=4))

    def play(self, point: Point) -> None:
        """Order an answer while somebody dies, and check everything that has to hold."""
        before = self.neighbourhood.balances()
        price = self.customer.buyer.quote(OF_ALL).price_cents
        placed = Placed(self.fresh_id(), OF_ALL)
        doom = self.doom_of(point.victim)
        doom.set(1 + self.lives[point.victim] * point.thousandths // PARTS)
        try:
            state = self.see_through(placed, price)
            died = doom.read() is None
        finally:
            doom.lift()
        if died:
            self.in_life += 1
        else:
            self.town.kill(point.victim)  # its life was shorter than thought: it dies after the end
        self.revive()
        self.ended[state] += 1
        self.check(placed, state, before, price)

    def see_through(self, placed: Placed, price: int) -> str:
        """Order, wait, collect: again where nobody answered, until the order is over."""
        buyer = self.customer.buyer
        self.insist(partial(buyer.order, OF_ALL, accept_cents=price, order_id=placed.order_id))

        def look() -> str:
            state: str = self.insist(partial(buyer.progress, placed)).state
            if state == "released":
                with suppress(OrderFailedError):
                    self.insist(partial(buyer.collect, placed))
            return state

        return until(look, lambda state: state in OVER)

    def insist(self, act):
        """Do something that may be repeated, until it is answered; who died meanwhile is started again."""

        def attempt():
            self.revive()
            try:
                return act()
            except PeerError:
                return None

        return until(attempt, lambda found: found is not None)

    def dead(self) -> list[str]:
        """Who has died."""
        return [name for name, process in self.town.processes.items() if process.poll() is not None]

    def revive(self) -> None:
        """Start again whoever died."""
        died = [*self.dead(), *(each for each in VICTIMS if each not in self.town.processes)]
        for name in died:
            self.town.processes.pop(name, None)
            if name == WORKER:
                let_leases_run_out(self.neighbourhood)
            self.town.start(name)

    def doom_of(self, name: str) -> Doom:
        command = "worker" if name == WORKER else "serve"
        return Doom(self.town.home(MARKETPLACE if name == WORKER else name), command)

    def check(self, placed: Placed, state: str, before: Balances, price: int) -> None:
        """Nothing is lost, nothing is charged twice, and the log has no fault."""
        again = self.customer.buyer.order(OF_ALL, accept_cents=price, order_id=placed.order_id)
        now = self.neighbourhood.balances()  # the trial balance, added up from the first transfer
        assert again == placed
        assert not now.held
        assert now.of("escrow") == 0
        changes = now.since(before)
        if state == "refunded":
            assert changes == {}
        else:
            paid = [cents for name, cents in changes.items() if name.startswith("subject:")]
            assert paid == [COMPENSATION_CENTS] * len(self.neighbourhood.people)
            assert changes[self.customer.purse] == -price
            assert sum(changes.values()) == 0
        self.check_papers(placed, state)
        found = until(partial(audit, self.neighbourhood, self.state), lambda found: found.exit_code != 2)
        assert found.exit_code == 0, found.output

    def check_papers(self, placed: Placed, state: str) -> None:
        """Receipts, entries of the log and invoices are there, once each."""
        with self.neighbourhood.house.store.reading() as books:
            order = books.orders.get(placed.order_id)
            assert order is not None
            job = books.orders.job(order.job_id)
            parts = books.orders.parts(order.job_id)
            log, invoice = Log(books.log), books.invoices.by_source(placed.order_id)
            entries = [log.entry(index) for index in range(order.log_index, log.size)]
            numbers = [each.number for each in books.invoices.all()]
        kinds = [entry.kind for entry in entries if entry is not None]
        assert order.escrow_receipt
        assert kinds[0] == "order"
        assert numbers == list(range(1, len(numbers) + 1))
        if state == "refunded":
            assert (job.state, invoice) == (JobState.REFUNDED, None)
            assert kinds.count("failure") == 1
            assert kinds.count("use") == kinds.count("payment") == 0
            return
        assert job.state is JobState.SETTLED
        assert invoice is not None
        assert {part.outcome for part in parts} == {PartOutcome.PAID}
        assert all(part.log_index is not None for part in parts)
        assert kinds.count("use") == len(parts) == PEOPLE
        assert (kinds.count("release"), kinds.count("payment"), kinds.count("failure")) == (1, 1, 0)


@contextmanager
def crashing_town(folder: Path) -> Iterator[Story]:
    with databases_for_a_town() as databases:
        fragile = {FRAGILE: "yes", "MPC_NODE_SERVE_PEER_TIMEOUT": "4"}
        town = BilledTown(folder / "town", database_url=databases, settings=fragile)
        with living_in(town) as found:
            found.people = found.settle(students(town, PEOPLE))
            customer = enrolled(found)
            yield Story(
                found, customer, folder / "audit.json", stream(b"order ids".ljust(16, b"."), "crashes")
            )


def play(folder: Path, count: int) -> Story:
    with crashing_town(folder) as story:
        story.measure()
        for number, point in enumerate(points(count, os.environ.get("CRASH_SEED", "points"))):
            try:
                story.play(point)
            except BaseException as error:
                error.add_note(f"point {number}: {point}")
                raise
    return story


def test_orders_survive_deaths_at_six_seeded_points(tmp_path: Path):
    story = play(tmp_path, 6)

    assert story.ended.total() == 6
    assert story.in_life >= 2


@pytest.mark.skipif(
    "ARGONAUTA_FIFTY_DEATHS" not in os.environ, reason="ten minutes: set ARGONAUTA_FIFTY_DEATHS to play fifty"
)
def test_orders_survive_deaths_at_fifty_seeded_points(tmp_path: Path):
    story = play(tmp_path, 50)

    print(story.ended, story.in_life, story.lives)  # noqa: T201 — the outcome of a run that is looked at
    assert story.ended.total() == 50
    assert story.ended["settled"] >= 40
    assert story.in_life >= 30
