"""What three nodes compute: sums of columns and inner products of columns, over selected rows.

A cell is one number of the result. With rows that need not be secret (who was admitted, a public category)
every table of counts, means, variances and histograms is a list of such cells, because the columns hold
presence bits, squares and one-hot codes that the issuer committed to.

Tables are columns by records of field elements; they may be files mapped into memory, of which only the
columns of the program are read, a block at a time. Cells whose rows do not overlap share one pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.goldilocks import PRIME, FieldVector
from crypto.mpc import local
from crypto.mpc.local import Columns, Shares
from crypto.mpc.selections import Layer, RowMask, distinct, layers


@dataclass(frozen=True, eq=False)
class LinearCell:
    """The sum of one column over the selected rows, or over all if `rows` is None."""

    column: int
    rows: RowMask | None = None

    @property
    def columns(self) -> tuple[int, ...]:
        """The column, as a tuple of one."""
        return (self.column,)


@dataclass(frozen=True, eq=False)
class ProductCell:
    """The inner product of two columns over the selected rows, or over all if `rows` is None."""

    left: int
    right: int
    rows: RowMask | None = None

    @property
    def columns(self) -> tuple[int, ...]:
        """Both columns."""
        return (self.left, self.right)


Cell = LinearCell | ProductCell


@dataclass(frozen=True, eq=False)
class Program:
    """The cells of one computation, in the order of its results."""

    cells: tuple[Cell, ...]

    @property
    def sums(self) -> tuple[int, ...]:
        """The positions of the linear cells."""
        return tuple(index for index, cell in enumerate(self.cells) if isinstance(cell, LinearCell))

    @property
    def products(self) -> tuple[int, ...]:
        """The positions of the product cells."""
        return tuple(index for index, cell in enumerate(self.cells) if isinstance(cell, ProductCell))


@dataclass(frozen=True, eq=False)
class Inputs:
    """What one role holds of n records: components `role` and `role + 1`, each columns by n, below the prime.

    Records stand in the order that the nodes agreed on. The shares stay out of ``repr``.
    """

    first: FieldVector = field(repr=False)
    second: FieldVector = field(repr=False)

    @property
    def shares(self) -> Shares:
        """Both components, as what is computed with."""
        return Shares(self.first, self.second)


def check_program(program: Program, inputs: Inputs) -> None:
    """Return only if the program fits the inputs. Of a table only the program's columns are looked at.

    Raises:
        OutOfRangeError: the two components differ in shape or are no uint64 tables, a column does not
            exist or holds a word that is not below the prime, or a row mask is not one boolean for each
            record.
    """
    if inputs.first.shape != inputs.second.shape or inputs.first.ndim != 2:  # noqa: PLR2004 — a table
        raise OutOfRangeError(
            f"expected two tables of one shape, got {inputs.first.shape} and {inputs.second.shape}"
        )
    if {inputs.first.dtype, inputs.second.dtype} != {np.dtype(np.uint64)}:
        raise OutOfRangeError("expected tables of uint64")
    columns, records = inputs.first.shape
    for index, cell in enumerate(program.cells):
        if not all(0 <= column < columns for column in cell.columns):
            raise OutOfRangeError(f"cell {index}: expected columns below {columns}, got {cell.columns}")
        if cell.rows is not None and (cell.rows.shape != (records,) or cell.rows.dtype != np.bool_):
            raise OutOfRangeError(f"cell {index}: expected one boolean for each of {records} records")
    for column in sorted({column for cell in program.cells for column in cell.columns}):
        if any(table[column].max(initial=0) >= PRIME for table in (inputs.first, inputs.second)):
            raise OutOfRangeError(f"column {column} holds a word that is not below the prime")


def check_range(program: Program, maxima: Sequence[int], *, records: int, noise: int = 0) -> None:
    """Return only if no cell can leave (-p/2, p/2), given the largest value of each column.

    Args:
        program: the cells.
        maxima: for each column the largest magnitude of a value.
        records: how many records there are.
        noise: the largest magnitude of the noise of all roles together in one cell.

    Raises:
        OutOfRangeError: a cell could; it is named.
    """
    for index, cell in enumerate(program.cells):
        largest = records if cell.rows is None else int(np.count_nonzero(cell.rows))
        for column in cell.columns:
            largest *= maxima[column]
        if 2 * (largest + noise) >= PRIME:
            raise OutOfRangeError(f"cell {index} could leave the range of the field")


def linear_sums(program: Program, table: FieldVector) -> FieldVector:
    """For each cell the sum of its column in one component; zero for product cells."""

    def sums(columns: Columns, layer: Layer) -> FieldVector:
        chosen = columns[:, 0]
        if layer.labels is None:
            return local.column_sums(table, chosen)[:, None]
        return local.grouped_sums(table, chosen, layer.labels, len(layer.members))

    return _evaluated(program, program.sums, table.shape[1], sums)


def cross_terms(program: Program, left: Shares, right: Shares) -> FieldVector:
    """For each product cell this role's local part of the inner product; zero for linear cells.

    The left columns are those of one table, the right ones of another, which may be the same.

    `crypto.mpc.local` says what the part is; those of the three roles add up to Σ x y over the rows.
    """

    def sums(pairs: Columns, layer: Layer) -> FieldVector:
        if layer.labels is None:
            return local.pair_sums(left, right, pairs)[:, None]
        return local.grouped_pair_sums(left, right, pairs, labels=layer.labels, groups=len(layer.members))

    return _evaluated(program, program.products, right.first.shape[1], sums)


def _evaluated(
    program: Program,
    positions: Sequence[int],
    records: int,
    sums: Callable[[Columns, Layer], FieldVector],
) -> FieldVector:
    """The cells at some positions, one pass for each layer of their selections; zero elsewhere."""
    results = np.zeros(len(program.cells), dtype=np.uint64)
    masks, selected = distinct([program.cells[position].rows for position in positions])
    for layer in layers(masks, records):
        groups = {member: group for group, member in enumerate(layer.members)}
        if layer.labels is None:
            groups = dict.fromkeys(layer.members, 0)
        mine = [
            (position, groups[selection])
            for position, selection in zip(positions, selected, strict=True)
            if selection in groups
        ]
        columns = dict.fromkeys(program.cells[position].columns for position, _ in mine)
        rows = {wanted: row for row, wanted in enumerate(columns)}
        table = sums(np.array(list(columns), dtype=np.int64), layer)
        for position, group in mine:
            results[position] = table[rows[program.cells[position].columns], group]
    return results
