"""What a witness cosigned last is kept on every database, and goes forward only."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.witnessed import WitnessedLog, WitnessStore
from ssi.hosting.database import Database, migrate, open_database

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
