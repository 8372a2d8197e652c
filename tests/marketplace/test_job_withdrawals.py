"""People who withdraw around a job, and what it has cost them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crypto.reading import utc_text
from marketplace.domain.chart import subject_earned
from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.services.tell_recipients import NOTE
from tests.marketplace.driving import OTHER_DIGEST, altered, assert_refunded
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NAMES, NOW
from tests.marketplace.mpc_node.people import person, withdrawal_of


def test_somebody_who_withdraws_before_the_attempt_is_not_in_the_manifest(ordered):
    market, account, placed = ordered
    market.services.withdraw_offer(withdrawal_of(person(1)))
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.admitted) == (JobState.RELEASED, 11)
    assert person(1).consent_id not in market.nodes.jobs["node-a", placed.job_id].contributions


def test_somebody_who_withdraws_while_it_is_computed_is_in_no_answer(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.nodes.says = {node: NodeJobStatus("COMPUTING", 1) for node in NAMES}
    market.turn()
    market.turn()
    market.services.withdraw_offer(withdrawal_of(person(1)))
    market.nodes.says.clear()
    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt, order.admitted) == (JobState.RELEASED, 2, 11)
    settled = market.services.confirm_result(account.account_id, placed.order_id)
    assert settled.charged_cents == 1572
    assert market.balance(subject_earned(person(1).consent_id)) == 0


def test_who_holds_an_answer_is_told_when_somebody_in_it_ends_her_agreement(ordered_anywhere):
    market, account, placed = ordered_anywhere
    market.drive()
    market.services.confirm_result(account.account_id, placed.order_id)

    market.services.withdraw_offer(withdrawal_of(person(1)))

    told = market.services.read_history(person(1).consent_id, person(1).key.public)["withdrawal"]
    order = market.services.read_order(account.account_id, placed.order_id)
    (event,) = [each for each in order.events if each.note == NOTE]
    assert told["recipients"] == [
        {"job_id": placed.job_id, "name": "Institute of Education", "told_at": told["withdrawn_at"]}
    ]
    assert (utc_text(event.at), event.state) == (told["withdrawn_at"], JobState.SETTLED)
    assert order.state is JobState.SETTLED
    assert person(1).consent_id not in str(order.to_json())


def test_ending_twice_tells_once(ordered):
    market, account, placed = ordered
    market.drive()
    for _ in range(2):
        market.services.withdraw_offer(withdrawal_of(person(1)))

    order = market.services.read_order(account.account_id, placed.order_id)
    assert [each.note for each in order.events].count(NOTE) == 1


def test_nobody_is_told_of_an_end_before_there_is_an_answer(ordered):
    market, account, placed = ordered
    market.services.withdraw_offer(withdrawal_of(person(1)))
    market.drive()

    told = market.services.read_history(person(1).consent_id, person(1).key.public)["withdrawal"]
    order = market.services.read_order(account.account_id, placed.order_id)
    assert told["recipients"] == []
    assert NOTE not in {each.note for each in order.events}


def test_too_many_withdrawals_before_the_attempt_refund_the_order(ordered):
    market, account, placed = ordered
    for number in (1, 2, 3):
        market.services.withdraw_offer(withdrawal_of(person(number)))
    market.drive()

    assert "too many people withdrew" in assert_refunded(market, account, placed)


def test_a_hold_that_ran_out_before_the_release_refunds_the_order(ordered):
    market, account, placed = ordered
    market.nodes.down = {"node-a"}
    market.turn()
    market.nodes.down.clear()
    market.turn()
    with market.store.writing() as books:
        hold = books.ledger.rows[f"{placed.order_id}/hold"]
        books.ledger.rows[hold.transfer_id] = replace(hold, valid_until=NOW)
    market.drive()

    assert "hold on the price has run out" in assert_refunded(market, account, placed)


@pytest.mark.parametrize(("query", "spent"), [(NOISY, Decimal(1)), (EXACT, Decimal(0))])
def test_privacy_cost_and_run_come_back_to_those_who_were_left_out(market, query, spent):
    market.stock(12)
    account = market.buyer()
    market.nodes.leave_out = {person(3).consent_id: "revoked"}
    market.released(account, query)

    with market.store.reading() as books:
        offers = books.offers.many([person(1).consent_id, person(3).consent_id])
    used, left_out = offers[person(1).consent_id], offers[person(3).consent_id]
    assert (used.epsilon_spent, used.runs_spent) == (spent, 1)
    assert (left_out.epsilon_spent, left_out.runs_spent) == (Decimal(0), 0)


@pytest.mark.parametrize(
    ("word", "reason", "runs"),
    [
        ("AGREEING", "crowd_too_small", 0),
        ("AGREEING", "query_refused", 0),
        ("AGREEING", "asked_too_often", 0),
        ("AGREEING", "disagreement", 1),
        ("AGREEING", "differs_by_too_few", 1),
        ("COMPUTING", "crowd_too_small", 1),
        ("COMPUTING", "disagreement", 1),
    ],
)
@pytest.mark.parametrize(("query", "cost"), [(NOISY, Decimal(1)), (EXACT, Decimal(0))])
def test_privacy_cost_and_run_of_a_failed_job_come_back_only_if_nobody_was_charged(
    market, word, reason, runs, query, cost
):
    market.stock(12)
    account = market.buyer()
    market.order(account, query)
    market.nodes.says = {node: NodeJobStatus(word, 1) for node in NAMES}
    market.turn()
    market.turn()
    market.nodes.says = dict.fromkeys(NAMES, NodeJobStatus("FAILED", 1, reason))
    market.drive()

    with market.store.reading() as books:
        offer = books.offers.get(person(1).consent_id)
    assert offer is not None
    assert (offer.epsilon_spent, offer.runs_spent) == (cost * runs, runs)


@pytest.mark.parametrize("other", ["COMPUTING", "DONE"])
def test_privacy_cost_is_kept_where_another_node_is_further_than_the_one_that_failed(market, other):
    market.stock(12)
    market.order(market.buyer(), NOISY)
    market.nodes.says = {
        "node-a": NodeJobStatus("FAILED", 1, "crowd_too_small"),
        "node-b": NodeJobStatus(other, 1),
    }
    market.drive()

    assert spent_of(market) == Decimal(1)


def test_privacy_cost_of_a_job_that_no_node_was_given_comes_back(market):
    market.stock(12)
    market.order(market.buyer(), NOISY)
    market.nodes.down = {"node-c"}
    market.turn()
    market.clock.forward(minutes=10)
    market.drive()

    assert spent_of(market) == Decimal(0)


def test_privacy_cost_is_kept_where_an_earlier_attempt_may_have_been_charged(market):
    market.stock(12)
    market.order(market.buyer(), NOISY)
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "interrupted")}  # after it charged, or before
    market.turn()
    market.turn()
    market.nodes.says = dict.fromkeys(NAMES, NodeJobStatus("FAILED", 1, "crowd_too_small"))
    market.drive()

    assert spent_of(market) == Decimal(1)


def test_privacy_cost_is_kept_of_those_whom_only_a_later_attempt_left_out(market):
    market.stock(12)
    market.order(market.buyer(), NOISY)
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "interrupted")}
    market.turn()
    market.turn()
    market.nodes.says = {}
    market.nodes.leave_out = {person(1).consent_id: "revoked"}
    market.drive()

    assert spent_of(market) == Decimal(1)


def spent_of(market) -> Decimal:
    with market.store.reading() as books:
        offer = books.offers.get(person(1).consent_id)
    assert offer is not None
    spent: Decimal = offer.epsilon_spent
    return spent


def test_privacy_cost_of_an_answer_that_nodes_computed_and_nobody_got_is_kept(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.tamper = altered(1, own_digest=OTHER_DIGEST)
    order = market.released(account, NOISY)

    with market.store.reading() as books:
        offer = books.offers.get(person(1).consent_id)
    assert offer is not None
    assert (order.state, offer.epsilon_spent) == (JobState.REFUNDED, Decimal(1))
