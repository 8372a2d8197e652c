"""Workers that disappear, lose their lease or lose power in the middle of a job."""

from datetime import timedelta

import pytest

from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow
from marketplace.domain.job import LEFT_ALONE, JobState, NodeJobStatus
from marketplace.services import drive_jobs, end_order
from ssi.hosting.errors import DatabaseUnavailableError
from tests.marketplace.driving import TWELVE, assert_refunded, state_of
from tests.marketplace.market import ENOUGH_CENTS


def test_another_worker_takes_over_when_one_disappears(ordered_anywhere):
    market, account, placed = ordered_anywhere
    with market.store.writing() as books:  # a worker that claims the job and is never heard of again
        now = market.clock.now
        books.orders.claim("lost worker", now=now, until=now + timedelta(seconds=60))
    market.drive()
    waiting = state_of(market, account, placed)
    market.clock.forward(seconds=60)
    other = market.another_worker()
    while other():
        market.clock.forward(seconds=1)

    assert waiting is JobState.QUEUED
    assert state_of(market, account, placed) is JobState.RELEASED


def test_a_worker_that_lost_its_lease_changes_nothing(ordered, monkeypatch):
    market, account, placed = ordered
    market.turn()
    honest = market.nodes.status

    def stolen(node_id: str, job_id: str) -> NodeJobStatus:
        monkeypatch.undo()
        with market.store.writing() as books:
            books.orders.leases[job_id] = ("thief", market.clock.now + timedelta(hours=1))
        status: NodeJobStatus = honest(node_id, job_id)
        return status

    monkeypatch.setattr(market.nodes, "status", stolen)
    market.turn()

    assert state_of(market, account, placed) is JobState.QUEUED


def test_a_job_whose_step_lost_the_database_goes_on_by_the_same_worker_within_seconds(ordered, monkeypatch):
    market, account, placed = ordered

    def lost(*_: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(market.nodes, "is_well", lost)
    with pytest.raises(DatabaseUnavailableError):
        market.turn()
    monkeypatch.undo()
    market.clock.forward(seconds=LEFT_ALONE.seconds)
    market.drive()

    assert state_of(market, account, placed) is JobState.RELEASED
    assert market.services.detect_stalls.of_order(account.account_id, placed.order_id)[1] is None


class PowerCutError(RuntimeError):
    """The process ends here."""


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (end_order, "append"),
        (drive_jobs, "settle"),
        (end_order, "price_of"),
    ],
)
def test_a_settlement_that_breaks_half_way_pays_nobody_and_is_made_up_later(
    ordered_anywhere, monkeypatch, module, name
):
    market, account, placed = ordered_anywhere
    market.drive()
    market.clock.forward(days=3)

    def cut(*_: object, **__: object) -> None:
        raise PowerCutError

    monkeypatch.setattr(module, name, cut)
    with pytest.raises(PowerCutError):
        market.turn()
    half_way = market.balance(escrow(placed.order_id)), market.balance(PLATFORM_FEE)
    monkeypatch.undo()
    market.clock.forward(minutes=2)
    market.drive()

    assert half_way == (TWELVE, 0)
    assert state_of(market, account, placed) is JobState.SETTLED
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS - TWELVE
    assert market.services.trial_balance().total_cents == 0


@pytest.mark.parametrize("step", ["StartAttempt", "FollowAttempt", "CollectOutputs", "ReleaseResult"])
def test_a_worker_that_dies_at_any_step_is_followed_by_one_that_goes_on(ordered_anywhere, monkeypatch, step):
    market, account, placed = ordered_anywhere

    def cut(*_: object, **__: object) -> None:
        raise PowerCutError

    monkeypatch.setattr(drive_jobs, step, cut)
    with pytest.raises(PowerCutError):
        market.drive()
    monkeypatch.undo()
    held = market.services.read_statement(account.account_id).held_cents
    market.clock.forward(minutes=2)
    other = market.another_worker()
    while other():
        market.clock.forward(seconds=1)

    assert held == TWELVE
    assert state_of(market, account, placed) is JobState.RELEASED
    settled = market.services.confirm_result(account.account_id, placed.order_id)
    assert settled.charged_cents == TWELVE
    assert market.services.trial_balance().total_cents == 0


def test_a_refund_that_breaks_half_way_is_made_up_later(ordered_anywhere, monkeypatch):
    market, account, placed = ordered_anywhere
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "disagreement")}
    market.turn()

    def cut(*_: object, **__: object) -> None:
        raise PowerCutError

    monkeypatch.setattr(end_order, "append", cut)
    with pytest.raises(PowerCutError):
        market.turn()
    monkeypatch.undo()
    assert state_of(market, account, placed) is JobState.QUEUED
    market.clock.forward(minutes=2)
    market.drive()

    assert_refunded(market, account, placed)
