"""Every promise of the marketplace's accounts, ledger and log, asked of the database and of the fake."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from consent.log import Entry
from crypto.tiles import Tile
from marketplace.domain.account import ApiKey
from marketplace.domain.chart import SANDBOX, buyer_available, escrow
from marketplace.domain.ledger import Balance, EntryKind, Ledger, Transfer
from marketplace.domain.log import Log
from marketplace.domain.scope import Scope
from marketplace.errors import InsufficientFundsError
from marketplace.services.ports import Store
from marketplace.storage.store import SqlStore, open_store
from marketplace.storage.tables import metadata
from ssi.hosting.database import differences
from tests.contracts.stores import LATER, add_order
from tests.marketplace.builders import (
    an_account,
    an_order,
    an_organisation,
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


@pytest.fixture
def sql(database_url) -> Iterator[SqlStore]:
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def test_a_block_left_by_an_error_changes_nothing(store):
    with suppress(RuntimeError), store.writing() as books:
        books.accounts.add(an_account(1))
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, SANDBOX, "x", 5, NOW)])
        Log(books.log).append([Entry.of("offer", NOW, {})])
        raise RuntimeError

    with store.reading() as books:
        assert books.accounts.get("account-1") is None
        assert books.ledger.all_balances() == {}
        assert books.log.size() == 0


def test_an_account_is_found_by_id(store):
    account = an_account(1)
    with store.writing() as books:
        books.accounts.add(account)

    with store.reading() as books:
        assert books.accounts.get(account.account_id) == account
        assert books.accounts.get("nobody") is None


def test_a_later_organisation_replaces_the_earlier_one(store):
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.set_organisation("account-1", an_organisation("Old"))
        books.accounts.set_organisation("account-1", an_organisation("New"))

    with store.reading() as books:
        account = books.accounts.get("account-1")
    assert account is not None
    assert account.organisation == an_organisation("New")


def test_wrong_passwords_are_counted_by_address_and_moment(store):
    with store.writing() as books:
        books.accounts.add_failure("a@example.org", NOW)
        books.accounts.add_failure("a@example.org", LATER)
        books.accounts.add_failure("b@example.org", LATER)

    with store.reading() as books:
        assert books.accounts.failures_since("a@example.org", NOW) == 1
        assert books.accounts.failures_since("a@example.org", NOW - timedelta(seconds=1)) == 2
    with store.writing() as books:
        books.accounts.forget_failures("a@example.org")
        assert books.accounts.failures_since("a@example.org", NOW - timedelta(days=1)) == 0
        assert books.accounts.failures_since("b@example.org", NOW) == 1


def test_an_api_key_keeps_what_it_is_good_for_and_the_last_day_of_its_use(store):
    key = ApiKey("key-1", "account-1", "laptop", NOW, scopes=frozenset({Scope.QUOTES, Scope.RESULTS}))
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.add_api_key(key, "digest")
        books.accounts.note_use_of_api_key("key-1", NOW.date())

    with store.reading() as books:
        assert books.accounts.find_api_key("digest") == replace(key, last_used_on=NOW.date())


def test_api_keys_are_found_by_their_secret_and_end_once(store):
    key = ApiKey("key-1", "account-1", "laptop", NOW)
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.add_api_key(key, "digest")
        books.accounts.revoke_api_key("key-1", NOW)
        books.accounts.revoke_api_key("key-1", LATER)

    with store.reading() as books:
        ended = replace(key, revoked_at=NOW)
        assert books.accounts.find_api_key("digest") == ended
        assert books.accounts.api_keys("account-1") == [ended]
        assert books.accounts.find_api_key("other") is None


def test_transfers_and_balances_come_back_as_recorded(store):
    purse, waiting = buyer_available("b"), escrow("o")
    top_up = Transfer("t", EntryKind.PAYMENT, SANDBOX, purse, 100, NOW)
    hold = Transfer("h", EntryKind.HOLD, purse, waiting, 60, NOW, order_id="o", valid_until=LATER)
    with store.writing() as books:
        ledger = Ledger(books.ledger)
        ledger.record([top_up, hold])
        assert list(books.ledger.open_holds(ended_by=LATER)) == [hold]
        assert list(books.ledger.open_holds(ended_by=NOW)) == []
        ledger.charge("h", transfer_id="c", amount_cents=45, at=NOW)

    with store.reading() as books:
        charge = replace(
            hold, transfer_id="c", kind=EntryKind.CHARGE, amount_cents=45, hold_id="h", valid_until=None
        )
        assert list(books.ledger.all_transfers()) == [top_up, hold, charge]
        assert list(books.ledger.of_account(waiting)) == [hold, charge]
        assert books.ledger.resolutions(["h", "t"]) == {"h": charge}
        assert books.ledger.balances([purse, "nobody"]) == {
            purse: Balance(posted_debits=45, posted_credits=100),
            "nobody": Balance(),
        }
        assert list(books.ledger.open_holds(ended_by=LATER)) == []
        assert Ledger(books.ledger).trial_balance()[waiting].posted_cents == 45


def test_money_that_is_not_there_cannot_be_moved(store):
    with pytest.raises(InsufficientFundsError), store.writing() as books:
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, escrow("o"), "x", 1, NOW)])


def test_log_entries_come_back_until_they_are_erased(store):
    entries = [Entry.of("use", NOW, {"consent_id": f"c{number}", "cents": number}) for number in range(5)]
    with store.writing() as books:
        log = Log(books.log)
        assert list(log.append(entries[:2])) == [0, 1]
        assert list(log.append(entries[2:])) == [2, 3, 4]
        root = log.root(5)
        log.erase(3)

    with store.reading() as books:
        log = Log(books.log)
        assert [log.entry(index) for index in range(6)] == [*entries[:3], None, entries[4], None]
        assert books.log.leaf(3) == entries[3].leaf
        assert books.log.leaf(9) is None
        assert (log.size, log.root(5)) == (5, root)


def test_tiles_are_found_by_their_place_and_never_by_reading_all_of_them(sql):
    """SQLite tells how it would go about it; a scan would make the proofs of a long log slow."""
    wanted = [Tile(0, 5), Tile(0, 9), Tile(1, 0)]
    asked: list[tuple[str, Any]] = []
    engine = sql.database.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by the length of the table")

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "log_tiles" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with sql.reading() as books:
        books.log.tiles(wanted)
    event.remove(engine, "before_cursor_execute", note)

    ((statement, parameters),) = asked
    with sql.database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [str(row.detail) for row in plan if "log_tiles" in str(row.detail)]
    assert steps
    assert all(step.startswith("SEARCH") for step in steps), steps


def test_the_migrated_database_has_exactly_the_declared_tables(sql):
    assert differences(sql.database.engine, metadata) == []


def test_opening_a_second_time_changes_nothing(sql, database_url):
    add_order(sql)

    again = open_store(database_url)

    with again.reading() as books:
        assert books.orders.get(an_order(1)[0].order_id) is not None
    again.database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET amount_cents = 1",
        "DELETE FROM transfers",
        "UPDATE log_tiles SET tile_index = 5",
        "UPDATE log_tiles SET hashes = substr(hashes, 2)",
        "DELETE FROM log_tiles",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written_for_good(sql, statement):
    with sql.writing() as books:
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, SANDBOX, "x", 5, NOW)])
        Log(books.log).append([Entry.of("offer", NOW, {})])

    with pytest.raises(DBAPIError), sql.database.writing() as session:
        session.execute(text(statement))


def test_the_database_itself_refuses_a_guarded_account_below_zero(sql):
    row = "INSERT INTO balances VALUES ('escrow:o', 5, 0, 0, TRUE)"
    with pytest.raises(DBAPIError), sql.database.writing() as session:
        session.execute(text(row))
