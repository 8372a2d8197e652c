"""What does the buyer make of opened sums of products? Covariances, correlations, and a linear regression.

The nodes compute Σ x_j and Σ x_j x_k (`moment_cells`: plain linear and product cells); everything here
happens at the buyer, on numbers that were paid for, and costs no further privacy. Sums are integers and stay
so until the end: centred moments Σ x_j x_k - Σ x_j·Σ x_k / n and the solution of the normal equations are
computed exactly, so that no digit is lost where variables are nearly collinear or far from zero.

With noise in the sums the matrix of moments may lose its positive diagonal or its rank; then there is no
answer, and an error says so, instead of a wild one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import sqrt

from crypto.errors import OutOfRangeError
from crypto.mpc.program import Cell, LinearCell, ProductCell
from crypto.mpc.selections import RowMask

Matrix = tuple[tuple[Fraction, ...], ...]


def moment_cells(columns: Sequence[int], rows: RowMask | None = None) -> tuple[Cell, ...]:
    """The cells of the sums and sums of products of some columns: d + d (d + 1) / 2 of them."""
    pairs = combinations_with_replacement(columns, 2)
    return (
        *(LinearCell(column, rows) for column in columns),
        *(ProductCell(left, right, rows) for left, right in pairs),
    )


@dataclass(frozen=True)
class Moments:
    """The number of records, the sum of each column, and Σ x_j x_k for all pairs of columns."""

    count: int
    sums: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]

    @classmethod
    def read(cls, count: int, results: Sequence[int], columns: int) -> "Moments":
        """The moments of so many columns from the results of `moment_cells`, in their order.

        Raises:
            OutOfRangeError: there are fewer than 2 records, or another number of results.
        """
        pairs = list(combinations_with_replacement(range(columns), 2))
        if count < 2 or len(results) != columns + len(pairs):  # noqa: PLR2004 — one record has no spread
            raise OutOfRangeError(f"expected {columns + len(pairs)} results over at least two records")
        found = dict(zip(pairs, results[columns:], strict=True))
        rows = range(columns)
        products = tuple(tuple(found[min(j, k), max(j, k)] for k in rows) for j in rows)
        return cls(count, tuple(results[:columns]), products)

    def centred(self, left: int, right: int) -> Fraction:
        """Σ (x_j - mean)(x_k - mean), exactly."""
        return self.products[left][right] - Fraction(self.sums[left] * self.sums[right], self.count)

    def covariance(self) -> tuple[tuple[float, ...], ...]:
        """The sample covariances of all pairs, with n - 1 in the denominator."""
        columns = range(len(self.sums))
        return tuple(tuple(float(self.centred(j, k) / (self.count - 1)) for k in columns) for j in columns)

    def correlation(self) -> tuple[tuple[float, ...], ...]:
        """Pearson's correlation of all pairs, brought into [-1, 1] where noise carried it out.

        Raises:
            OutOfRangeError: a column does not vary, or noise made its variance negative.
        """
        columns = range(len(self.sums))
        spreads = [self.centred(column, column) for column in columns]
        if min(spreads) <= 0:
            raise OutOfRangeError("a column does not vary, so nothing correlates with it")
        return tuple(
            tuple(_clip(float(self.centred(j, k)) / sqrt(spreads[j] * spreads[k])) for k in columns)
            for j in columns
        )


@dataclass(frozen=True)
class Fit:
    """A linear regression: y = intercept + Σ coefficient·x, with standard errors and R².

    Standard errors are those of ordinary least squares; None with a ridge, where they mean nothing, and where
    noise or too few records leave no variance of the residuals.
    """

    intercept: float
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...] | None
    r_squared: float


def linear_regression(moments: Moments, *, ridge: float = 0.0) -> Fit:
    """Regress the last column on all before it.

    Args:
        moments: of the explaining columns and, last, of the explained one.
        ridge: what is added to each Σ (x_j - mean)², not negative; the intercept is never shrunk.

    Raises:
        OutOfRangeError: the explaining columns depend on each other, so that there is no one answer; there is
            none; or the ridge is negative.
    """
    features, target = range(len(moments.sums) - 1), len(moments.sums) - 1
    if not features or not ridge >= 0:
        raise OutOfRangeError("expected an explaining column and a ridge that is not negative")
    matrix = tuple(
        tuple(moments.centred(j, k) + (Fraction(ridge) if j == k else 0) for k in features) for j in features
    )
    inverted = inverse(matrix)
    sides = [moments.centred(j, target) for j in features]
    slopes = [sum((row[k] * sides[k] for k in features), Fraction(0)) for row in inverted]
    means = [Fraction(total, moments.count) for total in moments.sums]
    explained = sum((slope * side for slope, side in zip(slopes, sides, strict=True)), Fraction(0))
    spread = moments.centred(target, target)
    return Fit(
        float(means[target] - sum((slopes[j] * means[j] for j in features), Fraction(0))),
        tuple(map(float, slopes)),
        None if ridge else _standard_errors(moments.count, inverted, spread - explained),
        float(explained / spread) if spread > 0 else 0.0,
    )


def inverse(matrix: Matrix) -> Matrix:
    """The exact inverse of a symmetric matrix with positive pivots, as a covariance has.

    Raises:
        OutOfRangeError: a pivot is not positive: columns depend on each other, or noise outweighs them.
    """
    size = len(matrix)
    rows = [[*row, *(Fraction(place == index) for place in range(size))] for index, row in enumerate(matrix)]
    for step in range(size):
        pivot = rows[step][step]
        if pivot <= 0:
            raise OutOfRangeError("the explaining columns depend on each other, or noise outweighs them")
        rows[step] = [value / pivot for value in rows[step]]
        for index in range(size):
            if index != step and rows[index][step]:
                factor = rows[index][step]
                rows[index] = [
                    value - factor * other for value, other in zip(rows[index], rows[step], strict=True)
                ]
    return tuple(tuple(row[size:]) for row in rows)


def _standard_errors(count: int, inverted: Matrix, residual: Fraction) -> tuple[float, ...] | None:
    """σ·√(A⁻¹)_jj with σ² = residual / (n - d - 1)."""
    freedom = count - len(inverted) - 1
    if freedom < 1 or residual < 0:
        return None
    return tuple(sqrt(residual / freedom * inverted[j][j]) for j in range(len(inverted)))


def _clip(value: float) -> float:
    return min(max(value, -1.0), 1.0)
