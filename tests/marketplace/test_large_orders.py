"""An order over many people asks the database no more often than one over few."""

from dataclasses import replace

import pytest

from consent.job import roll_pieces
from crypto.encoding import digest_of
from marketplace.domain.offer import NodeAnswer, OfferState
from marketplace.services import start_attempt
from marketplace.services.ports import ArrivedOffer
from marketplace.services.roll import Named, names_on_roll, pieces_on_roll, rows_on_roll
from marketplace.services.start_attempt import StartAttempt
from marketplace.storage.store import SqlStore, open_store
from tests.marketplace.builders import an_offer, consent_id
from tests.marketplace.counted import statements
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import POLICY

FEW, MANY = 30, 300
"""Both are fewer than fit into one statement of the database."""


@pytest.fixture
def store(database_url):
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def stock(store: SqlStore, people: range) -> None:
    """Active offers of so many people, as they are after all nodes have answered."""
    policy = {name: getattr(POLICY, name) for name in POLICY.__dataclass_fields__}
    arrived = [
        ArrivedOffer(
            replace(an_offer(number, **policy), inputs_digest=digest_of(number)), "contribution", "digest", {}
        )
        for number in people
    ]
    with store.writing() as books:
        books.offers.add_all(arrived)
        for node in NAMES:
            books.offers.answer(
                node, {each.offer.consent_id: (NodeAnswer.ACCEPTED, None) for each in arrived}
            )


def counted(market: Market, store: SqlStore, buyer) -> list[int]:
    """The statements of an order over everybody there is, and of the beginning of its attempt."""
    with statements(store.database) as ordering:
        placed = market.order(buyer)
    with store.writing() as books, statements(store.database) as starting:
        order = books.orders.get(placed.order_id)
        assert order is not None
        StartAttempt(market.desk)(books, order, books.orders.job(order.job_id))
    return [len(ordering), len(starting)]


def test_the_number_of_statements_does_not_grow_with_the_people(store):
    market = open_market(store)
    buyer = market.buyer()
    stock(store, range(1, FEW + 1))
    counted(market, store, buyer)  # the first one finds no tiles of the log and no accounts
    few = counted(market, store, buyer)
    stock(store, range(FEW + 1, MANY + 1))
    many = counted(market, store, buyer)

    assert many == few


def test_the_answers_of_a_node_are_kept_in_as_many_statements_as_there_are_different_ones(store):
    stock(store, range(1, MANY + 1))
    verdicts: dict[str, tuple[NodeAnswer, str | None]] = {
        consent_id(number): (NodeAnswer.ACCEPTED, None) for number in range(1, MANY + 1)
    }
    with store.writing() as books, statements(store.database) as alike:
        books.offers.answer(NAMES[0], verdicts)
    verdicts[consent_id(7)] = (NodeAnswer.REFUSED, "bad_shares")
    with store.writing() as books, statements(store.database) as different:
        books.offers.answer(NAMES[0], verdicts)

    assert len(different) - len(alike) == 2  # the other answer, and the other state
    with store.reading() as books:
        assert books.offers.node_sides(consent_id(7))[0].reason == "bad_shares"
        states = {each.consent_id: each.state for each in books.offers.many(verdicts).values()}
    assert states.pop(consent_id(7)) is OfferState.REFUSED
    assert set(states.values()) == {OfferState.ACTIVE}


def test_what_changed_of_an_offer_since_it_was_read_is_read_again(store):
    market = open_market(store)
    stock(store, range(1, FEW + 1))
    now = market.clock()
    with store.reading() as books:
        before = {each.consent_id: each for each in books.offers.active("exam/1", now=now)}
    stock(store, range(FEW + 1, FEW + 3))
    with store.writing() as books:
        books.offers.spend([consent_id(1)], EXACT.epsilon)
        books.offers.withdraw(consent_id(2), withdrawal="said so", at=now, log_index=1)

    with store.reading() as books:
        anew = books.offers.active("exam/1", now=now)
        known = books.offers.active("exam/1", now=now, known=before)
    order = {each.consent_id: each for each in known}
    assert order == {each.consent_id: each for each in anew}
    assert len(known) == len(order) == FEW + 1
    assert order[consent_id(1)].runs_spent == 1
    assert order[consent_id(3)] is before[consent_id(3)]


def test_a_roll_that_is_written_from_the_parts_is_that_of_the_offers(store, monkeypatch):
    monkeypatch.setattr(start_attempt, "MOST_INLINE", FEW - 1)
    market = open_market(store)
    buyer = market.buyer()
    stock(store, range(1, FEW + 2))
    placed = market.order(buyer)
    with store.writing() as books:
        books.offers.withdraw(consent_id(5), withdrawal="said so", at=market.clock(), log_index=1)
    with store.writing() as books:
        order = books.orders.get(placed.order_id)
        assert order is not None
        job = StartAttempt(market.desk)(books, order, books.orders.job(order.job_id))

    with store.reading() as books:
        rows = rows_on_roll(books, job, order.query)
        named = Named.of(rows)
        assert pieces_on_roll(books, order, job) == roll_pieces(named.contributions, named.partners)
        assert names_on_roll(books, job, order.query) == [row.name for row in rows]
    assert len(rows) == FEW
    assert consent_id(5) not in named.contributions
