"""How do opened moments become covariances, correlations and regressions, with the error of their noise?

The moments n, Σ(x - c), Σ(x - c)(y - d) carry independent noise. How far it carries a result is found by
moving each moment by one standard deviation both ways: half of the difference is its part of the error, and
the parts add up in squares. Where a moved result does not exist, noise decides, and there is no answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from math import sqrt

from consent.estimate import Estimate, Total, Withheld, are_too_few, not_shown, shown, summed
from consent.estimator import Estimator, Scale
from consent.moments import Fit, Moments, UndeterminedError, fit
from consent.vocabulary import StatisticKind

INTERCEPT = "intercept"
R_SQUARED = "r_squared"

_Results = Callable[[Moments], list[float]]
_PAIR, _PAIR_WITH_SQUARES = 4, 6


def related(estimator: Estimator, table: Sequence[Sequence[Total]], floor: int) -> tuple[Estimate, ...]:
    """The covariance or correlation of the attribute with each other one."""
    width = _PAIR if estimator.kind is StatisticKind.COVARIANCE else _PAIR_WITH_SQUARES
    totals = list(map(summed, table))
    return tuple(
        replace(
            _pair(estimator, other, totals[width * index : width * (index + 1)], floor),
            index=index,
            label=other.attribute,
        )
        for index, other in enumerate(estimator.others)
    )


def regressed(estimator: Estimator, table: Sequence[Sequence[Total]], floor: int) -> tuple[Estimate, ...]:
    """The terms of a linear regression: intercept, one slope for each other attribute, R²."""
    people, *rest = map(summed, table)
    labels = (INTERCEPT, *(scale.attribute for scale in estimator.others), R_SQUARED)
    if are_too_few(people, floor):
        return _all_withheld(estimator, labels, Withheld.TOO_FEW_PEOPLE)
    scales = [*estimator.others, estimator.scale]
    sums, products = rest[: len(scales)], rest[len(scales) :]
    noisy = _Noisy(people, sums, products, scales)

    # The intercept is meant where all that explains is 0 in its own unit, not at its centre.
    origin = [-scale.middle * scale.unit for scale in estimator.others]

    def terms(moments: Moments) -> list[float]:
        found = fit(moments, origin)
        return [found.intercept, *found.slopes, found.r_squared]

    try:
        found, deviations = fit(noisy.moments, origin), noisy.deviations(terms)
    except UndeterminedError:
        reason = Withheld.NOISE_TOO_LARGE if noisy.is_noisy else Withheld.UNDETERMINED
        return _all_withheld(estimator, labels, reason)
    return _terms(estimator, found, deviations, labels)


class _Noisy:
    """Moments about the centres as they were opened, and the variances of the noise in them."""

    def __init__(
        self, people: Total, sums: Sequence[Total], products: Sequence[Total], scales: Sequence[Scale]
    ) -> None:
        centres = [scale.centre for scale in scales]
        self._pairs = list(combinations_with_replacement(range(len(scales)), 2))[: len(products)]
        if len(products) == 1:
            self._pairs = [(0, 1)]
        about = [total.value - c * people.value for total, c in zip(sums, centres, strict=True)]
        crossed = [
            total.value
            - centres[j] * sums[k].value
            - centres[k] * sums[j].value
            + centres[j] * centres[k] * people.value
            for total, (j, k) in zip(products, self._pairs, strict=True)
        ]
        self._columns = len(scales)
        self._values: list[float] = [people.value, *about, *crossed]
        self._deviations = [sqrt(total.variance) for total in (people, *sums, *products)]

    @property
    def is_noisy(self) -> bool:
        return any(self._deviations)

    @property
    def moments(self) -> Moments:
        return self._moments(self._values)

    def deviations(self, results: _Results) -> list[float]:
        """The standard deviation of each result.

        Raises:
            UndeterminedError: some moved moments have no result.
        """
        variances = [0.0] * len(results(self.moments))
        for place, deviation in enumerate(self._deviations):
            if deviation:
                above, below = (results(self._moved(place, step)) for step in (deviation, -deviation))
                for index, (high, low) in enumerate(zip(above, below, strict=True)):
                    variances[index] += ((high - low) / 2) ** 2
        return [sqrt(variance) for variance in variances]

    def _moved(self, place: int, step: float) -> Moments:
        values = [float(value) for value in self._values]
        values[place] += step
        return self._moments(values)

    def _moments(self, values: Sequence[float]) -> Moments:
        columns = self._columns
        products = [[0.0] * columns for _ in range(columns)]
        for (j, k), value in zip(self._pairs, values[1 + columns :], strict=True):
            products[j][k] = products[k][j] = value
        return Moments(values[0], values[1 : 1 + columns], products)


def _pair(estimator: Estimator, other: Scale, totals: Sequence[Total], floor: int) -> Estimate:
    people, left, right, product, *squares = totals
    if are_too_few(people, floor):
        return not_shown(estimator, Withheld.TOO_FEW_PEOPLE)
    products = [squares[0], product, squares[1]] if squares else [product]
    noisy = _Noisy(people, [left, right], products, [estimator.scale, other])
    is_covariance = estimator.kind is StatisticKind.COVARIANCE

    def result(moments: Moments) -> list[float]:
        return [moments.covariance(0, 1) if is_covariance else moments.correlation(0, 1)]

    try:
        (value,), (deviation,) = result(noisy.moments), noisy.deviations(result)
    except UndeterminedError:
        return not_shown(estimator, Withheld.NOISE_TOO_LARGE if noisy.is_noisy else Withheld.UNDETERMINED)
    if not is_covariance:
        return shown(estimator, value, deviation, (-1.0, 1.0))
    unit = estimator.scale.unit * other.unit
    return shown(estimator, value / unit, deviation / unit)


def _terms(
    estimator: Estimator, found: Fit, deviations: Sequence[float], labels: Sequence[str]
) -> tuple[Estimate, ...]:
    """The terms in the attributes' own units."""
    unit = estimator.scale.unit
    units = [unit, *(unit / scale.unit for scale in estimator.others), 1.0]
    values = [found.intercept, *found.slopes, found.r_squared]
    errors: list[float | None] = [*(found.standard_errors or []), *[None] * len(values)]
    terms = []
    for index, (label, value, deviation, each) in enumerate(
        zip(labels, values, deviations, units, strict=True)
    ):
        error = errors[index]
        possible = (0.0, 1.0) if label == R_SQUARED else (float("-inf"), float("inf"))
        offset = estimator.scale.middle if label == INTERCEPT else 0.0
        estimate = shown(estimator, offset + value / each, deviation / each, possible)
        terms.append(
            replace(
                estimate, index=index, label=label, standard_error=None if error is None else error / each
            )
        )
    return tuple(terms)


def _all_withheld(estimator: Estimator, labels: Sequence[str], reason: Withheld) -> tuple[Estimate, ...]:
    return tuple(
        replace(not_shown(estimator, reason), index=index, label=label) for index, label in enumerate(labels)
    )
