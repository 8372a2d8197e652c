"""The worker drives jobs to an answer, and the money to those who earned it."""

from typing import Any

import pytest

from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.job import JobState, NodeJobStatus, PartOutcome
from marketplace.errors import ResultNotReadyError
from tests.marketplace.driving import TWELVE, state_of
from tests.marketplace.market import ENOUGH_CENTS
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import person


def test_a_job_goes_from_the_order_to_the_release_and_the_payment(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.nodes.says = {node: NodeJobStatus("ADMITTING", 1) for node in NAMES}
    market.turn()
    seen = []
    for word in ("ADMITTING", "AGREEING", "COMPUTING", "DONE"):
        market.nodes.says = {node: NodeJobStatus(word, 1) for node in NAMES}
        market.turn()
        seen.append(state_of(market, account, placed).value)
    market.clock.forward(days=3)
    market.turn()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert seen == ["queued", "admitted", "running", "released"]
    assert order.state is JobState.SETTLED
    assert (order.charged_cents, order.returned_cents, order.admitted) == (TWELVE, 0, 12)
    assert [event.state.value for event in order.events] == [
        "queued",
        "queued",
        "admitted",
        "running",
        "released",
        "settled",
    ]


def test_settling_pays_exactly_those_in_the_answer_the_nodes_and_the_platform(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.nodes.leave_out = {person(3).consent_id: "revoked", person(4).consent_id: "not_accepted"}
    market.drive()
    settled = market.services.confirm_result(account.account_id, placed.order_id)

    assert (settled.charged_cents, settled.returned_cents, settled.admitted) == (1429, 286, 10)
    assert market.balance(subject_earned(person(1).consent_id)) == 100
    assert market.balance(subject_earned(person(3).consent_id)) == 0
    assert [market.balance(node_fee(node)) for node in NAMES] == [72, 72, 71]
    assert market.balance(PLATFORM_FEE) == 214
    assert market.balance(escrow(placed.order_id)) == 0
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS - 1429
    with market.store.reading() as books:
        parts = {part.consent_id: part for part in books.orders.parts(placed.job_id)}
    assert parts[person(3).consent_id].outcome is PartOutcome.LEFT_OUT
    assert parts[person(3).consent_id].reason == "revoked"
    assert parts[person(1).consent_id].outcome is PartOutcome.PAID


def test_an_answer_is_not_settled_before_the_dispute_window_ends(ordered):
    market, account, placed = ordered
    market.drive()
    market.clock.forward(days=2)
    market.drive()

    assert state_of(market, account, placed) is JobState.RELEASED


def test_nothing_is_handed_out_before_the_release(ordered):
    market, account, placed = ordered
    for _ in range(2):
        with pytest.raises(ResultNotReadyError):
            market.services.fetch_result(account.account_id, placed.order_id)
        market.turn()
    market.drive()

    result = market.services.fetch_result(account.account_id, placed.order_id)
    assert result["job_id"] == placed.job_id


def test_two_orders_never_see_each_others_result(market):
    market.stock(12)
    account = market.buyer()
    first = market.released(account)
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "disagreement")}
    second = market.order(account)
    market.drive()

    with pytest.raises(ResultNotReadyError):
        market.services.fetch_result(account.account_id, second.order_id)
    market.nodes.says.clear()
    third = market.released(account)
    results: list[Any] = [
        market.services.fetch_result(account.account_id, each.order_id) for each in (first, third)
    ]
    assert [each["job_id"] for each in results] == [first.job_id, third.job_id]
    assert results[0]["outputs"][0]["envelope"] != results[1]["outputs"][0]["envelope"]
