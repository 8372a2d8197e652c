"""Shares that are withdrawn are gone from their files, whenever a crash comes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.partition_file import PartitionFile
from marketplace.mpc_node.errors import PartitionUnreadableError, StorageAlteredError
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
)
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.share_stores import (
    bury,
    fields_of,
    name,
    on_disk,
    opened_store,
    put,
    sizes,
    words_of,
)


class CutOffError(Exception):
    """The process ends here."""


class CutOff(ShareFiles):
    """The files of a process that ends before it overwrites what its database says is deleted."""

    def finish(self, session):
        raise CutOffError


class BusyOnce(ShareFiles):
    """The files of a process whose database fails once between a new seal and the overwriting."""

    failures = 1

    def finish(self, session):
        if self.failures:
            self.failures -= 1
            raise CutOffError
        return super().finish(session)


class CutOffEarlier(ShareFiles):
    """The files of a process that ends when its database says who is deleted, and nothing is done."""

    def reseal(self, session):
        raise CutOffError


class CutOffBeforeCommit(ShareFiles):
    """The files of a process that ends when new files are written and not yet named."""

    def store(self, session, rows):
        super().store(session, rows)
        raise CutOffError


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


def test_a_withdrawn_row_is_overwritten_in_its_file(store, folder: Path):
    put(store, range(8))
    (path,) = folder.glob("*.npy")
    before = np.load(path)

    bury(store, 3)

    after = np.load(path)
    assert not after[:, 3].any()
    assert np.array_equal(np.delete(after, 3, axis=1), np.delete(before, 3, axis=1))
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 5, 6, 7])


def test_a_file_that_lost_half_of_its_rows_is_written_anew(store, database: Database, folder: Path):
    put(store, range(8))
    (old,) = folder.glob("*.npy")
    for number in (1, 4, 6):
        bury(store, number)
    assert sizes(database) == [(8, 3)]

    bury(store, 0)

    assert sizes(database) == [(4, 0)]
    assert not old.exists()
    assert store.shares(map(name, range(8))) == fields_of([2, 3, 5, 7])


def test_the_last_row_takes_its_file_along(store, database: Database, folder: Path):
    put(store, [1])

    bury(store, 1)

    assert sizes(database) == []
    assert on_disk(folder) == set()


@pytest.mark.parametrize(
    ("cut_off", "overwritten"),
    [(CutOffEarlier, 0), (CutOff, 0), (CutOff, 5), (CutOff, 13)],
    ids=["noted", "sealed", "half overwritten", "overwritten"],
)
def test_a_crash_in_the_middle_of_a_deletion_leaves_nothing_after_a_restart(
    database: Database, folder: Path, cut_off, overwritten
):
    put(opened_store(database, folder), range(8))
    with pytest.raises(CutOffError):
        bury(opened_store(database, folder, cut_off), 3)
    (path,) = folder.glob("*.npy")
    table = np.load(path, mmap_mode="r+")
    assert table[:, 3].all()
    table[:overwritten, 3] = 0
    table.flush()
    restarted = opened_store(database, folder)

    restarted.recover()

    assert not np.load(path)[:, 3].any()
    assert restarted.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 5, 6, 7])


def test_asking_for_the_receipt_again_overwrites_what_was_not(database: Database, folder: Path):
    put(opened_store(database, folder), range(8))
    with pytest.raises(CutOffError):
        bury(opened_store(database, folder, CutOff), 3)

    bury(opened_store(database, folder), 3)

    assert not np.load(next(folder.glob("*.npy")))[:, 3].any()


def test_a_withdrawal_after_one_that_was_sealed_and_not_erased_leaves_the_others_whole(
    database: Database, folder: Path
):
    store = opened_store(database, folder, BusyOnce)
    put(store, range(8))
    with pytest.raises(CutOffError):
        bury(store, 3)

    bury(store, 5)

    assert not np.load(next(folder.glob("*.npy")))[:, [3, 5]].any()
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 6, 7])


def test_a_file_that_was_away_between_two_withdrawals_is_whole_when_both_are_erased(
    database: Database, folder: Path
):
    store = opened_store(database, folder, BusyOnce)
    put(store, range(8))
    with pytest.raises(CutOffError):
        bury(store, 3)
    (path,) = folder.glob("*.npy")
    away = path.rename(folder / "away")
    bury(store, 5)
    away.rename(path)

    store.recover()

    assert not np.load(path)[:, [3, 5]].any()
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 6, 7])


def test_a_row_is_not_erased_before_the_seal_of_its_file_expects_it(
    store, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    put(store, range(8))

    def unreadable(*_: object) -> PartitionFile:
        raise PartitionUnreadableError("too many files are open")

    with monkeypatch.context() as patched:
        patched.setattr(PartitionFile, "without", unreadable)
        with pytest.raises(StorageAlteredError):
            bury(store, 3)
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 5, 6, 7])

    store.recover()

    assert not np.load(next(folder.glob("*.npy")))[:, 3].any()
    assert store.shares(map(name, range(8))) == fields_of([0, 1, 2, 4, 5, 6, 7])


def test_a_crash_before_files_are_named_leaves_none_of_them(database: Database, folder: Path):
    put(opened_store(database, folder), [1])
    with pytest.raises(CutOffError):
        put(opened_store(database, folder, CutOffBeforeCommit), [2])
    assert len(on_disk(folder)) == 2
    restarted = opened_store(database, folder)

    restarted.recover()

    assert len(on_disk(folder)) == 1
    assert restarted.shares([name(1), name(2)]) == fields_of([1])


def test_nothing_on_disk_shows_a_share(store, database: Database, folder: Path, tmp_path: Path):
    put(store, range(8))

    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    for number in range(1, 8):
        for word in words_of(number):
            assert np.uint64(word).tobytes() not in everything
