"""The buyer's word on an answer: confirmed, disputed with proof, disputed without."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from consent.statement import OutputStatement
from crypto.mpc.output import Output
from crypto.sealing import SealingKey
from marketplace.domain.chart import buyer_available, escrow
from marketplace.domain.job import JobState
from marketplace.errors import DisputeRefusedError, ResultNotReadyError
from tests.marketplace.market import ENOUGH_CENTS, mandate
from tests.marketplace.mpc_node.orders import RESULT_KEYS, buyer_credential

TWELVE = 1715


def lying(liar: int) -> Any:
    """A role that seals another copy of its neighbour's summand than it signed."""

    def tamper(role: int, statement: OutputStatement, output: Output) -> Any:
        if role != liar:
            return statement, output
        held = replace(output.held, values=output.held.values + np.uint64(1))
        return statement, Output(output.own, held)

    return tamper


def shown(role: int) -> bytes:
    return RESULT_KEYS[role].to_bytes()


@pytest.fixture
def released(market):
    market.stock(12)
    account = market.buyer()
    return market, account, market.released(account)


def test_confirming_twice_pays_once(released):
    market, account, order = released
    first = market.services.confirm_result(account.account_id, order.order_id)
    again = market.services.confirm_result(account.account_id, order.order_id)

    assert first == again
    assert (first.state, first.charged_cents) == (JobState.SETTLED, TWELVE)
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS - TWELVE


def test_there_is_nothing_to_confirm_or_dispute_before_the_release(market):
    market.stock(12)
    account = market.buyer()
    placed = market.order(account)

    with pytest.raises(ResultNotReadyError):
        market.services.confirm_result(account.account_id, placed.order_id)
    with pytest.raises(ResultNotReadyError):
        market.services.dispute_result(account.account_id, placed.order_id, role=0, private_key=shown(0))


@pytest.mark.parametrize("liar", [0, 1, 2])
def test_a_node_that_sealed_something_else_than_it_signed_is_proven_and_the_order_refunded(any_market, liar):
    any_market.stock(12)
    account = any_market.buyer()
    any_market.nodes.tamper = lying(liar)
    order = any_market.released(account)
    outcome = any_market.services.dispute_result(
        account.account_id, order.order_id, role=liar, private_key=shown(liar)
    )

    ended = any_market.services.read_order(account.account_id, order.order_id)
    name = ("node-a", "node-b", "node-c")[liar]
    assert (outcome.proven, outcome.node) == (True, name)
    assert (ended.state, ended.culprits, ended.disputed) == (JobState.REFUNDED, (name,), outcome)
    assert any_market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS
    assert any_market.balance(escrow(order.order_id)) == 0
    assert any_market.services.trial_balance().total_cents == 0
    with pytest.raises(ResultNotReadyError):
        any_market.services.fetch_result(account.account_id, order.order_id)
    with pytest.raises(ResultNotReadyError):
        any_market.services.confirm_result(account.account_id, order.order_id)


def test_a_node_that_sealed_to_somebody_elses_key_is_proven(released, monkeypatch):
    market, account, _ = released
    honest = market.nodes._sealed

    def seal_elsewhere(manifest: Any, role: int, output: Output) -> bytes:
        return bytes(200) if role == 1 else bytes(honest(manifest, role, output))

    monkeypatch.setattr(market.nodes, "_sealed", seal_elsewhere)
    order = market.released(account)
    outcome = market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))

    assert (outcome.proven, outcome.node) == (True, "node-b")
    assert "somebody else's key" in outcome.reason


def test_a_dispute_about_an_honest_node_is_unfounded_and_the_answer_stays(released):
    market, account, order = released
    outcome = market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))

    assert not outcome.proven
    assert outcome.reason == "node-b sealed exactly what it signed"
    assert market.services.read_order(account.account_id, order.order_id).state is JobState.RELEASED
    settled = market.services.confirm_result(account.account_id, order.order_id)
    assert settled.charged_cents == TWELVE


def test_an_order_is_looked_into_once(released):
    market, account, order = released
    first = market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))

    again = market.services.dispute_result(account.account_id, order.order_id, role=2, private_key=shown(2))

    assert again == first


def test_keys_of_two_roles_of_one_mandate_are_never_looked_at(released):
    market, account, order = released
    market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))
    second = market.released(account)

    with pytest.raises(DisputeRefusedError):
        market.services.dispute_result(account.account_id, second.order_id, role=2, private_key=shown(2))
    outcome = market.services.dispute_result(
        account.account_id, second.order_id, role=1, private_key=shown(1)
    )
    assert not outcome.proven


def test_a_fresh_mandate_makes_another_role_possible(released):
    market, account, order = released
    market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))
    fresh = [SealingKey.generate() for _ in range(3)]
    market.services.register_organisation(
        account.account_id, credential=buyer_credential(), mandate=mandate(fresh)
    )
    second = market.released(account)
    outcome = market.services.dispute_result(
        account.account_id, second.order_id, role=2, private_key=fresh[2].to_bytes()
    )

    assert not outcome.proven


@pytest.mark.parametrize(
    ("role", "key"),
    [
        (0, RESULT_KEYS[1].to_bytes()),
        (1, SealingKey.generate().to_bytes()),
        (0, b"short"),
        (3, shown(0)),
        (-1, shown(2)),
    ],
    ids=["of another role", "of nobody", "no key", "of no role", "of a negative role"],
)
def test_a_key_that_the_mandate_does_not_name_is_refused(released, role, key):
    market, account, order = released
    with pytest.raises(DisputeRefusedError):
        market.services.dispute_result(account.account_id, order.order_id, role=role, private_key=key)


def test_a_dispute_after_the_window_or_the_settlement_is_too_late(released):
    market, account, order = released
    market.clock.forward(days=3)
    with pytest.raises(DisputeRefusedError):
        market.services.dispute_result(account.account_id, order.order_id, role=0, private_key=shown(0))
    market.drive()
    with pytest.raises(DisputeRefusedError):
        market.services.dispute_result(account.account_id, order.order_id, role=0, private_key=shown(0))


def test_the_marketplace_keeps_no_key_that_was_shown(released):
    market, account, order = released
    market.services.dispute_result(account.account_id, order.order_id, role=1, private_key=shown(1))

    kept = repr(vars(market.store.books.orders)) + repr(vars(market.store.books.log))
    assert shown(1).hex() not in kept
    assert repr(shown(1)) not in kept
