"""An index or a file of shares that somebody changed is noticed, and who withdraws is heard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crypto.sealing import Vault
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
)
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.share_stores import GROUP, bury, fields_of, name, opened_store, put, sizes


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files are."""
    return tmp_path / "shares"


@pytest.fixture
def store(database: Database, folder: Path) -> ContributionStore:
    """A store whose files hold at most 16 rows."""
    return opened_store(database, folder)


def change(database: Database, *statements: str) -> None:
    """Do as somebody would who can write to the database."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


SWAP = (
    "UPDATE share_index SET place = place + 10",
    "UPDATE share_index SET place = 11 - place",
)
"""The rows of the first two people of a file, each for the other."""


def test_an_index_that_gives_one_person_the_row_of_another_is_noticed(store, database: Database):
    put(store, [0, 1])
    change(database, *SWAP)

    with pytest.raises(StorageAlteredError), store.selected([name(0), name(1)], GROUP):
        pass


@pytest.mark.parametrize(
    "statement", ["UPDATE share_index SET place = place + 2", "UPDATE share_index SET place = place - 2"]
)
def test_an_index_that_names_no_row_is_noticed(store, database: Database, statement):
    put(store, [0, 1])
    change(database, statement)

    with pytest.raises(StorageAlteredError), store.selected([name(1)], GROUP):
        pass


def test_a_changed_index_is_not_carried_into_a_new_file(store, database: Database):
    put(store, [0, 1])
    change(database, *SWAP)

    put(store, [2, 3])

    assert sizes(database) == [(2, 0), (2, 0)]
    with pytest.raises(StorageAlteredError):
        store.shares([name(0)])
    with store.selected([name(2), name(3)], GROUP) as selection:
        assert not selection.missing


def test_seals_that_changed_their_files_do_not_open(store, database: Database):
    put(store, range(16))
    put(store, range(16, 32))
    change(
        database, "UPDATE share_partition SET seal = (SELECT seal FROM share_partition ORDER BY 1 LIMIT 1)"
    )

    with pytest.raises(StorageAlteredError):
        store.shares(map(name, range(32)))


def test_shares_do_not_open_under_another_key(store, database: Database, folder: Path):
    put(store, [1])

    with pytest.raises(StorageAlteredError):
        ContributionStore(database, ShareFiles(folder, Vault(b"\x01" * 32))).shares([name(1)])


def test_who_withdraws_is_heard_though_the_file_was_changed(store, folder: Path):
    put(store, range(8))
    (path,) = folder.glob("*.npy")
    table = np.load(path, mmap_mode="r+")
    table[2, 5] ^= np.uint64(1)
    table.flush()

    bury(store, 3)

    assert not np.load(path)[:, 3].any()
    with pytest.raises(StorageAlteredError):
        store.shares([name(4)])


def test_who_withdraws_is_heard_though_the_file_is_gone_and_it_comes_back_without_her(store, folder: Path):
    put(store, range(8))
    (path,) = folder.glob("*.npy")
    away = path.rename(folder / "away")

    for number in (3, 5):
        bury(store, number)

    assert store.withdrawn([name(3)]) == {name(3)}
    away.rename(path)
    store.recover()
    assert not np.load(path)[:, [3, 5]].any()
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 6, 7])


def test_nobody_is_told_that_shares_are_gone_that_could_not_be_overwritten(store, folder: Path):
    put(store, range(8))
    (path,) = folder.glob("*.npy")
    whole = path.read_bytes()
    path.write_bytes(whole[:-8])

    for _ in range(2):
        with pytest.raises(StorageAlteredError):
            bury(store, 3)

    put(store, range(8, 24))
    bury(store, 9)
    path.write_bytes(whole)
    bury(store, 3)
    assert not np.load(path)[:, 3].any()
