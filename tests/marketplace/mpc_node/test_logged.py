"""Which withdrawals are to stand in the log, and where they do, is kept on every database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.logged import (
    MOST_CONTRADICTIONS,
    AwaitedWithdrawal,
    LoggedWithdrawals,
    Span,
    await_withdrawal,
)
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.parties import NOW

MINUTE = timedelta(minutes=1)
OPEN = Span(NOW - 10 * MINUTE, NOW + MINUTE)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


def expect(database: Database, *minutes: int) -> None:
    """Withdrawals that came so many minutes from now, each of the consent of that name."""
    for each in minutes:
        with database.writing() as session:
            await_withdrawal(session, f"c{each}", f"token {each}", now=NOW + each * MINUTE)


def test_what_came_is_awaited_from_the_oldest_on_until_it_is_shown(database: Database):
    store = LoggedWithdrawals(database)
    expect(database, -1, -3, -2)

    assert store.put("c-3", 7, {"entry": 1})
    assert store.put("c-3", 8, {"entry": 2})
    assert not store.put("c-9", 8, {})

    assert [each.consent_id for each in store.awaited(limit=5)] == ["c-2", "c-1"]
    assert store.awaited(limit=1) == (AwaitedWithdrawal("c-2", "token -2", NOW - 2 * MINUTE),)
    assert (store.before(7), store.before(8)) == ({}, {"c-3": 7})


def test_the_first_withdrawal_of_a_consent_is_the_one_that_is_awaited(database: Database):
    expect(database, -1)
    with database.writing() as session:
        await_withdrawal(session, "c-1", "another", now=NOW)

    assert LoggedWithdrawals(database).awaited(limit=5) == (
        AwaitedWithdrawal("c-1", "token -1", NOW - MINUTE),
    )


def test_overdue_is_what_came_too_long_ago_or_in_a_future_that_a_clock_cannot_explain(database: Database):
    store = LoggedWithdrawals(database)
    expect(database, -11, -10, 0, 1, 2)

    assert [each.consent_id for each in store.overdue(OPEN, limit=9)] == ["c-11", "c2"]
    assert store.counts(OPEN) == (5, 2)
    store.put("c-11", 1, {})
    assert store.counts(OPEN) == (4, 1)


def test_a_contradiction_is_kept_once_beside_what_it_contradicts(database: Database):
    store = LoggedWithdrawals(database)
    expect(database, -1)
    store.put("c-1", 1, {"entry": "hers"})
    for _ in range(2):
        store.keep_contradiction("manifest", "digest", "c-1", now=NOW)

    assert store.contradictions() == [{"manifest": "manifest", "withdrawal": {"entry": "hers"}}]


def test_no_more_contradictions_are_kept_than_anybody_needs(database: Database):
    store = LoggedWithdrawals(database)
    expect(database, -1)
    store.put("c-1", 1, {})
    for number in range(MOST_CONTRADICTIONS + 2):
        store.keep_contradiction("manifest", f"digest {number}", "c-1", now=NOW)

    assert len(store.contradictions()) == MOST_CONTRADICTIONS
