"""Where shares stand: in few files that hold exactly those who are held."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.mpc.partitions import local_sums
from crypto.mpc.program import LinearCell, ProductCell, Program, cross_terms, linear_sums
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.selection import Selection
from marketplace.mpc_node.columns.share_rows import Form, Group
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
)
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.share_stores import (
    COLUMNS,
    GROUP,
    bury,
    fields_of,
    name,
    on_disk,
    opened_store,
    put,
    sizes,
    words_of,
)
from tests.marketplace.mpc_node.town import migrated


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
