"""Every promise of the marketplace's offers, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.domain.offer import NodeAnswer, OfferState
from marketplace.services.ports import ArrivedOffer, Store, Supply
from marketplace.storage.store import open_store
from tests.contracts.stores import LATER, add_offers, offer_of
from tests.marketplace.builders import (
    NODE_IDS,
    an_offer,
    consent_id,
)
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def accept(store: Store, *numbers: int) -> None:
    with store.writing() as books:
        for node_id in NODE_IDS:
            books.offers.answer(
                node_id, {consent_id(number): (NodeAnswer.ACCEPTED, None) for number in numbers}
            )


def test_an_offer_comes_back_as_it_was_and_waits_for_its_nodes(store):
    add_offers(store, 1)

    with store.reading() as books:
        assert books.offers.get(consent_id(1)) == an_offer(1)
        assert books.offers.arrival(consent_id(1)) == ("digest", {"n": 1})
        assert books.offers.many([consent_id(1), consent_id(9)]) == {consent_id(1): an_offer(1)}
        assert [side.node_id for side in books.offers.node_sides(consent_id(1))] == list(NODE_IDS)
        assert books.offers.waiting_for("node-b", limit=5) == {consent_id(1): "contribution 1"}
        assert books.offers.arrival(consent_id(9)) is None


def test_contributions_wait_oldest_first_up_to_a_limit(store):
    add_offers(store, 3, 1, 2)

    with store.reading() as books:
        assert list(books.offers.waiting_for("node-a", limit=2)) == [consent_id(3), consent_id(1)]


def test_an_offer_is_active_only_when_all_three_nodes_accepted_it(store):
    add_offers(store, 1)

    states = []
    for node_id in NODE_IDS:
        with store.writing() as books:
            books.offers.answer(node_id, {consent_id(1): (NodeAnswer.ACCEPTED, None)})
        offer = offer_of(store, 1)
        assert offer is not None
        states.append(offer.state)

    assert states == [OfferState.WAITING, OfferState.WAITING, OfferState.ACTIVE]
    with store.reading() as books:
        assert books.offers.waiting_for("node-a", limit=5) == {}


def test_one_refusal_refuses_the_offer_and_is_counted_with_its_reason(store):
    add_offers(store, 1, 2)
    accept(store, 1, 2)
    with store.writing() as books:
        books.offers.answer("node-b", {consent_id(1): (NodeAnswer.REFUSED, "revoked")})

    with store.reading() as books:
        offer = books.offers.get(consent_id(1))
        assert offer is not None
        assert offer.state is OfferState.REFUSED
        assert books.offers.answer_counts()["node-b"] == {NodeAnswer.REFUSED: 1, NodeAnswer.ACCEPTED: 1}
        assert books.offers.refusal_counts() == {"node-b": {"revoked": 1}}
        assert [each.consent_id for each in books.offers.active("exam/1", now=NOW)] == [consent_id(2)]


def test_active_offers_end_with_their_consent_and_belong_to_their_data_set(store):
    add_offers(store, 1)
    accept(store, 1)
    until = an_offer(1).policy.valid_until

    with store.reading() as books:
        assert len(books.offers.active("exam/1", now=until - timedelta(seconds=1))) == 1
        assert books.offers.active("exam/1", now=until) == []
        assert books.offers.active("health/1", now=NOW) == []


def test_the_supply_counts_people_and_their_least_compensation(store):
    add_offers(store, 1, 2, compensation_cents=70)
    add_offers(store, 3, compensation_cents=40)
    with store.writing() as books:  # the same person as number 3, with another consent
        again = replace(an_offer(4, compensation_cents=55), person=an_offer(3).person)
        books.offers.add(ArrivedOffer(again, "contribution 4"))
    accept(store, 1, 2, 3, 4)
    add_offers(store, 5, compensation_cents=1)

    with store.reading() as books:
        assert books.offers.supply(now=NOW) == {"exam/1": Supply(3, 40)}


def test_a_withdrawal_deletes_the_contribution_and_is_to_be_told_to_each_node(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=LATER, log_index=7)

    with store.reading() as books:
        offer = books.offers.get(consent_id(1))
        assert offer == replace(an_offer(1), state=OfferState.WITHDRAWN, withdrawn_at=LATER)
        assert books.offers.withdrawal(consent_id(1)) == ("token", 7)
        assert books.offers.waiting_for("node-a", limit=5) == {}
        assert books.offers.withdrawals_for("node-a", now=LATER, limit=5) == {consent_id(1): "token"}
        assert books.offers.withdrawals_for("node-z", now=LATER, limit=5) == {}


def test_a_deletion_receipt_ends_the_telling_and_the_first_one_stays(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=NOW, log_index=7)
        books.offers.add_deletion_receipt(consent_id(1), "node-a", "first")
        books.offers.add_deletion_receipt(consent_id(1), "node-a", "second")
        books.offers.put_off_withdrawal(consent_id(1), "node-b", until=LATER)
        books.offers.put_off_withdrawal(consent_id(1), "node-a", until=LATER)

    with store.reading() as books:
        assert books.offers.withdrawals_for("node-a", now=LATER, limit=5) == {}
        assert books.offers.withdrawals_for("node-b", now=NOW, limit=5) == {}
        assert books.offers.withdrawals_for("node-b", now=LATER, limit=5) == {consent_id(1): "token"}
        assert books.offers.node_sides(consent_id(1))[0].deletion_receipt == "first"


def test_an_answer_that_comes_after_the_withdrawal_does_not_bring_the_offer_back(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=NOW, log_index=7)
    accept(store, 1)

    offer = offer_of(store, 1)
    assert offer is not None
    assert offer.state is OfferState.WITHDRAWN


def test_privacy_cost_and_runs_are_added_and_taken_back_exactly(store):
    add_offers(store, 1, 2)
    with store.writing() as books:
        books.offers.spend([consent_id(1), consent_id(2)], Decimal("0.3"))
        books.offers.spend([consent_id(1)], Decimal("0.000001"))
        books.offers.spend([consent_id(1)], None)
        books.offers.give_back([consent_id(2)], Decimal("0.3"))

    first, second = offer_of(store, 1), offer_of(store, 2)
    assert first is not None
    assert second is not None
    assert (first.epsilon_spent, first.runs_spent) == (Decimal("0.300001"), 3)
    assert (second.epsilon_spent, second.runs_spent) == (Decimal(0), 0)
