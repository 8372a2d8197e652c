"""Other nodes than those that were approved are asked and sent nothing, until two operators say yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.account import AccountKind
from marketplace.domain.act import COMMAND, Register
from marketplace.domain.job import JobState
from marketplace.domain.node_set import NodeChange, NodeSet
from marketplace.domain.stall import StallCause
from marketplace.errors import NodesNotApprovedError, NotAllowedError, RegisterConflictError
from marketplace.services.keep_nodes import KeepNodes
from ssi.trust import TrustRegistry
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NAMES, registry
from tests.marketplace.mpc_node.people import person

KNOWN = registry()
DIGEST = NodeSet.of(KNOWN).digest


def moved(**changes) -> TrustRegistry:
    """A registry in which the first node is another one."""
    return replace(KNOWN, nodes=(replace(KNOWN.nodes[0], **changes), *KNOWN.nodes[1:]))


BEFORE = moved(url="https://127.0.0.1:1")


def keeping(market: Market, known: TrustRegistry) -> KeepNodes:
    """What operators do in a market whose registry says something else."""
    return KeepNodes(replace(market.desk, registry=lambda: known))


@pytest.fixture
def changed(any_market):
    """A market with people, a buyer and two operators, whose nodes were others before."""
    any_market.stock(12)
    any_market.account = any_market.buyer()
    any_market.placed = any_market.order(any_market.account)
    any_market.one, any_market.two = (
        any_market.services.add_account(
            f"{name}@market.example", PASSWORD, kind=AccountKind.OPERATOR
        ).account_id
        for name in ("one", "two")
    )
    assert keeping(any_market, BEFORE).take_first()
    any_market.kept = any_market.services.oversight.nodes
    return any_market


def test_the_first_nodes_are_taken_once_and_as_they_are(any_market):
    assert any_market.duties.take_first_nodes()
    assert not any_market.duties.take_first_nodes()

    seen = any_market.services.oversight.nodes.seen()

    assert seen.change is None
    assert [(act.kind, act.actor) for act in seen.acts] == [("taken", COMMAND)]


def test_what_differs_is_named(changed):
    assert changed.kept.seen().change == NodeChange((), (), (KNOWN.nodes[0].id,))
    assert keeping(changed, replace(KNOWN, nodes=KNOWN.nodes[1:])).seen().change == NodeChange(
        (), (KNOWN.nodes[0].id,), ()
    )


def test_nothing_is_quoted_ordered_or_sent_while_nodes_wait(changed):
    changed.supply([person(20)])
    sent = dict(changed.nodes.received)
    with pytest.raises(NodesNotApprovedError):
        changed.services.make_quote(changed.account.account_id, EXACT)
    with pytest.raises(NodesNotApprovedError):
        changed.services.place_order(
            changed.account.account_id,
            order_id="00000000-0000-4000-8000-000000000009",
            query=EXACT,
            accepted_price_cents=10**6,
        )
    assert [changed.duties.forward_contributions(each) for each in NAMES] == [0, 0, 0]
    assert [changed.duties.witness_log(each) for each in NAMES] == [0, 0, 0]
    assert changed.nodes.received == sent
    for by in (changed.one, changed.two):
        changed.kept.approve(by, DIGEST)
    assert [changed.duties.forward_contributions(each) for each in NAMES] == [1, 1, 1]


def test_an_order_that_is_under_way_waits_says_so_and_goes_on_after_two_approvals(changed):
    for _ in range(3):
        changed.turn()
    _, stall = changed.services.detect_stalls.of_order(changed.account.account_id, changed.placed.order_id)
    assert stall is not None
    assert stall.cause is StallCause.NODES_CHANGED
    assert "two operators" in stall.for_operator
    assert changed.nodes.starts == []

    first = changed.kept.approve(changed.one, DIGEST)
    assert (first.change is None, first.approvers) == (False, (changed.one,))
    second = changed.kept.approve(changed.two, DIGEST)
    assert second.change is None
    changed.drive()

    order = changed.services.read_order(changed.account.account_id, changed.placed.order_id)
    assert order.state is JobState.RELEASED


def test_an_order_whose_nodes_nobody_approves_ends_and_the_money_is_back(changed):
    purse = f"buyer:{changed.account.account_id}:available"
    changed.turn()
    changed.clock.forward(seconds=int(changed.desk.terms.attempt_limit / timedelta(seconds=1)))
    changed.drive()

    order = changed.services.read_order(changed.account.account_id, changed.placed.order_id)

    assert order.state is JobState.REFUNDED
    assert "two operators did not approve" in order.reason
    books = changed.services.trial_balance()
    assert books.total_cents == 0
    assert next(each.held_cents for each in books.accounts if each.account == purse) == 0


def test_one_operator_is_not_two(changed):
    changed.kept.approve(changed.one, DIGEST)

    with pytest.raises(RegisterConflictError, match="another operator"):
        changed.kept.approve(changed.one, DIGEST)

    assert changed.kept.seen().change is not None


def test_buyers_and_strangers_approve_no_nodes(changed):
    for by in (changed.account.account_id, "nobody"):
        with pytest.raises(NotAllowedError):
            changed.kept.approve(by, DIGEST)


def test_nobody_approves_what_they_did_not_look_at(changed):
    again = keeping(changed, moved(url="https://127.0.0.1:2"))
    with pytest.raises(RegisterConflictError, match="changed since"):
        again.approve(changed.one, DIGEST)


def test_approvals_of_something_else_do_not_count(changed):
    again = keeping(changed, moved(url="https://127.0.0.1:2"))
    again.approve(changed.one, again.seen().nodes.digest)

    assert changed.kept.approve(changed.two, DIGEST).change is not None


def test_nodes_that_were_replaced_need_two_again_to_come_back(changed):
    for by in (changed.one, changed.two):
        changed.kept.approve(by, DIGEST)

    back = keeping(changed, BEFORE)

    assert back.seen().change is not None
    back.approve(changed.one, NodeSet.of(BEFORE).digest)
    with pytest.raises(RegisterConflictError, match="changed since"):
        back.approve(changed.two, DIGEST)
    back.approve(changed.two, NodeSet.of(BEFORE).digest)
    assert back.seen().change is None
    assert changed.kept.seen().approvers == ()  # what was approved before it was replaced counts no more


def test_what_counts_already_cannot_be_approved(changed):
    with pytest.raises(RegisterConflictError, match="count already"):
        keeping(changed, BEFORE).approve(changed.one, NodeSet.of(BEFORE).digest)


def test_acts_about_nodes_name_who_did_them(changed):
    for by in (changed.one, changed.two):
        changed.kept.approve(by, DIGEST)

    with changed.store.reading() as books:
        acts = [(act.kind, act.actor) for act in books.acts.of_register(Register.NODES)]

    assert acts == [
        ("taken", COMMAND),
        ("approved", changed.one),
        ("approved", changed.two),
        ("taken", changed.two),
    ]


@given(days=st.integers(1, 400))
def test_a_registry_that_is_only_renewed_changes_no_nodes(days):
    later = KNOWN.nodes[0].valid_until + timedelta(days=days)

    assert NodeSet.of(moved(valid_until=later)).digest == DIGEST


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://127.0.0.1:1"},
        {"operator": "Somebody else"},
        {"verifying_key": KNOWN.nodes[1].verifying_key},
        {"sealing_key": KNOWN.nodes[1].sealing_key},
        {"tls_certificate": KNOWN.nodes[1].tls_certificate},
        {"peer_address": "127.0.0.1:9"},
    ],
    ids=lambda each: next(iter(each)),
)
def test_whatever_data_go_to_or_answers_come_from_is_part_of_it(changes):
    entry = replace(KNOWN.nodes[0], **changes)

    assert (
        NodeSet({KNOWN.nodes[0].id: entry.to_json()}).digest
        != NodeSet({KNOWN.nodes[0].id: KNOWN.nodes[0].to_json()}).digest
    )
