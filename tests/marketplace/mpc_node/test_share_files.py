"""Where shares stand: in few files, of whose index and bytes nothing can be changed, and deleted for good."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.mpc.partitions import local_sums
from crypto.mpc.program import LinearCell, ProductCell, Program, cross_terms, linear_sums
from crypto.sealing import Vault
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.partition_file import PartitionFile
from marketplace.mpc_node.columns.selection import Selection
from marketplace.mpc_node.columns.share_rows import Form, Group, ShareRow
from marketplace.mpc_node.errors import PartitionUnreadableError, StorageAlteredError
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Incoming,
    Kept,
    StoredContribution,
    Tombstone,
)
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.town import migrated

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUP = Group("exam/1", 2)
COLUMNS = 3
KEY = bytes(32)


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


def opened_store(database: Database, folder: Path, kind: type[ShareFiles] = ShareFiles) -> ContributionStore:
    """The store of a process on this database and folder."""
    return ContributionStore(database, kind(folder, Vault(KEY), most_rows=16))


def words_of(number: int) -> list[int]:
    """The shares of a person: field words of both components, then ring words of both."""
    return [(number << 50) + (1000 * number + index << 20) + 7 for index in range(4 * COLUMNS)]


def put(store: ContributionStore, numbers: Sequence[int], group: Group = GROUP) -> None:
    """Store people in one batch."""
    batch = [
        Incoming(
            StoredContribution(name(each), f"body {each}", f"handle {each}", {}, "shown", "agreed"),
            ShareRow(group, np.array(words_of(each), dtype=np.uint64)),
            lambda token: False,
        )
        for each in numbers
    ]
    assert set(store.put(batch, now=NOW)) == {Kept.STORED}


def bury(store: ContributionStore, number: int) -> None:
    """Let somebody withdraw."""
    store.bury(Tombstone(name(number), {}, NOW, "receipt"))


def name(number: int) -> str:
    """A consent id."""
    return f"c-{number:03}"


def fields_of(numbers: Sequence[int]) -> dict[str, bytes]:
    """What `shares` gives of people."""
    return {
        name(each): goldilocks.encode(np.array(words_of(each)[: 2 * COLUMNS], dtype=np.uint64))
        for each in numbers
    }


def sizes(database: Database) -> list[tuple[int, int]]:
    """Of each file how many rows it has and how many of them are gone."""
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT size, gone FROM share_partition ORDER BY size, gone")
        return [(size, gone) for size, gone in found]


def on_disk(folder: Path) -> set[str]:
    """The files that are there."""
    return {path.name for path in folder.glob("*")}


def test_batches_come_together_in_files_whose_number_stays_small(store, database: Database, folder: Path):
    for number in range(60):
        put(store, [number])
        assert len(sizes(database)) <= 60 / 8 + 4

    assert sum(size for size, _ in sizes(database)) == 60
    assert max(size for size, _ in sizes(database)) <= 16
    assert len(on_disk(folder)) == len(sizes(database))
    assert store.shares(map(name, range(60))) == fields_of(range(60))


def test_a_batch_larger_than_a_file_takes_several(store, database: Database):
    put(store, range(40))

    assert sizes(database) == [(8, 0), (16, 0), (16, 0)]
    assert store.shares(map(name, range(40))) == fields_of(range(40))


def test_groups_have_files_of_their_own(store, database: Database):
    other = Group("exam/1", 0)
    put(store, [1, 2])
    put(store, [3], other)

    with store.selected([name(1), name(3)], other) as selection:
        assert selection.missing == (name(1),)
        assert [part.places.tolist() for part in selection.partitions] == [[1]]
    assert sizes(database) == [(1, 0), (2, 0)]


def test_columns_are_gathered_in_the_agreed_order_in_either_form(store):
    for batch in ([5, 6, 7, 8], [1], [2, 3]):
        put(store, batch)
    order = [name(each) for each in (3, 8, 1, 5)]

    with store.selected(order, GROUP) as selection:
        field, ring = selection.gathered([2, 0]), selection.gathered([1], Form.RING)

    people = [words_of(each) for each in (3, 8, 1, 5)]
    assert field.first.tolist() == [[words[index] for words in people] for index in (2, 0)]
    assert field.second.tolist() == [[words[index] for words in people] for index in (5, 3)]
    assert ring.first.tolist() == [[words[7] for words in people]]
    assert ring.second.tolist() == [[words[10] for words in people]]


def test_sums_over_files_are_those_over_the_gathered_table(store):
    for batch in (range(16), range(16, 21), [21]):
        put(store, batch)
    order = [name(each) for each in range(21, 0, -2)]
    mask = np.array([True, False] * 5 + [True])
    program = Program((LinearCell(0), LinearCell(2, mask), ProductCell(0, 1), ProductCell(1, 1, mask)))

    with store.selected(order, GROUP) as selection:
        sums = local_sums(program, selection.partitions, records=len(order))
        inputs = selection.inputs(range(COLUMNS))

    assert sums.first.tolist() == linear_sums(program, inputs.first).tolist()
    assert sums.second.tolist() == linear_sums(program, inputs.second).tolist()
    assert sums.products.tolist() == cross_terms(program, inputs.shares, inputs.shares).tolist()


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


@settings(max_examples=15)
@given(st.lists(st.integers(-6, 9).filter(bool), max_size=25))
def test_any_order_of_batches_and_withdrawals_keeps_exactly_who_is_held(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("steps")
    (folder / "node.db").write_bytes(migrated())
    database = open_database(f"sqlite:///{folder / 'node.db'}")
    store, held, added = opened_store(database, folder / "shares"), list[int](), 0
    for step in steps:
        if step > 0:
            put(store, range(added, added + step))
            held += range(added, added + step)
            added += step
        for _ in range(min(-step, len(held))):
            bury(store, held.pop((7 * step + added) % len(held)))

    found = store.shares(map(name, range(added)))
    files = sizes(database)
    database.close()

    assert found == fields_of(held)
    assert sum(size - gone for size, gone in files) == len(held)
    assert all(gone * 2 < size for size, gone in files)
    assert len(on_disk(folder / "shares")) == len(files)


def test_a_selection_of_nobody_reads_nothing(store):
    with store.selected([], GROUP) as selection:
        assert selection.gathered([0]).first.shape == (1, 0)


def test_everybody_who_is_not_held_is_missing(store):
    with store.selected([name(1)], GROUP) as selection:
        assert isinstance(selection, Selection)
        assert selection.missing == (name(1),)
