"""What a witness cosigned last is kept on every database, and goes forward only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.witnessed import REMEMBERED, WitnessedLog, WitnessStore
from ssi.hosting import database as hosting
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.parties import NOW

FIRST, NEXT = WitnessedLog(3, b"3" * 32, "three"), WitnessedLog(5, b"5" * 32, "five")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


def test_each_log_has_its_own_last_state(database: Database):
    store = WitnessStore(database)
    store.advance("one", lambda last: FIRST)
    store.advance("one", lambda last: NEXT if last == FIRST else FIRST)
    store.advance("two", lambda last: FIRST if last is None else NEXT)

    again = WitnessStore(database)
    assert (again.last("one"), again.last("two"), again.last("three")) == (NEXT, FIRST, None)


def test_a_refused_step_leaves_the_last_state_as_it_is(database: Database):
    store = WitnessStore(database)
    store.advance("one", lambda last: FIRST)

    def refuse(_last: WitnessedLog | None) -> WitnessedLog:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.advance("one", refuse)

    assert store.last("one") == FIRST


def cosigned(size: int, at: datetime) -> WitnessedLog:
    return WitnessedLog(size, bytes((size,)) * 32, f"note {size}", at)


def see(store: WitnessStore, size: int, at: datetime) -> None:
    store.advance("one", lambda last: cosigned(size, at))


def test_what_was_known_at_a_moment_is_remembered(database: Database):
    store = WitnessStore(database)
    for minute, size in ((0, 3), (1, 3), (2, 5), (30, 9)):
        see(store, size, NOW + timedelta(minutes=minute))

    known = [store.size_at("one", NOW + timedelta(minutes=minute)) for minute in (-1, 0, 1, 2, 29, 30, 999)]
    assert known == [0, 3, 3, 5, 5, 9, 9]
    assert [store.root_at("one", size) for size in (3, 5, 9)] == [bytes((size,)) * 32 for size in (3, 5, 9)]
    assert (store.root_at("one", 4), store.root_at("two", 3), store.size_at("two", NOW)) == (None, None, 0)
    assert store.last("one") == cosigned(9, NOW + timedelta(minutes=30))


def test_states_of_long_ago_are_forgotten_but_for_the_newest_of_them(database: Database):
    store = WitnessStore(database)
    moments = [NOW, NOW + timedelta(minutes=1), NOW + REMEMBERED + timedelta(minutes=2)]
    for size, at in enumerate(moments, 1):
        see(store, size, at)

    assert [store.root_at("one", size) is None for size in (1, 2, 3)] == [True, False, False]
    assert store.size_at("one", moments[2] - timedelta(minutes=1)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE witnessed_log SET size = 2",
        "UPDATE witnessed_log SET root = substr(root, 2)",
        "UPDATE witnessed_log SET origin = 'other'",
        "DELETE FROM witnessed_log",
    ],
)
def test_the_database_itself_does_not_let_a_witness_be_rolled_back(database: Database, statement):
    store = WitnessStore(database)
    store.advance("one", lambda last: FIRST)

    with pytest.raises(DBAPIError), database.writing() as session:
        session.execute(text(statement))

    assert store.last("one") == FIRST


@pytest.mark.usefixtures("as_in_production")
def test_what_a_version_before_cosigned_is_kept_and_counts_as_stale(database: Database):
    """Down to 0009, which noted no moment, and up again."""
    see(WitnessStore(database), 3, NOW)
    config = Config()
    config.set_main_option("script_location", str(Path(hosting.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with database.engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": hosting.VERSION_TABLE}
        command.downgrade(config, "0009")
    migrate(database.engine, MIGRATIONS)

    store = WitnessStore(database)
    before = store.last("one")
    see(store, 3, NOW)

    assert before == replace(cosigned(3, NOW), cosigned_at=None)
    assert store.last("one") == cosigned(3, NOW)
    assert store.size_at("one", NOW) == 3
