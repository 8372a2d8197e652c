"""People pause their offers and go on: no quote, order or answer includes them meanwhile, nodes are told."""

from collections.abc import Mapping

import pytest

from consent.errors import OvertakenError
from consent.pause import PauseStatement, sign_pause, verify_pause
from crypto.errors import MalformedError
from marketplace.api.app import create_api_app
from marketplace.domain.chart import buyer_available, subject_earned
from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.errors import (
    ContributionRefusedError,
    OfferConflictError,
    TooFewPeopleError,
    UnknownOfferError,
)
from ssi.http.errors import PeerError
from tests.marketplace.market import ENOUGH_CENTS, Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NAMES, NOW
from tests.marketplace.mpc_node.people import contribution_of, person, withdrawal_of

ANNA = person(1)


def word_of(number: int, *, paused: bool = True, sequence: int = 1) -> str:
    someone = person(number)
    return sign_pause(PauseStatement(someone.consent_id, paused, sequence, NOW), someone.key)


def pause(market: Market, *numbers: int) -> None:
    for number in numbers:
        market.services.pause_offer(word_of(number))


def due(market: Market, node: str = "node-a") -> Mapping[str, str]:
    with market.store.reading() as books:
        return books.offers.pauses_for(node, now=market.desk.now(), limit=10)


def test_a_paused_offer_is_not_quoted_and_after_going_on_it_is(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    answer = any_market.services.pause_offer(word_of(1))
    paused = any_market.services.make_quote(account.account_id, EXACT).price.gross_cents
    any_market.services.pause_offer(word_of(1, paused=False, sequence=2))

    going = any_market.services.make_quote(account.account_id, EXACT).price.gross_cents

    assert answer == {"consent_id": ANNA.consent_id, "paused": True, "sequence": 1}
    assert (paused, going) == (1572, 1715)


def test_the_catalogue_counts_nobody_who_paused(any_market):
    any_market.stock(2)
    pause(any_market, 1, 2)

    with any_market.store.reading() as books:
        assert books.offers.supply(now=NOW) == {}
        assert books.offers.active("exam/1", now=NOW) == []


def test_too_many_pauses_leave_too_few_people_for_an_order(market):
    market.stock(11)
    account = market.buyer()
    pause(market, 1, 2, 3)

    with pytest.raises(TooFewPeopleError):
        market.order(account)


def test_somebody_who_pauses_after_the_order_is_not_in_the_manifest_and_not_paid_for(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    placed = any_market.order(account)
    pause(any_market, 1)

    any_market.drive()

    order = any_market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.admitted) == (JobState.RELEASED, 11)
    settled = any_market.services.confirm_result(account.account_id, placed.order_id)
    assert (settled.charged_cents, settled.returned_cents) == (1572, 143)
    assert any_market.balance(subject_earned(ANNA.consent_id)) == 0


def test_somebody_who_pauses_while_it_is_computed_is_in_no_answer(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    placed = any_market.order(account)
    any_market.nodes.says = {node: NodeJobStatus("COMPUTING", 1) for node in NAMES}
    any_market.turn()
    any_market.turn()
    pause(any_market, 1)
    any_market.nodes.says.clear()

    any_market.drive()

    order = any_market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt, order.admitted) == (JobState.RELEASED, 2, 11)


def test_a_node_that_says_somebody_paused_has_the_job_tried_again(market):
    market.stock(12)
    account = market.buyer()
    placed = market.order(account)
    market.nodes.says = {"node-a": NodeJobStatus("FAILED", 1, "paused_during_computation")}
    market.turn()
    market.turn()
    market.nodes.says.clear()

    market.drive()

    order = market.services.read_order(account.account_id, placed.order_id)
    assert (order.state, order.attempt) == (JobState.RELEASED, 2)
    assert any("a person paused" in event.note for event in order.events)


def test_too_many_pauses_before_the_attempt_give_the_money_back(market):
    market.stock(12)
    account = market.buyer()
    placed = market.order(account)
    pause(market, 1, 2, 3)

    market.drive()

    assert market.services.read_order(account.account_id, placed.order_id).state is JobState.REFUNDED
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS


def test_what_she_earned_before_stays_hers(market):
    market.stock(12)
    account = market.buyer()
    placed = market.released(account)
    market.services.confirm_result(account.account_id, placed.order_id)

    pause(market, 1)

    assert market.balance(subject_earned(ANNA.consent_id)) == 100


def test_a_pause_that_somebody_else_signed_is_refused(any_market):
    any_market.stock(2)
    forged = sign_pause(PauseStatement(ANNA.consent_id, True, 1, NOW), person(2).key)

    with pytest.raises(ContributionRefusedError):
        any_market.services.pause_offer(forged)
    assert due(any_market) == {}


def test_a_withdrawal_is_no_pause_and_a_pause_no_withdrawal(market):
    market.stock(1)

    with pytest.raises(ContributionRefusedError):
        market.services.pause_offer(withdrawal_of(ANNA))
    with pytest.raises(ContributionRefusedError):
        market.services.withdraw_offer(word_of(1))


def test_an_earlier_word_is_not_heard_over_a_later_one(any_market):
    any_market.stock(1)
    any_market.services.pause_offer(word_of(1, sequence=5))

    with pytest.raises(OvertakenError):
        any_market.services.pause_offer(word_of(1, paused=False, sequence=4))
    with pytest.raises(OvertakenError):
        any_market.services.pause_offer(word_of(1, paused=False, sequence=5))
    assert any_market.services.pause_offer(word_of(1, sequence=5))["paused"] is True


def test_an_unknown_consent_and_what_is_no_token_are_refused(market):
    with pytest.raises(UnknownOfferError):
        market.services.pause_offer(word_of(1))
    with pytest.raises(MalformedError):
        market.services.pause_offer("a.b.c")


def test_a_paused_offer_can_be_withdrawn_and_is_not_paused_afterwards(any_market):
    any_market.stock(1)
    pause(any_market, 1)

    any_market.services.withdraw_offer(withdrawal_of(ANNA))

    assert due(any_market) == {}
    with pytest.raises(OfferConflictError):
        any_market.services.pause_offer(word_of(1, paused=False, sequence=2))


def test_an_offer_that_nodes_have_not_accepted_yet_can_be_paused(any_market):
    any_market.supply([ANNA])
    pause(any_market, 1)

    any_market.forward()

    with any_market.store.reading() as books:
        assert not books.offers.many([ANNA.consent_id])[ANNA.consent_id].may_be_used


def test_each_node_is_told_once_of_each_change(any_market):
    any_market.stock(1)
    pause(any_market, 1)

    counts = [any_market.duties.relay_pauses(node) for node in NAMES * 2]

    any_market.services.pause_offer(word_of(1, paused=False, sequence=2))
    again = [any_market.duties.relay_pauses(node) for node in NAMES]
    assert (counts, again) == ([1, 1, 1, 0, 0, 0], [1, 1, 1])
    told = [verify_pause(each, ANNA.key.public) for each in any_market.nodes.paused["node-b"]]
    assert [(each.paused, each.sequence) for each in told] == [(True, 1), (False, 2)]


def test_a_node_that_is_down_is_told_when_it_returns(any_market):
    any_market.stock(1)
    pause(any_market, 1)
    any_market.nodes.down = {"node-a"}

    with pytest.raises(PeerError):
        any_market.duties.relay_pauses("node-a")
    any_market.nodes.down = set()

    assert any_market.duties.relay_pauses("node-a") == 1


def test_a_node_that_does_not_know_her_is_told_again_later_and_one_that_knows_better_is_not(any_market):
    any_market.stock(1)
    pause(any_market, 1)
    any_market.nodes.refuse_pause = {"node-a": 404, "node-b": 409}

    counts = [any_market.duties.relay_pauses(node) for node in ("node-a", "node-a", "node-b", "node-b")]

    any_market.clock.forward(minutes=6)
    any_market.nodes.refuse_pause = {}
    assert counts == [0, 0, 1, 0]
    assert [any_market.duties.relay_pauses(node) for node in ("node-a", "node-b")] == [1, 0]


def test_a_change_while_a_node_is_told_is_told_as_well(any_market):
    any_market.stock(1)
    first, second = word_of(1), word_of(1, paused=False, sequence=2)
    any_market.services.pause_offer(first)
    any_market.services.pause_offer(second)

    with any_market.store.writing() as books:
        books.offers.pause_told(ANNA.consent_id, "node-a", first)

    assert due(any_market) == {ANNA.consent_id: second}


def test_the_endpoint_stands_beside_that_for_withdrawals(market):
    market.services.accept_offer(contribution_of(ANNA).to_json())
    client = create_api_app(market.services).test_client()

    answers = [
        client.post("/api/v1/pauses", json={"pause": token})
        for token in (word_of(1, sequence=3), word_of(1, paused=False, sequence=2), "a.b.c", word_of(2))
    ]

    assert [each.status_code for each in answers] == [200, 409, 400, 404]
    assert answers[0].get_json()["paused"] is True
