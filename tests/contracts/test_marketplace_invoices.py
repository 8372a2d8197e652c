"""What every `InvoiceBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from marketplace.domain.invoice import Correction, Invoice, Sale, credit_for, invoice_for
from marketplace.domain.vat import Vat
from marketplace.services.ports import Store
from marketplace.storage.invoice_tables import invoices
from marketplace.storage.store import open_store
from tests.marketplace.builders import an_account
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.invoice_fakes import FRENCH, SELLER
from tests.marketplace.mpc_node.parties import NOW

SALE = Sale("account-1", "order-1", "Statistical answer", 12, 1200, 515)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    opened = MemoryStore() if request.param == "memory" else open_store(database_url)
    with opened.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.add(an_account(2))
    yield opened
    if not isinstance(opened, MemoryStore):
        opened.database.close()


def _invoice(number: int, account: int = 1) -> Invoice:
    sale = replace(SALE, purchase_id=f"order-{number}", account_id=f"account-{account}")
    return invoice_for(sale, SELLER, FRENCH, number=number, at=NOW)


def _credit(number: int, of: Invoice) -> Invoice:
    correction = Correction(SELLER, f"credit/{number}", "late", NOW)
    return credit_for(of, Vat(84, 16), correction, number=number)


def test_documents_are_read_back_as_they_were_issued(store):
    first, other = _invoice(1), _invoice(2, account=2)
    credit = _credit(3, first)
    with store.writing() as books:
        for each in (first, other, credit):
            assert books.invoices.next_number() == each.number
            books.invoices.add(each)

    with store.reading() as books:
        assert books.invoices.get(1) == first
        assert books.invoices.get(4) is None
        assert books.invoices.by_source("order-2") == other
        assert books.invoices.by_source("order-9") is None
        assert list(books.invoices.credits_of(1)) == [credit]
        assert list(books.invoices.of_account("account-1", limit=9)) == [credit, first]
        assert list(books.invoices.of_account("account-1", limit=1)) == [credit]
        assert list(books.invoices.all()) == [first, other, credit]


def test_a_number_that_was_not_kept_is_given_again(store):
    with suppress(RuntimeError), store.writing() as books:
        books.invoices.add(_invoice(books.invoices.next_number()))
        raise RuntimeError

    with store.reading() as books:
        assert books.invoices.next_number() == 1


def test_billing_data_are_replaced(store):
    with store.writing() as books:
        books.invoices.set_billing("account-1", FRENCH, NOW)
        books.invoices.set_billing("account-2", replace(FRENCH, vat_id=""), NOW)
    with store.reading() as books:
        assert list(books.invoices.unconfirmed()) == [("account-1", FRENCH)]
        assert books.invoices.billing("account-3") is None

    with store.writing() as books:
        books.invoices.set_billing("account-1", replace(FRENCH, vat_confirmed="somebody"), NOW)

    with store.reading() as books:
        assert books.invoices.billing("account-1") == replace(FRENCH, vat_confirmed="somebody")
        assert list(books.invoices.unconfirmed()) == []


@pytest.mark.parametrize("change", [update(invoices).values(document="{}"), delete(invoices)])
def test_the_database_itself_refuses_to_change_a_document(database_url, change):
    store = open_store(database_url)
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.invoices.add(_invoice(1))

    with pytest.raises(DBAPIError), store.database.writing() as session:
        session.execute(change)

    with store.reading() as books:
        assert books.invoices.get(1) == _invoice(1)
    store.database.close()
