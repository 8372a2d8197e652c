"""What a test of jobs looks at: the state of an order, and whether its money is back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consent.statement import OutputStatement
from crypto.encoding import b64url_encode
from crypto.mpc.output import Output
from marketplace.domain.chart import buyer_available, escrow
from marketplace.domain.job import JobState
from marketplace.errors import ResultNotReadyError
from tests.marketplace.market import ENOUGH_CENTS

TWELVE = 1715


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


Tamper = Callable[[int, OutputStatement, Output], tuple[OutputStatement, Output]]


def altered(liar: int, /, **members: Any) -> Tamper:
    def tamper(own_role: int, statement: OutputStatement, output: Output) -> Any:
        return (replace(statement, **members) if own_role == liar else statement), output

    return tamper


OTHER_DIGEST = b64url_encode(b"\x07" * 32)
