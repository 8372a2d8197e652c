"""How do the moments of several numbers become covariances, correlations and a regression?

Plain linear algebra on floats, small enough to stand once more in a browser. Moments are about the centres of
the attributes' ranges, which keeps them from agreeing in all their digits; those of the data are brought
there, and about the mean, in whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Matrix = list[list[float]]


class UndeterminedError(ArithmeticError):
    """Columns that depend on each other, or do not vary: there is no one answer."""


@dataclass(frozen=True)
class Moments:
    """The number of records, and of each column the sum, of each two columns the sum of products.

    Sums and products are about the same centres; whole numbers give exact centred moments.
    """

    count: float
    sums: Sequence[float]
    products: Sequence[Sequence[float]]

    def centred(self, left: int, right: int) -> float:
        """Σ (x - mean)(y - mean)."""
        scaled = self.count * self.products[left][right] - self.sums[left] * self.sums[right]
        return scaled / self.count

    def covariance(self, left: int, right: int) -> float:
        """The sample covariance, with n - 1 in the denominator."""
        return self.centred(left, right) / (self.count - 1)

    def correlation(self, left: int, right: int) -> float:
        """Pearson's correlation, brought into [-1, 1] where noise carried it out.

        Raises:
            UndeterminedError: a column does not vary, or noise made its variance negative.
        """
        spreads = self.centred(left, left), self.centred(right, right)
        if min(spreads) <= 0:
            raise UndeterminedError
        return min(max(self.centred(left, right) / sqrt(spreads[0]) / sqrt(spreads[1]), -1.0), 1.0)


@dataclass(frozen=True)
class Fit:
    """y = intercept + Σ slope·x, with the standard error of each term where there is one, and R².

    The intercept is the value where all explaining columns are at the origin that `fit` was given.
    """

    intercept: float
    slopes: Sequence[float]
    standard_errors: Sequence[float] | None
    r_squared: float


def fit(moments: Moments, origin: Sequence[float]) -> Fit:
    """Regress the last column on all before it (ordinary least squares).

    `origin` is where the intercept is taken, for each explaining column, about its centre. Standard errors
    are of the intercept, then of the slopes; None where too few records leave no variance.

    Raises:
        UndeterminedError: the explaining columns depend on each other, or noise outweighs them.
    """
    target = len(moments.sums) - 1
    features = range(target)
    inverted = inverse([[moments.centred(j, k) for k in features] for j in features])
    sides = [moments.centred(j, target) for j in features]
    slopes = [sum(row[k] * sides[k] for k in features) for row in inverted]
    means = [total / moments.count for total in moments.sums]
    away = [means[j] - origin[j] for j in features]
    explained = sum(slope * side for slope, side in zip(slopes, sides, strict=True))
    spread = moments.centred(target, target)
    freedom, residual = moments.count - target - 1, spread - explained
    errors = None
    if freedom > 0 and residual >= 0:
        variance = residual / freedom
        at_centre = sum(away[j] * inverted[j][k] * away[k] for j in features for k in features)
        errors = [sqrt(variance * max(0.0, 1 / moments.count + at_centre))]
        errors += [sqrt(variance * inverted[j][j]) for j in features]
    return Fit(
        means[target] - sum(slopes[j] * away[j] for j in features),
        slopes,
        errors,
        min(max(explained / spread, 0.0), 1.0) if spread > 0 else 0.0,
    )


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of a symmetric matrix with positive pivots, as a matrix of centred moments has.

    Columns are brought to one scale first, so that what counts as dependent does not depend on units.

    Raises:
        UndeterminedError: a pivot is not clearly positive.
    """
    size = len(matrix)
    if any(matrix[j][j] <= 0 for j in range(size)):
        raise UndeterminedError
    scales = [sqrt(matrix[j][j]) for j in range(size)]
    rows = [
        [matrix[j][k] / scales[j] / scales[k] for k in range(size)] + [float(j == k) for k in range(size)]
        for j in range(size)
    ]
    for step in range(size):
        pivot = rows[step][step]
        if pivot <= _LEAST_PIVOT:
            raise UndeterminedError
        rows[step] = [value / pivot for value in rows[step]]
        for index in range(size):
            if index != step:
                factor = rows[index][step]
                rows[index] = [a - factor * b for a, b in zip(rows[index], rows[step], strict=True)]
    return [[rows[j][size + k] / scales[j] / scales[k] for k in range(size)] for j in range(size)]


_LEAST_PIVOT = 1e-10
