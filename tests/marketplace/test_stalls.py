"""A job that does not move is shown with its cause within half a minute, and no longer than it lasts."""

import pytest

from marketplace.domain.job import NodeJobStatus
from marketplace.domain.stall import StallCause
from marketplace.errors import UnknownOrderError
from tests.marketplace.mpc_node.parties import NAMES


def stall(market, account, order):
    return market.services.detect_stalls.of_order(account.account_id, order.order_id)[1]


def test_a_job_that_nobody_drives_is_told_within_half_a_minute(ordered_anywhere):
    market, account, order = ordered_anywhere
    market.clock.forward(seconds=24)
    assert stall(market, account, order) is None

    market.clock.forward(seconds=1)

    found = stall(market, account, order)
    assert found is not None
    assert found.cause is StallCause.NO_WORKER
    assert [each.order_id for each in market.services.detect_stalls()] == [order.order_id]
    market.turn()
    assert stall(market, account, order) is None


def test_a_worker_that_died_with_its_lease_is_told_within_half_a_minute(ordered_anywhere):
    market, account, order = ordered_anywhere
    with market.store.writing() as books:
        now = market.clock.now
        books.orders.claim("dies", now=now, until=now + market.duties.drive_jobs.pace.lease)

    market.clock.forward(seconds=25)

    found = stall(market, account, order)
    assert found is not None
    assert found.cause is StallCause.NO_WORKER


def test_a_node_that_falls_silent_in_the_middle_is_named_and_forgotten_when_it_is_back(ordered_anywhere):
    market, account, order = ordered_anywhere
    market.nodes.says = {node: NodeJobStatus("COMPUTING", 1) for node in NAMES}
    for _ in range(3):
        market.turn()
    market.nodes.down = {"node-b"}

    for _ in range(5):
        market.turn()
    assert stall(market, account, order) is None  # it may be a moment only
    for _ in range(8):
        market.turn()

    found = stall(market, account, order)
    assert found is not None
    assert (found.cause, found.nodes) == (StallCause.NODES_SILENT, "node-b")
    assert found.ends_at is not None
    market.nodes.down = set()
    market.turn()
    assert stall(market, account, order) is None
    notes = [event.note for event in market.services.read_order(account.account_id, order.order_id).events]
    assert notes[-2:] == ["no answer from node-b", "all nodes answer again"]


def test_a_node_that_stays_away_from_the_start_is_named(ordered):
    market, account, order = ordered
    market.nodes.down = {"node-c"}

    market.turn()

    found = stall(market, account, order)
    assert found is not None
    assert (found.cause, found.nodes) == (StallCause.NODES_SILENT, "node-c")


def test_what_is_over_is_no_stall_and_nobody_hears_of_anothers(ordered):
    market, account, order = ordered
    market.clock.forward(seconds=60)
    other = market.services.add_account("other@example.org", "correct horse battery")
    with pytest.raises(UnknownOrderError):
        stall(market, other, order)
    with pytest.raises(UnknownOrderError):
        market.services.detect_stalls.of_order(account.account_id, "nothing")

    market.drive()

    assert stall(market, account, order) is None
    assert list(market.services.detect_stalls()) == []
