"""A process is killed in the middle of a job (SIGKILL): it goes on, is tried again, or everything comes back.

A node that stalls while it computes, or holds back its last word, makes sure that the job is in the middle;
then somebody is killed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from examples.town import MARKETPLACE, START_SECONDS, WORKER, Town
from marketplace.sdk.errors import OrderFailedError
from marketplace.sdk.result import Placed
from marketplace.storage.tables import jobs
from tests.journeys.crowds import COMPENSATION_CENTS, OF_ALL
from tests.journeys.customers import Customer, buy, enrolled, order, wait
from tests.journeys.neighbourhood import Balances, Neighbourhood
from tests.journeys.patience import PEER_TIMEOUT, until
from tests.journeys.strange_node import HOLDS_BACK, STALLS, UNDECIDED, Mood

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

HOLDER = "node-b"
PEERS = ("node-a", "node-c")
SHORT_ATTEMPT = {"MARKETPLACE_WORKER_ATTEMPT_MINUTES": "0.05"}


@pytest.fixture(scope="module")
def customer(rough_neighbourhood: Neighbourhood) -> Customer:
    """A buyer who may ask the few people of the rough town."""
    return enrolled(rough_neighbourhood)


@pytest.mark.parametrize("moment", [STALLS, HOLDS_BACK])
def test_an_attempt_goes_on_when_a_node_that_was_killed_in_its_middle_is_back_in_time(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer, moment: str
):
    town, before = rough_neighbourhood.town, rough_neighbourhood.balances()
    with everybody_alive_after(town), patient_peers(town), mood.set_to(moment):
        placed = in_the_middle(customer)

        town.kill(HOLDER)

        nobody_is_paid_yet(rough_neighbourhood, customer, before)
        mood.forget()
        town.start(HOLDER)
        wait(customer, placed)
    assert rough_neighbourhood.job_of(placed).attempt == 1
    everybody_is_paid_once(rough_neighbourhood, customer, placed, before)


def test_a_job_survives_the_kill_of_a_node_before_it_computes_as_its_next_attempt(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer
):
    before = rough_neighbourhood.balances()
    with everybody_alive_after(rough_neighbourhood.town), mood.set_to(UNDECIDED):
        placed = order(customer, OF_ALL)
        until(lambda: customer.buyer.progress(placed).state, lambda state: state == "admitted")

        rough_neighbourhood.town.kill(HOLDER)

        nobody_is_paid_yet(rough_neighbourhood, customer, before)
        mood.forget()
        rough_neighbourhood.town.start(HOLDER)
        wait(customer, placed)
    assert rough_neighbourhood.job_of(placed).attempt == 2
    everybody_is_paid_once(rough_neighbourhood, customer, placed, before)


def test_a_job_survives_the_kill_of_the_worker_in_its_middle(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer
):
    before = rough_neighbourhood.balances()
    with everybody_alive_after(rough_neighbourhood.town), mood.set_to(HOLDS_BACK):
        placed = in_the_middle(customer)

        rough_neighbourhood.town.kill(WORKER)

        nobody_is_paid_yet(rough_neighbourhood, customer, before)
        mood.forget()
        let_leases_run_out(rough_neighbourhood)
        rough_neighbourhood.town.start(WORKER)
        wait(customer, placed)
    everybody_is_paid_once(rough_neighbourhood, customer, placed, before)


def test_an_order_survives_the_kill_of_the_marketplace_and_repeating_it_buys_nothing_twice(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer
):
    town, before = rough_neighbourhood.town, rough_neighbourhood.balances()
    with everybody_alive_after(town), mood.set_to(HOLDS_BACK):
        placed = in_the_middle(customer)
        price = price_of(rough_neighbourhood, placed)

        town.kill(MARKETPLACE)
        town.start(MARKETPLACE)
        again = customer.buyer.order(OF_ALL, accept_cents=price, order_id=placed.order_id)

        assert again == placed
        assert rough_neighbourhood.balances().held == {customer.purse: price}
        mood.forget()
        wait(customer, placed)
    everybody_is_paid_once(rough_neighbourhood, customer, placed, before)


def test_a_job_whose_node_stays_away_is_refunded_to_the_cent_and_succeeds_when_it_is_back(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer
):
    town, before = rough_neighbourhood.town, rough_neighbourhood.balances()
    with everybody_alive_after(town), mood.set_to(HOLDS_BACK):
        placed = in_the_middle(customer)

        town.kill(HOLDER)

        with short_attempts(town), pytest.raises(OrderFailedError, match=HOLDER) as failure:
            wait(customer, placed)
    assert failure.value.culprits == (HOLDER,)
    assert customer.buyer.progress(placed).state == "refunded"
    assert rough_neighbourhood.release_of(placed) is None
    assert rough_neighbourhood.balances().is_as(before)
    purchase = buy(rough_neighbourhood, customer, OF_ALL, rough_neighbourhood.people)
    assert all(line.holds for line in purchase.lines), purchase.lines
    everybody_is_paid_once(rough_neighbourhood, customer, purchase.placed, before)


@contextmanager
def everybody_alive_after(town: Town) -> Iterator[None]:
    """Start again whom a test has killed, so that the next test finds a whole town."""
    try:
        yield
    finally:
        for name in (HOLDER, WORKER, MARKETPLACE):
            if name not in town.processes:
                town.start(name)


@contextmanager
def patient_peers(town: Town) -> Iterator[None]:
    """Let the other nodes wait for as long as a busy machine takes to start one, for a while."""
    with restarted(town, PEERS, {PEER_TIMEOUT: str(2 * START_SECONDS)}):
        yield


@contextmanager
def short_attempts(town: Town) -> Iterator[None]:
    """Let the worker give up sooner, for a while."""
    with restarted(town, (WORKER,), SHORT_ATTEMPT):
        yield


@contextmanager
def restarted(town: Town, names: Sequence[str], settings: Mapping[str, str]) -> Iterator[None]:
    """Let some run with other settings, for a while."""
    before = dict(town.settings)
    restart(town, names, {**before, **settings})
    try:
        yield
    finally:
        restart(town, names, before)


def restart(town: Town, names: Sequence[str], settings: dict[str, str]) -> None:
    """Stop some and start them with these settings."""
    town.settings = settings
    for name in names:
        town.stop(name)
        town.start(name)


def in_the_middle(customer: Customer) -> Placed:
    """An order whose computation runs at all three nodes, and cannot go on."""
    placed = order(customer, OF_ALL)
    until(lambda: customer.buyer.progress(placed).state, lambda state: state == "running")
    return placed


def let_leases_run_out(neighbourhood: Neighbourhood) -> None:
    """A worker that is killed may leave its lease on a job; here the minute that it holds has passed."""
    with neighbourhood.house.store.database.writing() as session:
        leased = jobs.c.leased_until.is_not(None)
        session.execute(update(jobs).where(leased).values(leased_until=datetime.now(UTC) - timedelta(1)))


def price_of(neighbourhood: Neighbourhood, placed: Placed) -> int:
    """What is set aside for an order."""
    with neighbourhood.house.store.reading() as books:
        found = books.orders.get(placed.order_id)
    assert found is not None
    return found.price.gross_cents


def nobody_is_paid_yet(neighbourhood: Neighbourhood, customer: Customer, before: Balances) -> None:
    """While a job is under way its price is held, and not a cent has moved."""
    now = neighbourhood.balances()
    assert now.since(before) == {}
    assert set(now.held) == {customer.purse}


def everybody_is_paid_once(
    neighbourhood: Neighbourhood, customer: Customer, placed: Placed, before: Balances
) -> None:
    """The answer opens, and confirming it pays everybody exactly once."""
    result = customer.buyer.collect(placed)
    assert result.people == len(neighbourhood.people)
    changes = neighbourhood.balances().since(before)
    paid = [cents for account, cents in changes.items() if account.startswith("subject:")]
    assert paid == [COMPENSATION_CENTS] * len(neighbourhood.people)
    assert -changes[customer.purse] == price_of(neighbourhood, placed)
    assert neighbourhood.balances().of("escrow") == 0
    assert not neighbourhood.balances().held
