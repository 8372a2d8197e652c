"""What every `EventBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.encoding import Json
from marketplace.domain.event import Event, EventKind
from marketplace.domain.webhook import LEASE, MOST_SHOWN, Delivery, Webhook
from marketplace.services.ports import Store
from marketplace.storage.store import SqlStore, open_store
from tests.contracts.stores import add_order
from tests.marketplace.builders import an_account
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.repeating import an_id

ONE, TWO = "account-1", "account-2"
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    opened: MemoryStore | SqlStore = MemoryStore() if request.param == "memory" else open_store(database_url)
    add_order(opened)
    with opened.writing() as books:
        books.accounts.add(an_account(2))
    yield opened
    if isinstance(opened, SqlStore):
        opened.database.close()


def an_event(number: int, account: str = ONE, later: int = 0) -> Event:
    told: dict[str, Json] = {"order_id": an_id(number), "charged_cents": 17, "culprits": ["node-1"]}
    return Event(account, number, EventKind.ORDER_SETTLED, NOW + later * SECOND, told)


def a_webhook(number: int, account: str = ONE, later: int = 0, **changes) -> Webhook:
    at = NOW + later * SECOND
    url = f"https://buyer.example/{number}"
    made = Webhook(an_id(number), account, "member", url, at, at, b"sealed")
    return replace(made, **changes)


def note_all(store: Store, *events: Event) -> None:
    with store.writing() as books:
        for each in events:
            assert books.events.next_number(each.account_id) == each.number
            books.events.add(each)


def test_nothing_happened_at_first(store):
    with store.reading() as books:
        assert books.events.last_number(ONE) == 0
        assert list(books.events.after(ONE, 0, limit=9)) == []
        assert books.events.webhook("nothing") is None
        assert books.events.next_webhook(NOW) is None
        assert list(books.events.webhooks_of(ONE)) == list(books.events.deliveries_of("nothing")) == []


def test_each_account_has_numbers_and_events_of_its_own(store):
    note_all(store, an_event(1), an_event(2), an_event(1, TWO), an_event(3))

    with store.reading() as books:
        assert list(books.events.after(ONE, 0, limit=2)) == [an_event(1), an_event(2)]
        assert list(books.events.after(ONE, 2, limit=9)) == [an_event(3)]
        assert list(books.events.after(TWO, 0, limit=9)) == [an_event(1, TWO)]
        assert (books.events.last_number(ONE), books.events.last_number(TWO)) == (3, 1)


def test_numbers_go_on_where_events_are_forgotten(store):
    note_all(store, an_event(1), an_event(2, later=1), an_event(1, TWO))
    with store.writing() as books:
        books.events.forget(ONE, until=1)
        books.events.forget(ONE, until=-5)

    with store.reading() as books:
        assert list(books.events.after(ONE, 0, limit=9)) == [an_event(2, later=1)]
    with store.writing() as books:
        assert books.events.forget_before(NOW + SECOND) == 1
        assert books.events.forget_before(NOW + 2 * SECOND) == 1
        assert books.events.forget_before(NOW + 2 * SECOND) == 0
        assert books.events.next_number(ONE) == 3


def test_what_a_broken_transaction_took_is_taken_again(store):
    def die() -> None:
        with store.writing() as books:
            books.events.next_number(ONE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()

    note_all(store, an_event(1))


def test_a_webhook_is_kept_whole(store):
    whole = a_webhook(
        1,
        sealed_before=b"old",
        before_until=NOW,
        sent_until=4,
        attempts=2,
        failure="answered 500",
        tested_at=NOW,
    ).leased("lease", NOW)
    with store.writing() as books:
        books.events.add_webhook(a_webhook(1))
        books.events.add_webhook(a_webhook(2, later=1))
        books.events.save_webhook(whole)

    with store.reading() as books:
        assert books.events.webhook(an_id(1)) == whole
        assert list(books.events.webhooks_of(ONE)) == [a_webhook(2, later=1), whole]
        assert list(books.events.webhooks_of(TWO)) == []


def test_the_webhook_that_is_due_for_longest_comes_first_if_it_has_something_to_send(store):
    with store.writing() as books:
        books.events.add_webhook(a_webhook(1, later=1))
        books.events.add_webhook(a_webhook(2))
        books.events.add_webhook(a_webhook(3, TWO))
    soon = NOW + 5 * SECOND
    with store.reading() as books:
        assert books.events.next_webhook(soon) is None
    note_all(store, an_event(1))

    with store.reading() as books:
        assert books.events.next_webhook(NOW - SECOND) is None
        assert books.events.next_webhook(soon) == a_webhook(2)
    with store.writing() as books:
        books.events.save_webhook(a_webhook(2).leased("lease", soon))
    with store.reading() as books:
        assert books.events.next_webhook(soon) == a_webhook(1, later=1)
        assert books.events.next_webhook(soon + LEASE) == a_webhook(2).leased("lease", soon)
    with store.writing() as books:
        books.events.save_webhook(a_webhook(2).arrived(1, soon))
        books.events.save_webhook(a_webhook(1).ended())
    with store.reading() as books:
        assert books.events.next_webhook(soon + LEASE) is None


def test_the_latest_deliveries_are_kept(store):
    made = [
        Delivery(an_id(1), number, NOW, 1, None if number % 2 else "answered 500")
        for number in range(1, MOST_SHOWN + 4)
    ]
    with store.writing() as books:
        books.events.add_webhook(a_webhook(1))
        for each in made:
            books.events.add_delivery(each)

    with store.reading() as books:
        assert list(books.events.deliveries_of(an_id(1))) == made[:2:-1]
    with store.writing() as books:
        books.events.forget_webhook(an_id(1))
    with store.reading() as books:
        assert list(books.events.deliveries_of(an_id(1))) == []
        assert books.events.webhook(an_id(1)) is None
