"""What the books of the data space promise, asked of those in memory and of those in SQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from consent.negotiation import NegotiationMove, NegotiationState
from consent.order_terms import OrderTerms
from consent.transfer import TransferMove, TransferState
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.domain.negotiation import Negotiation, Outgoing, TransferProcess
from marketplace.domain.supply import SupplyTerms
from marketplace.services.ports import ArrivedOffer, Store
from marketplace.storage.store import open_store
from tests.marketplace.builders import an_account, an_offer, an_order
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.orders import NOISY
from tests.marketplace.mpc_node.parties import NOW

ACCOUNT, OTHER = an_account(1).account_id, an_account(2).account_id
SUPPLY = SupplyTerms(
    data_set="exam/1",
    least_people=50,
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.UNIVERSITY, RecipientKind.HOSPITAL}),
    statistics=frozenset(StatisticKind),
    from_cents=100,
    to_cents=200,
    fresh_on=date(2026, 3, 1),
)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield _filled(MemoryStore())
        return
    opened = open_store(database_url)
    yield _filled(opened)
    opened.database.close()


def _filled(opened: Store) -> Store:
    with opened.writing() as books:
        for number in (1, 2):
            books.accounts.add(an_account(number))
    return opened


def a_negotiation(number: int = 1, **changes: object) -> Negotiation:
    members: dict[str, object] = {
        "provider_pid": f"urn:uuid:p{number}",
        "account_id": ACCOUNT,
        "consumer_pid": f"urn:uuid:c{number}",
        "callback": "https://buyer.example/dsp",
        "buyer": "handle",
        "state": NegotiationState.REQUESTED,
        "offer_id": "urn:argonauta:offer:exam/1",
        "terms": OrderTerms(NOISY, 5_000),
        "request_digest": "d" * 43,
        "created_at": NOW,
        "until": NOW + timedelta(days=7),
        "due_at": NOW + timedelta(seconds=number),
    }
    return Negotiation(**{**members, **changes})  # type: ignore[arg-type]


def a_transfer(number: int = 1, **changes: object) -> TransferProcess:
    members: dict[str, object] = {
        "provider_pid": f"urn:uuid:t{number}",
        "account_id": ACCOUNT,
        "consumer_pid": f"urn:uuid:c{number}",
        "callback": "https://buyer.example/dsp",
        "agreement_id": "urn:uuid:a",
        "order_id": an_order(1)[0].order_id,
        "state": TransferState.REQUESTED,
        "request_digest": "d" * 43,
        "created_at": NOW,
        "due_at": NOW + timedelta(seconds=number),
    }
    return TransferProcess(**{**members, **changes})  # type: ignore[arg-type]


def test_the_address_of_a_connector_is_replaced_and_forgotten(store):
    with store.writing() as books:
        books.negotiations.register_callback(ACCOUNT, "https://one.example", NOW)
        books.negotiations.register_callback(ACCOUNT, "https://two.example", NOW)
    with store.reading() as books:
        assert books.negotiations.callback_of(ACCOUNT) == "https://two.example"
        assert books.negotiations.callback_of(OTHER) is None

    with store.writing() as books:
        books.negotiations.register_callback(ACCOUNT, None, NOW)

    with store.reading() as books:
        assert books.negotiations.callback_of(ACCOUNT) is None


def test_a_negotiation_is_found_by_each_of_its_names(store):
    agreed = a_negotiation(1, agreement_id="urn:uuid:a")
    with store.writing() as books:
        books.negotiations.add(agreed)
        books.negotiations.add(a_negotiation(2, account_id=OTHER, consumer_pid="urn:uuid:c1"))

    with store.reading() as books:
        assert books.negotiations.get("urn:uuid:p1") == agreed
        assert books.negotiations.get("urn:uuid:p3") is None
        assert books.negotiations.find(ACCOUNT, "urn:uuid:c1") == agreed
        assert books.negotiations.find(OTHER, "urn:uuid:c2") is None
        assert books.negotiations.of_agreement("urn:uuid:a") == agreed
        assert books.negotiations.of_agreement("urn:uuid:b") is None


def test_a_saved_negotiation_is_read_back_with_what_is_about_to_be_said(store):
    said = Outgoing(NegotiationMove.OFFER, "negotiations/c/offers", {"offer": {"@id": "x"}}, 3)
    changed = a_negotiation(1, outgoing=said, reason="why", version=2, due_at=None)
    with store.writing() as books:
        books.negotiations.add(a_negotiation(1))
        books.negotiations.save(changed)

    with store.reading() as books:
        assert books.negotiations.get("urn:uuid:p1") == changed
    silent = replace(changed, outgoing=None)
    with store.writing() as books:
        books.negotiations.save(silent)
    with store.reading() as books:
        assert books.negotiations.get("urn:uuid:p1") == silent


def test_those_that_are_due_come_the_longest_due_first_and_no_more_than_asked_for(store):
    with store.writing() as books:
        for number in (3, 1, 2):
            books.negotiations.add(a_negotiation(number))
        books.negotiations.add(a_negotiation(4, due_at=None))

    with store.reading() as books:
        later = NOW + timedelta(minutes=1)
        due = [each.provider_pid for each in books.negotiations.due(later, limit=2)]
        at_once = books.negotiations.due(NOW, limit=2)
    assert due == ["urn:uuid:p1", "urn:uuid:p2"]
    assert list(at_once) == []


def test_only_what_can_go_on_is_counted(store):
    with store.writing() as books:
        books.negotiations.add(a_negotiation(1))
        books.negotiations.add(a_negotiation(2, state=NegotiationState.FINALIZED))
        books.negotiations.add(a_negotiation(3, state=NegotiationState.TERMINATED))
        books.negotiations.add(a_negotiation(4, account_id=OTHER))

    with store.reading() as books:
        assert books.negotiations.count_open(ACCOUNT) == 1


def test_a_transfer_is_kept_found_counted_and_due(store):
    order, job, parts = an_order(1, people=(1,))
    said = Outgoing(TransferMove.START, "transfers/c/start", {"a": 1})
    changed = a_transfer(1, outgoing=said, version=2, reason="why")
    with store.writing() as books:
        books.offers.add(_arrived())
        books.orders.add(order, job, parts)
        books.transfer_processes.add(a_transfer(1))
        books.transfer_processes.save(changed)
        books.transfer_processes.add(a_transfer(2, state=TransferState.COMPLETED, due_at=None))

    with store.reading() as books:
        book = books.transfer_processes
        assert book.get("urn:uuid:t1") == changed
        assert book.get("urn:uuid:t9") is None
        assert book.find(ACCOUNT, "urn:uuid:c1") == changed
        assert book.find(OTHER, "urn:uuid:c1") is None
        assert book.count_open(ACCOUNT) == 1
        assert list(book.due(NOW + timedelta(minutes=1), limit=9)) == [changed]


def test_the_summed_up_supply_is_replaced_as_a_whole(store):
    with store.reading() as books:
        assert books.supply.summed_up_at() is None
    with store.writing() as books:
        books.supply.replace([replace(SUPPLY, data_set="health/1")], NOW)
        books.supply.replace([SUPPLY], NOW + timedelta(minutes=1))

    with store.reading() as books:
        assert books.supply.all() == {"exam/1": SUPPLY}
        assert books.supply.summed_up_at() == NOW + timedelta(minutes=1)
    with store.writing() as books:
        books.supply.replace([], NOW)
    with store.reading() as books:
        assert books.supply.summed_up_at() is None


def _arrived():

    return ArrivedOffer(an_offer(1), "contribution", "digest")
