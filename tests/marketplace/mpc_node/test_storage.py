"""What a node remembers: the same on every database, sealed where it must be, and never half."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest

from crypto import goldilocks
from crypto.sealing import Vault
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.batch import BATCH
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Incoming,
    Kept,
    Tombstone,
)
from marketplace.mpc_node.storage.notes import NoteStore
from marketplace.mpc_node.storage.share_files import ShareFiles
from marketplace.mpc_node.storage.tables import Base
from ssi.hosting.database import Database, differences, migrate, open_database
from tests.marketplace.mpc_node.stored import (
    NOW,
    contribution,
    put,
    shares,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> ContributionStore:
    """The contributions of a node with an empty folder."""
    return ContributionStore(database, ShareFiles(tmp_path / "shares", Vault(bytes(32))))


def test_the_migrations_make_exactly_the_declared_tables(database: Database):
    assert differences(database.engine, Base.metadata) == []


def test_a_node_that_holds_shares_of_the_earlier_form_is_not_moved(database_url: str, tmp_path: Path):
    earlier = tmp_path / "earlier" / "versions"
    earlier.mkdir(parents=True)
    copy(MIGRATIONS / "versions" / "0001_first_tables.py", earlier)
    opened = open_database(database_url)
    migrate(opened.engine, earlier.parent)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contribution VALUES"
            " ('c-1', 'body', 'handle', '{}', 'shown', 'agreed', 'shares', '2026-03-01')"
        )

    with pytest.raises(RuntimeError, match="new folder"):
        migrate(opened.engine, MIGRATIONS)

    with opened.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT consent_id, shares FROM contribution").one()[0] == "c-1"
    opened.close()


def test_shares_come_out_as_they_went_in(store: ContributionStore):
    put(store, contribution("c-1"), shares(1))
    put(store, contribution("c-2"), shares(100))

    found = store.shares(["c-1", "c-2", "c-3"])

    assert {name: goldilocks.decode(raw, 4).tolist() for name, raw in found.items()} == {
        "c-1": [1, 2, 3, 4],
        "c-2": [100, 101, 102, 103],
    }


def test_more_contributions_than_one_statement_takes_are_found(store: ContributionStore):
    ids = [f"c-{index}" for index in range(BATCH + 7)]
    store.put([Incoming(contribution(each), shares(), lambda token: False) for each in ids], now=NOW)

    assert set(store.find(ids)) == set(ids)
    assert set(store.shares(ids)) == set(ids)


def test_another_body_is_not_taken(store: ContributionStore):

    assert put(store, contribution()) is Kept.STORED
    assert put(store, contribution()) is Kept.SAME
    assert put(store, contribution(body="other")) is Kept.OTHER_BODY


def test_the_first_tombstone_stays_the_only_one(store: ContributionStore):
    put(store, contribution())
    first = Tombstone("c-1", {"kty": "EC"}, NOW, "receipt 1")

    assert store.bury(first) == first
    assert store.bury(replace(first, receipt="receipt 2")) == first
    assert store.withdrawn(["c-1", "c-2"]) == {"c-1"}
    assert put(store, contribution()) is Kept.WITHDRAWN


def test_a_note_that_counts_keeps_its_contribution_out(store: ContributionStore, database: Database):
    notes = NoteStore(database)
    notes.put("c-1", "hers", now=NOW)
    notes.put("c-1", "a stranger's", now=NOW)

    (kept,) = store.put([Incoming(contribution(), shares(), lambda token: token == "hers")], now=NOW)

    assert kept is Kept.WITHDRAWN


def test_nothing_is_noted_about_what_is_here(store: ContributionStore, database: Database):
    notes = NoteStore(database)
    put(store, contribution())

    assert not notes.put("c-1", "hers", now=NOW)


def test_the_oldest_notes_go_first(store: ContributionStore, database: Database):
    notes = NoteStore(database, most=2)
    for minute in range(3):
        notes.put(f"c-{minute}", f"token {minute}", now=NOW + timedelta(minutes=minute))
        notes.put(f"c-{minute}", f"token {minute}", now=NOW + timedelta(minutes=minute))

    kept = [
        store.put([Incoming(contribution(f"c-{each}"), shares(), lambda token: True)], now=NOW)[0]
        for each in range(3)
    ]

    assert kept == [Kept.STORED, Kept.WITHDRAWN, Kept.WITHDRAWN]
