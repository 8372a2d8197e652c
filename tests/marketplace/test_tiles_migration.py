"""A log that was kept hash by hash goes on as tiles with every entry, root and proof, and back."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from consent.log import Entry
from marketplace.domain.log import Log
from marketplace.storage.store import MIGRATIONS, SqlStore, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.marketplace.mpc_node.parties import NOW

LONG = 600


def entries(first: int, count: int) -> list[Entry]:
    return [Entry.of("use", NOW, {"number": number}) for number in range(first, first + count)]


def proofs(log: Log, size: int) -> list[object]:
    return [
        log.root(size),
        log.consistency(size // 3, size),
        *(log.inclusion(index, size=size, checkpoint="") for index in (0, size // 2, size - 1)),
    ]


def downgrade(store: SqlStore, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.execution_options(argonauta_mode="reshaping").begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        command.downgrade(config, revision)
    store.database.close()


@pytest.mark.usefixtures("as_in_production")
def test_every_entry_root_and_proof_is_the_same_after_the_change(database_url):
    before = open_store(database_url)
    with before.writing() as books:
        log = Log(books.log)
        log.append(entries(0, LONG))
        kept = [log.entry(index) for index in range(LONG)]
        known = {size: proofs(log, size) for size in (LONG, 256, 257, 41)}
    downgrade(before, "0006")

    after = open_store(database_url)
    with after.writing() as books:
        log = Log(books.log)
        assert [log.entry(index) for index in range(LONG)] == kept
        assert {size: proofs(log, size) for size in known} == known
        log.append(entries(LONG, 1))
        assert log.consistency(LONG, LONG + 1)
    after.database.close()


@pytest.mark.usefixtures("as_in_production")
def test_going_back_writes_each_hash_that_the_tiles_stood_for(database_url):
    store = open_store(database_url)
    with store.writing() as books:
        Log(books.log).append(entries(0, LONG))
    downgrade(store, "0006")

    engine = database.open_database(database_url).engine
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT level, count(*) AS counted FROM log_nodes GROUP BY level"))
        counted = {row.level: row.counted for row in rows}
    engine.dispose()
    assert counted == {level: LONG >> level for level in range(LONG.bit_length())}


@pytest.mark.usefixtures("as_in_production")
def test_an_empty_log_changes_too(database_url):
    downgrade(open_store(database_url), "0006")

    store = open_store(database_url)
    with store.writing() as books:
        assert list(Log(books.log).append(entries(0, 2))) == [0, 1]
    store.database.close()
