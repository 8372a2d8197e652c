"""Sandbox money, and the buyer's statement that adds up to the cent."""

import pytest

from marketplace.domain.account import AccountKind
from marketplace.errors import AmountError, NotAllowedError, TransferConflictError, UnknownAccountError
from tests.marketplace.market import ENOUGH_CENTS, PASSWORD


def lines(market, account) -> list[tuple[str, int]]:
    statement = market.services.read_statement(account.account_id)
    assert sum(line.amount_cents for line in statement.lines) == statement.available_cents
    return [(line.kind, line.amount_cents) for line in statement.lines]


def test_topping_up_twice_with_one_id_adds_once(market):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    for _ in range(2):
        balance = market.services.top_up(account.account_id, transfer_id="t", amount_cents=500)

    assert balance.available_cents == 500
    assert market.services.trial_balance().total_cents == 0


def test_one_id_with_another_amount_is_refused(market):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    market.services.top_up(account.account_id, transfer_id="t", amount_cents=500)

    with pytest.raises(TransferConflictError):
        market.services.top_up(account.account_id, transfer_id="t", amount_cents=501)


def test_two_buyers_may_use_the_same_id(market):
    for email in ("one@example.org", "two@example.org"):
        account = market.services.add_account(email, PASSWORD)
        balance = market.services.top_up(account.account_id, transfer_id="t", amount_cents=500)
        assert balance.available_cents == 500


@pytest.mark.parametrize("amount_cents", [0, -5, 100_000_001])
def test_an_amount_out_of_range_is_refused(market, amount_cents):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    with pytest.raises(AmountError):
        market.services.top_up(account.account_id, transfer_id="t", amount_cents=amount_cents)


@pytest.mark.parametrize("transfer_id", ["", "x" * 101])
def test_an_id_without_form_is_refused(market, transfer_id):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    with pytest.raises(AmountError):
        market.services.top_up(account.account_id, transfer_id=transfer_id, amount_cents=5)


def test_only_a_buyers_account_holds_money(market):
    operator = market.services.add_account("op@example.org", PASSWORD, kind=AccountKind.OPERATOR)
    with pytest.raises(NotAllowedError):
        market.services.top_up(operator.account_id, transfer_id="t", amount_cents=5)
    with pytest.raises(UnknownAccountError):
        market.services.top_up("nobody", transfer_id="t", amount_cents=5)


def test_a_statement_tells_a_hold_then_the_charge_in_its_place_then_what_came_back(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.leave_out = {next(iter(market.nodes.people)): "revoked"}
    placed = market.order(account)

    held = lines(market, account)
    market.drive()
    market.services.confirm_result(account.account_id, placed.order_id)

    assert held == [("hold", -1715), ("top-up", ENOUGH_CENTS)]
    assert lines(market, account) == [("return", 143), ("charge", -1715), ("top-up", ENOUGH_CENTS)]


def test_a_statement_tells_that_the_money_of_a_failed_order_is_back(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.down = {"node-b"}
    market.order(account)
    for _ in range(3):
        market.clock.forward(hours=1)
        market.turn()

    assert lines(market, account)[0] == ("return", 1715)
    assert market.services.read_statement(account.account_id).available_cents == ENOUGH_CENTS


def test_money_held_for_a_job_that_nobody_drives_is_free_again_after_a_while(market):
    market.stock(12)
    account = market.buyer()
    market.order(account)
    market.clock.forward(days=3)

    assert market.duties.expire_holds() == 1
    assert market.duties.expire_holds() == 0
    assert lines(market, account)[0] == ("expired", 1715)


def test_a_hold_that_has_run_out_is_free_on_the_statement_before_and_after_it_is_swept(ordered):
    market, account, _ = ordered
    market.clock.forward(minutes=2 * 24 * 60)

    before = lines(market, account)
    market.duties.expire_holds()

    assert before == lines(market, account)
    assert before[0] == ("expired", -before[1][1])
    statement = market.services.read_statement(account.account_id)
    assert (statement.available_cents, statement.held_cents) == (ENOUGH_CENTS, 0)
