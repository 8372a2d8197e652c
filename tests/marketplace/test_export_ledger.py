"""The books for an auditor: `bean-check` accepts them, and its sums are ours."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from beancount import loader
from beancount.core import realization
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.beancount import account_of, beancount, csv_lines
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.errors import LedgerCorruptError
from marketplace.services.export_ledger import LedgerFormat
from tests.marketplace.fake_ledger import MemoryLedgerBook
from tests.marketplace.invoice_fakes import SELLER
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.test_invoices import settled


@pytest.fixture(scope="module")
def busy() -> Market:
    """A market with an answer that was paid, one that is held, and a hold that ran out."""
    market = open_market(seller=SELLER)
    account_id, invoice = settled(market)
    market.services.invoices.credit(invoice.number, credit_id="one", fee_cents=10, reason="late")
    market.order(market.services.get_account(account_id), order_id=str(UUID(int=7)))
    market.clock.forward(days=3)
    market.duties.expire_holds()
    return market


def written(market: Market, form: LedgerFormat, path: Path) -> Path:
    path.write_text("".join(f"{line}\n" for line in market.services.export_ledger(form)))
    return path


def test_bean_check_accepts_the_books_and_finds_every_balance_as_it_is_here(busy, tmp_path):
    path = written(busy, LedgerFormat.BEANCOUNT, tmp_path / "books.beancount")

    entries, errors, _ = loader.load_file(str(path))

    assert errors == []
    tree = realization.realize(entries)
    theirs = {
        leaf.account: leaf.balance.get_currency_units("EUR").number
        for leaf in realization.iter_children(tree, leaf_only=True)
    }
    ours = {
        account_of(each.account): -Decimal(each.posted_cents) / 100
        for each in busy.services.trial_balance().accounts
        if each.posted_cents
    }
    assert {name: number for name, number in theirs.items() if number} == ours
    assert sum(theirs.values()) == 0
    assert len(ours) > 10


def test_a_balance_that_is_a_cent_off_is_found_by_bean_check(busy, tmp_path):
    path = written(busy, LedgerFormat.BEANCOUNT, tmp_path / "books.beancount")
    lines = path.read_text().splitlines()
    number = next(index for index, line in enumerate(lines) if " balance " in line and " 0.00 ~" not in line)
    head, _, tail = lines[number].partition(" ~ ")
    start, _, rest = head.rpartition(".")
    lines[number] = f"{start}.{(int(rest) + 1) % 100:02} ~ {tail}"
    path.write_text("\n".join(lines) + "\n")

    _, errors, _ = loader.load_file(str(path))

    assert len(errors) == 1


def test_every_transfer_is_a_line_of_the_table(busy, tmp_path):
    path = written(busy, LedgerFormat.CSV, tmp_path / "books.csv")

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    with busy.store.reading() as books:
        transfers = list(books.ledger.all_transfers())
    assert [row["transfer_id"] for row in rows] == [each.transfer_id for each in transfers]
    assert sum(int(row["amount_cents"]) for row in rows) == sum(each.amount_cents for each in transfers)
    assert {row["kind"] for row in rows} == {kind.value for kind in (*EntryKind,)} - {"void"}
    assert {row["currency"] for row in rows} == {"EUR"}


def test_books_that_do_not_add_up_are_not_exported(tmp_path):
    market = open_market()
    market.buyer()
    with market.store.writing() as books:
        assert isinstance(books.ledger, MemoryLedgerBook)
        books.ledger.kept.clear()

    with pytest.raises(LedgerCorruptError):
        list(market.services.export_ledger(LedgerFormat.CSV))


NAMES = st.text(min_size=1, max_size=20).filter(lambda text: "\x00" not in text)


@given(st.lists(st.tuples(NAMES, NAMES, st.integers(1, 10**9)), min_size=1, max_size=5))
def test_names_of_any_letters_are_written_so_that_bean_check_reads_them(moves):
    book = MemoryLedgerBook()
    ledger = Ledger(book)
    for number, (one, other, cents) in enumerate(moves):
        entry = Transfer(
            f'id "{number}" \\ {one}', EntryKind.PAYMENT, f"external:{one}", f"buyer:{other}", cents, NOW
        )
        ledger.record([entry])

    text = "\n".join(beancount(book.all_transfers(), ledger.trial_balance()))
    _, errors, _ = loader.load_string(text)

    assert errors == []


@given(st.sets(NAMES, min_size=2, max_size=6))
def test_two_accounts_never_share_a_name(names):
    assert len({account_of(f"buyer:{name}") for name in names}) == len(names)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_table_takes_no_name_for_a_formula(name):
    entry = Transfer(name, EntryKind.PAYMENT, "external:a", "buyer:b", 1, NOW + timedelta(1))

    assert list(csv_lines([entry]))[1].split(",")[1].lstrip('"').startswith("'")
