"""How do sums become counts, bars, sums, means, variances and standard deviations, with their error?

Errors are by the delta method about the centre c at which noise was calibrated, where the noise of the sums
is independent. Sums and squares are centred in whole numbers, which agree in most of their digits.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf, sqrt

from consent.estimate import Estimate, Total, Withheld, are_too_few, not_shown, shown, summed
from consent.estimator import Estimator
from consent.vocabulary import StatisticKind

LEAST_SPREAD_DEVIATIONS = 2
"""A variance below this many standard deviations of its own noise is not shown."""

_AMOUNT = (0.0, inf)


def counted(estimator: Estimator, table: Sequence[Sequence[Total]], _floor: int) -> tuple[Estimate, ...]:
    """The number of people."""
    people = summed(table[0])
    return (shown(estimator, people.value, sqrt(people.variance), _AMOUNT),)


def bars(estimator: Estimator, table: Sequence[Sequence[Total]], _floor: int) -> tuple[Estimate, ...]:
    """One number of people for each bin or category."""
    labelled = zip(estimator.labels, table[0], strict=True)
    return tuple(
        replace(shown(estimator, total.value, sqrt(total.variance), _AMOUNT), index=index, label=label)
        for index, (label, total) in enumerate(labelled)
    )


def averaged(estimator: Estimator, table: Sequence[Sequence[Total]], floor: int) -> tuple[Estimate, ...]:
    """A sum, mean, variance or standard deviation over the people who have a value."""
    people, *sums = map(summed, table)
    if are_too_few(people, floor):
        return (not_shown(estimator, Withheld.TOO_FEW_PEOPLE),)
    if estimator.kind is StatisticKind.SUM:
        return (_sum(estimator, people, sums[0]),)
    if estimator.kind is StatisticKind.MEAN:
        return (_mean(estimator, people, sums[0]),)
    return (_spread(estimator, people, sums[0], sums[1]),)


def _sum(estimator: Estimator, people: Total, values: Total) -> Estimate:
    """The sum n·m + S/k with S = Σ(x - c) and m the centre as a value, and its variance."""
    scale = estimator.scale
    offset = (values.value - scale.centre * people.value) / scale.unit
    variance = values.variance / scale.unit**2 + scale.middle**2 * people.variance
    possible = (0.0 if scale.minimum >= 0 else -inf, 0.0 if scale.maximum <= 0 else inf)
    return shown(estimator, people.value * scale.middle + offset, sqrt(variance), possible)


def _mean(estimator: Estimator, people: Total, values: Total) -> Estimate:
    """The mean c + S/n with S = Σ(x - c), and its variance (Var S + (S/n)² Var n) / n²."""
    scale = estimator.scale
    offset = (values.value - scale.centre * people.value) / people.value
    variance = (values.variance + offset**2 * people.variance) / people.value**2
    return shown(
        estimator,
        scale.minimum + (scale.centre + offset) / scale.unit,
        sqrt(variance) / scale.unit,
        (scale.minimum, scale.maximum),
    )


def _spread(estimator: Estimator, people: Total, values: Total, squares: Total) -> Estimate:
    """s² = (Q - S²/n) / (n - 1) with Q = Σ(x - c)², or its root, whose variance is that of s² over 4 s²."""
    scale = estimator.scale
    n, c = people.value, scale.centre
    about_centre = values.value - c * n
    # In whole numbers: Q and S²/n agree in most of their digits, which floats would lose.
    squares_about = squares.value - 2 * c * values.value + c**2 * n
    centred = (n * squares_about - about_centre**2) / n
    spread, offset = max(0.0, centred / (n - 1)), about_centre / n
    by_values = -2 * offset / (n - 1)
    by_people = offset**2 / (n - 1) - centred / (n - 1) ** 2
    variance = (
        squares.variance / (n - 1) ** 2 + by_values**2 * values.variance + by_people**2 * people.variance
    )
    # Where the noise is as large as the spread itself, the two cannot be told apart.
    if variance and spread <= LEAST_SPREAD_DEVIATIONS * sqrt(variance):
        return not_shown(estimator, Withheld.NOISE_TOO_LARGE)
    if estimator.kind is StatisticKind.VARIANCE:
        return shown(estimator, spread / scale.unit**2, sqrt(variance) / scale.unit**2, _AMOUNT)
    noise = sqrt(variance) / (2 * sqrt(spread)) if variance else 0.0
    return shown(estimator, sqrt(spread) / scale.unit, noise / scale.unit, _AMOUNT)
