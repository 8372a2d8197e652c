"""The worker drives jobs: to an answer, or to a refund, whatever nodes and processes do in between."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from consent.statement import OutputStatement, SummandStatement, sign_summand
from crypto.encoding import b64url_encode
from crypto.mpc.output import Output
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.job import JobState, NodeJobStatus, PartOutcome
from marketplace.errors import ResultNotReadyError
from marketplace.services import drive_jobs, end_order
from ssi.http.problem import Problem
from tests.marketplace.market import ENOUGH_CENTS
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NAMES, NOW, node_keys
from tests.marketplace.mpc_node.people import person, withdrawal_of

TWELVE = 1715


@pytest.fixture
def ordered(market):
    market.stock(12)
    account = market.buyer()
    return market, account, market.order(account)


@pytest.fixture
def ordered_anywhere(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    return any_market, account, any_market.order(account)


def state_of(market, account, placed) -> JobState:
    state: JobState = market.services.read_order(account.account_id, placed.order_id).state
    return state


def assert_refunded(market, account, placed, *culprits: str) -> str:
    order = market.services.read_order(account.account_id, placed.order_id)
    assert order.state is JobState.REFUNDED
    assert order.culprits == culprits
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS
    assert market.services.read_statement(account.account_id).available_cents == ENOUGH_CENTS
    assert market.balance(escrow(placed.order_id)) == 0
    assert market.services.trial_balance().total_cents == 0
    with pytest.raises(ResultNotReadyError):
        market.services.fetch_result(account.account_id, placed.order_id)
    return str(order.reason)


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


Tamper = Callable[[int, OutputStatement, Output], tuple[OutputStatement, Output]]


def altered(liar: int, /, **members: Any) -> Tamper:
    def tamper(own_role: int, statement: OutputStatement, output: Output) -> Any:
        return (replace(statement, **members) if own_role == liar else statement), output

    return tamper


OTHER_DIGEST = b64url_encode(b"\x07" * 32)


@pytest.mark.parametrize(
    ("tamper", "culprits"),
    [
        (altered(1, job_id="another job"), ("node-b",)),
        (altered(1, attempt=2), ("node-b",)),
        (altered(1, role=2), ("node-b",)),
        (altered(2, query_digest=OTHER_DIGEST), ("node-c",)),
        (altered(0, admitted_root=OTHER_DIGEST), ("node-a",)),
        (altered(0, admitted=11), ("node-a",)),
        (altered(1, cells_digest=OTHER_DIGEST), ("node-b",)),
        (altered(2, envelope_digest=OTHER_DIGEST), ("node-c",)),
        (altered(1, own_digest=OTHER_DIGEST), ("node-b",)),
        (altered(1, held_digest=OTHER_DIGEST), ("node-b",)),
    ],
    ids=[
        "another job",
        "another attempt",
        "another role",
        "another query",
        "other people",
        "another number of people",
        "other cells",
        "another envelope",
        "another digest of its own summand than it gave its neighbour",
        "another digest of its neighbour's summand than it was given",
    ],
)
def test_a_node_that_signs_something_else_is_named_and_the_order_refunded(ordered, tamper, culprits):
    market, account, placed = ordered
    market.nodes.tamper = tamper
    market.drive()

    assert_refunded(market, account, placed, *culprits)


def test_a_held_statement_that_its_maker_did_not_sign_names_the_holder(ordered):
    market, account, placed = ordered

    def forge(role: int, token: str) -> str:
        if role != 0:
            return token
        return sign_summand(
            SummandStatement(placed.job_id, 1, 1, OTHER_DIGEST, OTHER_DIGEST), node_keys("node-a").signing
        )

    market.nodes.held_tamper = forge
    market.drive()

    assert_refunded(market, account, placed, "node-a")


def test_a_held_statement_of_another_run_names_the_holder(ordered):
    market, account, placed = ordered

    def replay(role: int, token: str) -> str:
        if role != 0:
            return token
        return sign_summand(
            SummandStatement(placed.job_id, 1, 1, OTHER_DIGEST, OTHER_DIGEST), node_keys("node-b").signing
        )

    market.nodes.held_tamper = replay
    market.drive()

    assert_refunded(market, account, placed, "node-a")


def test_a_node_that_names_other_people_than_it_signed_for_is_named(ordered):
    market, account, placed = ordered
    market.nodes.names = lambda role, admitted: admitted[1:] if role == 2 else admitted
    market.drive()

    assert_refunded(market, account, placed, "node-c")


def test_nodes_that_compute_on_somebody_who_was_not_asked_hand_out_nothing(ordered, monkeypatch):
    market, account, placed = ordered
    market.nodes.people[person(99).consent_id] = person(99)
    honest = market.nodes.start

    def sneak_in(node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        honest(node_id, manifest)
        read = market.nodes.jobs[node_id, placed.job_id]
        wider = {**read.contributions, person(99).consent_id: OTHER_DIGEST}
        market.nodes.jobs[node_id, placed.job_id] = replace(read, contributions=wider)

    monkeypatch.setattr(market.nodes, "start", sneak_in)
    market.drive()

    assert_refunded(market, account, placed, *NAMES)


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


@pytest.mark.parametrize(("word", "runs"), [("AGREEING", 0), ("COMPUTING", 1)])
@pytest.mark.parametrize(("query", "cost"), [(NOISY, Decimal(1)), (EXACT, Decimal(0))])
def test_privacy_cost_and_run_of_a_failed_job_are_kept_only_if_it_was_computed(
    market, word, runs, query, cost
):
    market.stock(12)
    account = market.buyer()
    market.order(account, query)
    market.nodes.says = {node: NodeJobStatus(word, 1) for node in NAMES}
    market.turn()
    market.turn()
    market.nodes.says = {"node-a": NodeJobStatus("FAILED", 1, "disagreement")}
    market.drive()

    with market.store.reading() as books:
        offer = books.offers.get(person(1).consent_id)
    assert offer is not None
    assert (offer.epsilon_spent, offer.runs_spent) == (cost * runs, runs)


def test_privacy_cost_of_an_answer_that_nodes_computed_and_nobody_got_is_kept(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.tamper = altered(1, own_digest=OTHER_DIGEST)
    order = market.released(account, NOISY)

    with market.store.reading() as books:
        offer = books.offers.get(person(1).consent_id)
    assert offer is not None
    assert (order.state, offer.epsilon_spent) == (JobState.REFUNDED, Decimal(1))


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
