"""What does a job read of the share files? The rows of the agreed people, file by file or gathered.

Nothing is read before it is asked for, and then only the columns that are asked for. A file's rows stand in
the order of the file, which is another one at each node; `places` says which of the agreed people each is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np

from crypto import goldilocks
from crypto.mpc.local import Shares
from crypto.mpc.program import Inputs
from marketplace.mpc_node.columns.partition_file import PartitionFile
from marketplace.mpc_node.columns.share_rows import (
    COMPONENTS,
    OWNER_LINE,
    Form,
    Owned,
    Places,
    columns_of,
    line_of,
    require_owners,
)


@dataclass(frozen=True, eq=False)
class FileRows:
    """Reads some rows of one file, in the file's order, or all of them.

    A `crypto.mpc.partitions.Reader` and a value: another process can read it that sees the same folder.
    """

    file: PartitionFile
    rows: Places | None = field(repr=False)

    def read(self, columns: Sequence[int]) -> Shares:
        """Both components of some columns as field elements, columns by rows.

        Raises:
            StorageAlteredError: the file is missing or was changed.
        """
        return self.words(Form.FIELD, columns)

    def words(self, form: Form, columns: Sequence[int]) -> Shares:
        """Both components of some columns in one form; with the errors of `read`."""
        count = columns_of(self.file.lines)
        wanted = [
            line_of(form, component, column, columns=count)
            for component in range(COMPONENTS)
            for column in columns
        ]
        table = np.empty(
            (len(wanted), self.file.rows if self.rows is None else len(self.rows)), dtype=np.uint64
        )
        for index, line in enumerate(self.file.read(wanted)):
            table[index] = line if self.rows is None else line[self.rows]
        return Shares(table[: len(columns)], table[len(columns) :])


@dataclass(frozen=True, eq=False)
class SelectedRows:
    """Some rows of one file, in ascending order: a `crypto.mpc.partitions.Partition`."""

    file: PartitionFile
    rows: Places = field(repr=False)
    places: Places = field(repr=False)

    @property
    def reader(self) -> FileRows:
        """What reads them, without whose they are."""
        # Rows are in ascending order: all of them are the file as it stands.
        return FileRows(self.file, None if len(self.rows) == self.file.rows else self.rows)

    def require_owners(self, owners: Sequence[str]) -> None:
        """Return only if the rows are these people's.

        Raises:
            StorageAlteredError: one is not, or the file is missing or was changed.
        """
        (tags,) = self.file.read([OWNER_LINE])
        require_owners(tags, self.rows, owners, self.file.seal.naming_key)


@dataclass(frozen=True, eq=False)
class Selection:
    """The shares of the people that a job is about, in the order in which it names them.

    `missing` are those of whom nothing is held here.
    """

    ids: tuple[str, ...] = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)
    partitions: tuple[SelectedRows, ...] = field(repr=False)

    @classmethod
    def of(
        cls, ids: Sequence[str], owned: Mapping[str, Owned], files: Mapping[str, PartitionFile]
    ) -> "Selection":
        """Take of the files' rows those of these people, and make sure that they are theirs.

        Raises:
            StorageAlteredError: the index names a row that is another person's, or a file was changed.
        """
        places = {consent_id: place for place, consent_id in enumerate(ids)}
        found = np.zeros(len(ids), dtype=np.bool_)
        parts = []
        for key in sorted(owned):
            numbers = np.array(owned[key].rows, dtype=np.int64)
            asked = np.fromiter((places.get(owner, -1) for owner in owned[key].owners), np.int64)
            order = np.argsort(numbers)
            order = order[asked[order] >= 0]
            if order.size:
                part = SelectedRows(files[key], numbers[order], asked[order])
                part.require_owners([ids[place] for place in part.places.tolist()])
                found[part.places] = True
                parts.append(part)
        return cls(tuple(ids), tuple(compress(ids, ~found)), tuple(parts))

    def gathered(self, columns: Sequence[int], form: Form = Form.FIELD) -> Shares:
        """Both components of some columns, columns by people in order; rows of missing people are zero.

        Raises:
            StorageAlteredError: a file is missing or was changed.
        """
        tables = np.zeros((COMPONENTS, len(columns), len(self.ids)), dtype=np.uint64)
        for part in self.partitions:
            for table, words in zip(tables, part.reader.words(form, columns), strict=True):
                table[:, part.places] = words
        return Shares(tables[0], tables[1])

    def inputs(self, columns: Sequence[int]) -> Inputs:
        """Some columns as the inputs of a program that names them by their position here; see `gathered`."""
        return Inputs(*self.gathered(columns))


def rows_as_bytes(selection: Selection) -> dict[str, bytes]:
    """Of everybody who is held both components as field elements, column by column."""
    found: dict[str, bytes] = {}
    for part in selection.partitions:
        both = np.concatenate(part.reader.read(range(columns_of(part.file.lines)))).T
        owners = (selection.ids[place] for place in part.places.tolist())
        found |= {owner: goldilocks.encode(row) for owner, row in zip(owners, both, strict=True)}
    return found
