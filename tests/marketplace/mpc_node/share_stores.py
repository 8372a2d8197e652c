"""A store of shares with some people in it, and what can be seen of it from outside."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from crypto import goldilocks
from crypto.sealing import Vault
from marketplace.mpc_node.columns.share_rows import Group, ShareRow
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Incoming,
    Kept,
    StoredContribution,
    Tombstone,
)
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.hosting.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUP = Group("exam/1", 2)
COLUMNS = 3
KEY = bytes(32)


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
