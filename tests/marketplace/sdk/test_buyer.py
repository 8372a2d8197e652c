"""A buyer's program against a marketplace on loopback: from the credential to the answer, or the refund."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from consent.statement import OutputStatement
from crypto.mpc.output import Output
from marketplace.api.app import create_api_app
from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.sdk.buyer import Buyer, Progress
from marketplace.sdk.errors import LyingNodeError, OrderFailedError, StillRunningError
from marketplace.sdk.keys import BuyerKeys
from ssi.errors import RegistryError, UntrustedIssuerError
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, NOISY, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ISSUER, ed25519
from tests.serving import serving

KEYS = BuyerKeys(BUYER_KEY, RESULT_KEYS)
TWELVE = 1715


@pytest.fixture
def account(market: Market) -> str:
    market.stock(12)
    account = market.services.add_account("buyer@example.org", PASSWORD)
    market.services.top_up(account.account_id, transfer_id="t", amount_cents=100_000)
    return account.account_id


@pytest.fixture
def buyer(market: Market, account: str) -> Iterator[Buyer]:
    secret = market.services.make_api_key(account, "tests").secret
    with serving(create_api_app(market.services)) as url:
        connected = Buyer.connect(url, secret, KEYS, ed25519("authority").public)

        def pause(seconds: float) -> None:
            market.turn()

        yield replace(connected, clock=market.clock, pause=pause)
        connected.client.close()


@pytest.fixture
def registered(buyer: Buyer) -> Buyer:
    buyer.register(buyer_credential())
    return buyer


def test_a_program_buys_an_answer(registered, market, account):
    quote = registered.quote(EXACT)
    placed = registered.order(EXACT, accept_cents=quote.price_cents)
    told: list[Progress] = []
    registered.wait(placed, tell=told.append)
    result = registered.collect(placed)

    assert (quote.price_cents, quote.people) == (TWELVE, "fewer than 50")
    assert [each.noise_sd for each in quote.expected_errors] == [0.0, 0.0, 0.0]
    assert [each.state for each in told] == ["queued", "released"]
    assert told[0].label == "Waiting for the nodes"
    assert result.answer.rows[0].estimates[0].value == 12
    assert market.services.read_order(account, placed.order_id).state is JobState.SETTLED


def test_an_order_that_is_sent_twice_is_bought_once(registered, market, account):
    first = registered.order(EXACT, accept_cents=TWELVE)
    again = registered.order(EXACT, accept_cents=TWELVE, order_id=first.order_id)

    assert first == again
    assert market.services.read_statement(account).held_cents == TWELVE


def test_a_buyer_who_is_not_registered_is_told_so(buyer):
    with pytest.raises(RefusedByPeerError, match="register your organisation"):
        buyer.quote(EXACT)


def test_a_bad_credential_is_found_before_it_is_sent(buyer):
    with pytest.raises(UntrustedIssuerError):
        buyer.register(buyer_credential(signer=ISSUER))


def test_a_registry_of_another_authority_is_not_believed(buyer):
    with pytest.raises(RegistryError):
        replace(buyer, authority=ed25519("somebody").public).registry()


def test_waiting_for_a_job_that_fails_tells_who_is_to_blame(registered, market):
    placed = registered.order(EXACT, accept_cents=TWELVE)
    market.nodes.says = {
        "node-a": NodeJobStatus("FAILED", 1, "peer_violation", ("node-c",)),
        "node-b": NodeJobStatus("FAILED", 1, "peer_violation", ("node-c",)),
    }

    with pytest.raises(OrderFailedError) as raised:
        registered.wait(placed)
    assert raised.value.culprits == ("node-c",)


def test_waiting_ends_when_the_caller_has_no_more_time(registered, market):
    placed = registered.order(EXACT, accept_cents=TWELVE)
    market.nodes.down = {"node-a"}

    with pytest.raises(StillRunningError):
        registered.wait(placed, seconds=3)


def lie(role: int, statement: OutputStatement, output: Output) -> Any:
    if role != 1:
        return statement, output
    return statement, Output(replace(output.own, values=output.own.values + np.uint64(1)), output.held)


def test_a_node_that_lied_is_disputed_named_and_the_money_is_back(registered, market, account):
    market.nodes.tamper = lie
    placed = registered.order(EXACT, accept_cents=TWELVE)
    registered.wait(placed)

    with pytest.raises(OrderFailedError) as raised:
        registered.collect(placed)
    assert raised.value.culprits == ("node-b",)
    assert market.services.read_statement(account).available_cents == 100_000
    assert market.services.read_order(account, placed.order_id).state is JobState.REFUNDED


def test_an_accusation_that_the_marketplace_does_not_share_confirms_nothing(registered, market, account):
    placed = registered.order(EXACT, accept_cents=TWELVE)
    registered.wait(placed)
    own_keys = BuyerKeys(BUYER_KEY, (RESULT_KEYS[0], KEYS.renewed().result_keys[1], RESULT_KEYS[2]))

    with pytest.raises(RefusedByPeerError, match="not the one that the mandate names"):
        replace(registered, keys=own_keys).collect(placed)
    assert market.services.read_order(account, placed.order_id).state is JobState.RELEASED


def test_opening_alone_confirms_nothing(registered, market, account):
    placed = registered.order(EXACT, accept_cents=TWELVE)
    registered.wait(placed)
    registered.open_result(placed)

    assert market.services.read_order(account, placed.order_id).state is JobState.RELEASED


def test_a_noisy_quote_tells_its_errors(registered):
    quote = registered.quote(replace(NOISY, epsilon=Decimal("0.5")))

    assert quote.expected_errors[0].label == "number of people"
    assert quote.expected_errors[0].noise_sd is not None
    assert quote.expected_errors[0].noise_sd > 0


def test_an_unfounded_dispute_is_answered_and_the_answer_stays(registered):
    placed = registered.order(EXACT, accept_cents=TWELVE)
    registered.wait(placed)
    verdict = registered.dispute(placed, role=2)

    assert (verdict.proven, verdict.node) == (False, "node-c")
    assert registered.collect(placed).people == 12


def test_no_key_is_shown_in_a_repr(registered):
    assert "Bearer" not in repr(registered)
    assert LyingNodeError("x", node="n", role=0).culprits == ("n",)
