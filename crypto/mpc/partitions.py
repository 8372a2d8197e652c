"""How does a role compute its local part when its records lie in many pieces, here or on other machines?

A sum over records is the sum of its pieces' sums, and so is a role's part of an inner product. A *partition*
is a piece: it says where its records stand in the order that the roles agreed on, and reads its columns when
it is asked. Sums do not depend on that order, so every role may cut its records in its own way, as they come
to it; what does depend on it, public selections of rows, is cut along with the pieces. At no time is more in
memory than the columns of one piece, and only those that the program names.

This is done before the rounds; `crypto.mpc.partitioned` goes on from it. `spread` says how it is done:
one piece after the other, or with the `map` of a cluster, which gets tasks of at least some 50 ms of work.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.local import Shares
from crypto.mpc.program import (
    Cell,
    Inputs,
    LinearCell,
    Program,
    check_program,
    cross_terms,
    linear_sums,
)
from crypto.mpc.selections import RowMask

Places = NDArray[np.int64]

TASK_WORDS: Final = 1 << 24
"""About how many words a task handles: some 50 ms of one core."""


class Reader(Protocol):
    """Reads the columns of some records; copied to another process where sums are spread over several."""

    def read(self, columns: Sequence[int]) -> Shares:
        """Both components of some columns as field elements, columns by records."""
        ...


class Partition(Protocol):
    """Some of the records."""

    @property
    def places(self) -> Places:
        """Where its records stand in the agreed order."""
        ...

    @property
    def reader(self) -> Reader:
        """What reads its records, in the order of `places`."""
        ...


@dataclass(frozen=True, eq=False)
class TablePartition:
    """Some records whose columns are tables, in memory or mapped into it from a file."""

    places: Places = field(repr=False)
    shares: Shares = field(repr=False)

    @property
    def reader(self) -> "TablePartition":
        """See `Partition`: the tables themselves."""
        return self

    def read(self, columns: Sequence[int]) -> Shares:
        """See `Reader`."""
        return Shares(self.shares.first[list(columns)], self.shares.second[list(columns)])


@dataclass(frozen=True, eq=False)
class LocalSums:
    """What a role knows of every cell of a program by itself: out of ``repr``.

    `first` and `second` are both its summands of linear cells, `products` its part of product cells, of
    which three make the value; each is zero elsewhere.
    """

    first: FieldVector = field(repr=False)
    second: FieldVector = field(repr=False)
    products: FieldVector = field(repr=False)

    @classmethod
    def zero(cls, cells: int) -> "LocalSums":
        """The sums over no records."""
        return cls(*np.zeros((3, cells), dtype=np.uint64))

    def __add__(self, other: "LocalSums") -> "LocalSums":
        return LocalSums(
            goldilocks.add(self.first, other.first),
            goldilocks.add(self.second, other.second),
            goldilocks.add(self.products, other.products),
        )


class Piece(NamedTuple):
    """Some records, how many they are, and the program of all cut down to these and to its columns."""

    program: Program
    records: int
    reader: Reader


@dataclass(frozen=True, eq=False)
class Task:
    """Pieces that are summed up one after the other."""

    columns: tuple[int, ...]
    pieces: tuple[Piece, ...] = field(repr=False)

    def run(self) -> LocalSums:
        """The sums over all pieces, read one after the other.

        Raises:
            OutOfRangeError: a piece reads as something else than columns of field elements of its records.
        """
        total = LocalSums.zero(len(self.pieces[0].program.cells))
        for program, records, reader in self.pieces:
            inputs = Inputs(*reader.read(self.columns))
            if inputs.first.shape != (len(self.columns), records):
                raise OutOfRangeError("a partition reads as another number of columns or records")
            check_program(program, inputs)
            sums = (linear_sums(program, inputs.first), linear_sums(program, inputs.second))
            total += LocalSums(*sums, cross_terms(program, inputs.shares, inputs.shares))
        return total


Spread = Callable[[Callable[[Task], LocalSums], Sequence[Task]], Iterable[LocalSums]]
"""How tasks are carried out: `map`, or the like of it on a cluster, in any order."""


def local_sums(
    program: Program, partitions: Sequence[Partition], *, records: int, spread: Spread = map
) -> LocalSums:
    """This role's local part of every cell, over all pieces.

    Args:
        program: the cells; their row masks are in the agreed order of the records.
        partitions: every record in one of them.
        records: how many there are.
        spread: how tasks are carried out.

    Raises:
        OutOfRangeError: a record is in no partition or in two, a row mask is not one boolean for each record,
            or as `Task.run`.
    """
    _check_whole(partitions, records)
    for index, cell in enumerate(program.cells):
        if cell.rows is not None and (cell.rows.shape != (records,) or cell.rows.dtype != np.bool_):
            raise OutOfRangeError(f"cell {index}: expected one boolean for each of {records} records")
    nothing = LocalSums.zero(len(program.cells))
    return sum(spread(Task.run, list(_tasks(program, partitions))), nothing) if program.cells else nothing


def _tasks(program: Program, partitions: Sequence[Partition]) -> Iterator[Task]:
    columns = tuple(sorted({column for cell in program.cells for column in cell.columns}))
    pieces: list[Piece] = []
    words = 0
    for partition in partitions:
        cut = _cut(program, columns, partition.places)
        pieces.append(Piece(cut, partition.places.size, partition.reader))
        words += partition.places.size * (2 * len(columns) + len(program.cells))
        if words >= TASK_WORDS:
            yield Task(columns, tuple(pieces))
            pieces, words = [], 0
    if pieces:
        yield Task(columns, tuple(pieces))


def _cut(program: Program, columns: Sequence[int], places: Places) -> Program:
    """The program for some of the records and columns; cells that shared a selection share its part."""
    found = {column: index for index, column in enumerate(columns)}
    parts: dict[int, RowMask] = {}

    def rows(mask: RowMask | None) -> RowMask | None:
        if mask is None:
            return None
        if id(mask) not in parts:
            parts[id(mask)] = mask[places]
        return parts[id(mask)]

    def cut(cell: Cell) -> Cell:
        if isinstance(cell, LinearCell):
            return LinearCell(found[cell.column], rows(cell.rows))
        return replace(cell, left=found[cell.left], right=found[cell.right], rows=rows(cell.rows))

    return Program(tuple(map(cut, program.cells)))


def _check_whole(partitions: Sequence[Partition], records: int) -> None:
    places = [partition.places for partition in partitions]
    every = np.concatenate(places) if places else np.zeros(0, dtype=np.int64)
    inside = every.size == records and (not records or (every.min() >= 0 and every.max() < records))
    if not inside or not np.array_equal(np.bincount(every, minlength=records), np.ones(records)):
        raise OutOfRangeError(f"expected each of {records} records in one partition")
