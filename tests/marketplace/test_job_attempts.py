"""Nodes that are away, busy or failing: an attempt waits, is tried again or ends."""

from typing import Any

import pytest

from marketplace.domain.job import JobState, NodeJobStatus
from ssi.http.problem import Problem
from tests.marketplace.driving import assert_refunded, state_of
from tests.marketplace.mpc_node.parties import NAMES


def test_an_attempt_begins_only_when_all_three_nodes_answer(ordered):
    market, account, placed = ordered
    market.nodes.down = {"node-c"}
    for _ in range(5):
        market.turn()
    waiting = state_of(market, account, placed)
    market.nodes.down.clear()
    market.drive()

    assert waiting is JobState.QUEUED
    assert market.nodes.starts == [(node, 1) for node in NAMES]
    assert state_of(market, account, placed) is JobState.RELEASED


def test_a_node_that_stays_away_ends_the_job_by_name(ordered):
    market, account, placed = ordered
    market.nodes.down = {"node-c"}
    market.turn()
    market.clock.forward(minutes=10)
    market.drive()

    assert "could not be reached" in assert_refunded(market, account, placed, "node-c")


def test_silence_counts_from_the_moment_it_is_noticed(ordered):
    market, account, placed = ordered
    market.clock.forward(hours=5)  # no worker was there
    market.nodes.down = {"node-c"}
    market.turn()
    noticed = market.services.read_order(account.account_id, placed.order_id)
    market.nodes.down.clear()
    market.drive()

    assert noticed.events[-1].note == "waiting for node-c"
    assert state_of(market, account, placed) is JobState.RELEASED


def test_an_interrupted_attempt_is_tried_again_and_succeeds(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "interrupted")}
    market.turn()
    market.turn()
    market.nodes.says.clear()
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt) == (JobState.RELEASED, 2)
    assert {attempt for _, attempt in market.nodes.starts} == {1, 2}
    result = market.services.fetch_result(account.account_id, placed.order_id)
    assert result["attempt"] == 2


def test_a_job_that_fails_three_times_is_refunded(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.nodes.says = {
        "node-a": NodeJobStatus("FAILED", 1, "peer_timeout", ("node-c",)),
        "node-b": NodeJobStatus("FAILED", 1, "peer_timeout", ("node-c",)),
    }
    market.drive()

    reason = assert_refunded(market, account, placed, "node-c")
    assert reason == "a node did not answer the others in time"
    assert {attempt for _, attempt in market.nodes.starts} == {1, 2, 3}


def test_nodes_that_never_finish_are_given_up(ordered):
    market, account, placed = ordered
    market.nodes.says = {node: NodeJobStatus("COMPUTING", 1) for node in NAMES}
    for _ in range(20):
        market.turn()
        market.clock.forward(minutes=4)

    assert "did not finish in time" in assert_refunded(market, account, placed)


def test_a_node_that_does_not_hand_over_its_output_is_waited_for(ordered, monkeypatch):
    market, account, placed = ordered
    market.turn()
    honest = market.nodes.collect

    def lose_one(node_id: str, job_id: str, *, role: int) -> Any:
        monkeypatch.undo()
        market.nodes.down = {"node-b"}
        return honest(node_id, job_id, role=role)

    monkeypatch.setattr(market.nodes, "collect", lose_one)
    market.turn()
    waiting = state_of(market, account, placed)
    market.nodes.down.clear()
    market.drive()

    assert waiting is JobState.RUNNING
    assert state_of(market, account, placed) is JobState.RELEASED


def test_a_manifest_that_a_node_refuses_ends_the_job_with_its_reason(ordered):
    market, account, placed = ordered
    market.nodes.refuse_job = {"node-b": Problem(422, "Manifest refused", "mandate: not valid")}
    market.drive()

    assert "node-b does not take part: mandate: not valid" in assert_refunded(market, account, placed)


def test_a_node_that_cannot_ask_for_the_buyers_status_is_asked_again(ordered):
    market, account, placed = ordered
    market.nodes.refuse_job = {"node-b": Problem(422, "Refused", "buyer_status_unknown: no answer")}
    market.turn()
    market.turn()
    market.nodes.refuse_job.clear()
    market.drive()

    assert state_of(market, account, placed) is JobState.RELEASED


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_node_is_asked_later(ordered, status):
    market, account, placed = ordered
    market.nodes.refuse_job = {"node-b": Problem(status, "Busy")}
    for _ in range(3):
        market.turn()
    market.nodes.refuse_job.clear()
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt) == (JobState.RELEASED, 1)
