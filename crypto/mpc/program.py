"""What three nodes compute: sums of columns and inner products of columns, over selected rows.

A cell is one number of the result. With rows that need not be secret (who was admitted, a public category)
every table of counts, means, variances and histograms is a list of such cells, because the columns hold
presence bits, squares and one-hot codes that the issuer committed to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.ring import RingVector, inner_product, total

RowMask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LinearCell:
    """The sum of one column over the selected rows, or over all if `rows` is None."""

    column: int
    rows: RowMask | None = None


@dataclass(frozen=True, eq=False)
class ProductCell:
    """The inner product of two columns over the selected rows, or over all if `rows` is None."""

    left: int
    right: int
    rows: RowMask | None = None


Cell = LinearCell | ProductCell


@dataclass(frozen=True, eq=False)
class Program:
    """The cells of one computation, in the order of its results."""

    cells: tuple[Cell, ...]

    @property
    def products(self) -> tuple[int, ...]:
        """The positions of the product cells."""
        return tuple(index for index, cell in enumerate(self.cells) if isinstance(cell, ProductCell))


@dataclass(frozen=True, eq=False)
class Inputs:
    """What one role holds of n records: components `role` and `role + 1`, each n rows by columns, uint64.

    Rows stand in the order that the nodes agreed on. The shares stay out of ``repr``.
    """

    first: RingVector = field(repr=False)
    second: RingVector = field(repr=False)


def check_program(program: Program, inputs: Inputs) -> None:
    """Return only if the program fits the inputs.

    Raises:
        OutOfRangeError: the two components differ in shape or are no uint64 tables, a column does not
            exist, or a row mask is not one boolean for each record.
    """
    shapes = {inputs.first.shape, inputs.second.shape}
    if len(shapes) != 1 or inputs.first.ndim != 2:  # noqa: PLR2004 — rows by columns
        raise OutOfRangeError(f"expected two tables of one shape, got {sorted(shapes)}")
    if {inputs.first.dtype, inputs.second.dtype} != {np.dtype(np.uint64)}:
        raise OutOfRangeError("expected tables of uint64")
    rows, columns = inputs.first.shape
    for index, cell in enumerate(program.cells):
        for column in _columns(cell):
            if not 0 <= column < columns:
                raise OutOfRangeError(f"cell {index}: expected a column below {columns}, got {column}")
        if cell.rows is not None and (cell.rows.shape != (rows,) or cell.rows.dtype != np.bool_):
            raise OutOfRangeError(f"cell {index}: expected one boolean for each of {rows} records")


def linear_sums(program: Program, table: RingVector) -> RingVector:
    """For each cell the sum of its column in one component; zero for product cells."""
    sums = [_column_sum(cell, table) for cell in program.cells]
    return _joined(sums)


def cross_terms(program: Program, inputs: Inputs) -> RingVector:
    """For each product cell, in order, this role's local part of the inner product.

    Σ x_i y_i + x_i y_{i+1} + x_{i+1} y_i over the rows (Araki et al., CCS 2016, in additive form); the
    three roles' parts add up to Σ x y.
    """
    cells = [cell for cell in program.cells if isinstance(cell, ProductCell)]
    return _joined([_cross_term(cell, inputs) for cell in cells])


def _columns(cell: Cell) -> tuple[int, ...]:
    return (cell.column,) if isinstance(cell, LinearCell) else (cell.left, cell.right)


def _column_sum(cell: Cell, table: RingVector) -> RingVector:
    if isinstance(cell, ProductCell):
        return np.zeros(1, dtype=np.uint64)
    return total(_selected(table, cell.column, cell.rows))


def _cross_term(cell: ProductCell, inputs: Inputs) -> RingVector:
    x_own, x_next = (_selected(table, cell.left, cell.rows) for table in (inputs.first, inputs.second))
    y_own, y_next = (_selected(table, cell.right, cell.rows) for table in (inputs.first, inputs.second))
    return inner_product(x_own, y_own + y_next) + inner_product(x_next, y_own)


def _selected(table: RingVector, column: int, rows: RowMask | None) -> RingVector:
    return table[:, column] if rows is None else table[rows, column]


def _joined(parts: Sequence[RingVector]) -> RingVector:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
