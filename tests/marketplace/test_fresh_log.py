"""Manifests name the log that they are made over; nodes that were not shown it are waited for, then named."""

from datetime import timedelta

import pytest

from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.domain.log import Log
from marketplace.services.drive_jobs import Pace
from ssi.http.problem import Problem
from tests.marketplace.driving import assert_refunded, state_of
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import person, withdrawal_of

PATIENCE = Pace().log_patience
WORDS = {
    "log_stale": "was not shown the public log lately",
    "log_ahead": "was not shown the public log as far as",
    "withdrawal_hidden": "was not in the public log in time",
}


def refuse(market: Market, word: str, *nodes: str) -> None:
    market.nodes.refuse_job = {node: Problem(422, "Manifest refused", f"{word}: why") for node in nodes}


def test_the_manifest_names_the_log_at_which_everybody_was_looked_at(ordered_anywhere):
    market, _, placed = ordered_anywhere
    market.services.withdraw_offer(withdrawal_of(person(1)))
    with market.store.reading() as books:
        log = Log(books.log)
        _, index = books.offers.withdrawal(person(1).consent_id)
        size, root = log.size, log.root(log.size)
    market.drive()

    manifest = market.nodes.jobs["node-a", placed.job_id]
    assert (manifest.log.size, manifest.log.root) == (size, root)
    assert index < manifest.log.size
    assert person(1).consent_id not in manifest.contributions


@pytest.mark.parametrize("word", WORDS)
def test_a_node_that_is_shown_the_log_in_a_moment_costs_no_attempt(ordered, word):
    market, account, placed = ordered
    refuse(market, word, *NAMES)
    for _ in range(4):
        market.turn()
    waiting = state_of(market, account, placed)
    market.nodes.refuse_job.clear()
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (waiting, order.state, order.attempt) == (JobState.QUEUED, JobState.RELEASED, 1)


@pytest.mark.parametrize("word", WORDS)
def test_a_log_that_stays_unshown_ends_in_a_refund_that_says_so(ordered, word):
    market, account, placed = ordered
    refuse(market, word, "node-b")
    turns = 0
    while market.turn():
        market.clock.forward(seconds=PATIENCE.total_seconds() / 4)
        turns += 1
        assert turns < 60

    reason = assert_refunded(market, account, placed)
    assert reason.startswith("node-b: ")
    assert WORDS[word] in reason


def test_others_that_gave_up_because_one_waits_for_the_log_do_not_hide_why(ordered):
    market, account, placed = ordered
    refuse(market, "log_stale", "node-b")
    market.nodes.says = {
        name: NodeJobStatus("FAILED", 1, "peer_timeout", ("node-b",)) for name in ("node-a", "node-c")
    }
    market.drive()

    assert WORDS["log_stale"] in assert_refunded(market, account, placed)


@pytest.mark.parametrize("word", ["log_forked", "names_withdrawn"])
def test_a_contradiction_is_final(ordered, word):
    market, account, placed = ordered
    refuse(market, word, "node-b")
    market.drive()

    assert f"node-b does not take part: {word}" in assert_refunded(market, account, placed)


@pytest.mark.parametrize("word", ["log_stale", "withdrawal_hidden"])
def test_an_output_that_was_held_back_for_the_log_is_tried_again(ordered, word):
    market, account, placed = ordered
    market.nodes.says = {node: NodeJobStatus("FAILED", 1, word) for node in NAMES}
    market.turn()
    market.turn()
    market.nodes.says.clear()
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt) == (JobState.RELEASED, 2)
    assert any("public log" in event.note for event in order.events)


def test_patience_is_shorter_than_an_attempt(market: Market):
    assert timedelta(0) < PATIENCE < market.desk.terms.attempt_limit
