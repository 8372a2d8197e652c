"""What is the answer, and how far may it be off? Opened sums become estimates with their error.

`noise_sd` is the standard deviation that the added noise gives an estimate, by the delta method for means and
standard deviations, and `interval95` is the estimate plus and minus 1.96 of it: the error of the noise, not
of drawing these people from some population. Exact answers have no error. An estimate that noise could have
made out of nothing is withheld with a reason instead of being shown as a wild number. Estimates and intervals
are brought into the range that is possible: that costs no privacy and only takes error away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import inf, sqrt
from typing import NamedTuple

from consent.computation import Computation
from consent.errors import MismatchError
from consent.estimator import Estimator
from consent.vocabulary import StatisticKind

RELIABLE_DEVIATIONS = 5
"""A number of people below this many standard deviations of its own noise carries no estimate."""

LEAST_SPREAD_DEVIATIONS = 2
"""A variance below this many standard deviations of its own noise carries no standard deviation."""

_NORMAL_95 = 1.96
_LEAST_FOR_SPREAD = 2


class Withheld(Enum):
    """Why there is no estimate."""

    TOO_FEW_PEOPLE = "too_few_people"
    NOISE_TOO_LARGE = "noise_too_large"


@dataclass(frozen=True)
class Estimate:
    """One number of the answer, or the reason why there is none.

    `index` and `label` say which bin or category of a histogram it is; None otherwise.
    """

    kind: StatisticKind
    attribute: str | None
    index: int | None = None
    label: str | None = None
    value: float | None = None
    noise_sd: float | None = None
    interval95: tuple[float, float] | None = None
    withheld: Withheld | None = None


@dataclass(frozen=True)
class AnswerRow:
    """The estimates of one group, in the order of the query's statistics; None is everybody."""

    group: str | None
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True)
class Answer:
    """An answer, group by group, and the groups that had too few people to be computed."""

    rows: tuple[AnswerRow, ...]
    withheld_groups: tuple[str, ...]


class Total(NamedTuple):
    """An opened sum and the variance of the noise in it."""

    value: int
    variance: float


def decode(computation: Computation, totals: Sequence[int]) -> Answer:
    """Decode the opened cells, as signed integers in the order of the computation.

    Raises:
        MismatchError: there are more or fewer numbers than cells.
    """
    if len(totals) != len(computation.cells):
        raise MismatchError(f"expected {len(computation.cells)} numbers, got {len(totals)}")
    table = _table(computation, totals)
    rows = tuple(
        AnswerRow(
            group,
            tuple(
                estimate
                for each in computation.estimators
                for estimate in _estimates(each, table[group], computation.floor)
            ),
        )
        for group in computation.groups
    )
    return Answer(rows, computation.withheld)


def foresee(computation: Computation, people: int) -> Answer:
    """An answer as it could be, for its errors: what a buyer may expect before the query runs.

    It assumes groups, bins and categories of equal size, and values that vary by an eighth of their range
    around its middle. It is computed from no data.
    """
    per_group = max(1, people // len(computation.groups))
    sharing = Counter((cell.group, cell.measure) for cell in computation.cells)
    typical = {
        measure.name: _typical(computation, measure.name, per_group) for measure in computation.measures
    }
    shares = [typical[cell.measure] // sharing[cell.group, cell.measure] for cell in computation.cells]
    return decode(computation, shares)


_Table = Mapping[str, list[Total]]


def _table(computation: Computation, totals: Sequence[int]) -> Mapping[str | None, _Table]:
    variance = {measure.name: measure.noise_variance for measure in computation.measures}
    table: dict[str | None, dict[str, list[Total]]] = {
        group: {measure: [] for measure in variance} for group in computation.groups
    }
    for cell, total in zip(computation.cells, totals, strict=True):
        table[cell.group][cell.measure].append(Total(total, variance[cell.measure]))
    return table


def _estimates(estimator: Estimator, table: _Table, floor: int) -> tuple[Estimate, ...]:
    if estimator.kind is StatisticKind.HISTOGRAM:
        bars = zip(estimator.labels, table[estimator.measures[0]], strict=True)
        return tuple(_bar(estimator, index, label, total) for index, (label, total) in enumerate(bars))
    people, *sums = (_summed(table[measure]) for measure in estimator.measures)
    if estimator.kind is StatisticKind.COUNT:
        return (_shown(estimator, people.value, sqrt(people.variance)),)
    if people.value < max(floor, _LEAST_FOR_SPREAD, RELIABLE_DEVIATIONS * sqrt(people.variance)):
        return (Estimate(estimator.kind, estimator.attribute, withheld=Withheld.TOO_FEW_PEOPLE),)
    if estimator.kind is StatisticKind.MEAN:
        return (_mean(estimator, people, sums[0]),)
    return (_spread(estimator, people, sums[0], sums[1]),)


def _bar(estimator: Estimator, index: int, label: str, total: Total) -> Estimate:
    return replace(_shown(estimator, total.value, sqrt(total.variance)), index=index, label=label)


def _mean(estimator: Estimator, people: Total, values: Total) -> Estimate:
    """The mean c + S/n with S = Σ(x - c), and its variance (Var S + (S/n)² Var n) / n²."""
    scale = 10.0**estimator.decimals
    offset = (values.value - estimator.centre * people.value) / people.value
    variance = (values.variance + offset**2 * people.variance) / people.value**2
    return _shown(
        estimator,
        estimator.minimum + (estimator.centre + offset) / scale,
        sqrt(variance) / scale,
        possible=(estimator.minimum, estimator.maximum),
    )


def _spread(estimator: Estimator, people: Total, values: Total, squares: Total) -> Estimate:
    """The root of s² = (Q - S²/n) / (n - 1) with Q = Σ(x - c)², and the variance of s² divided by 4 s²."""
    scale = 10.0**estimator.decimals
    n, c = people.value, estimator.centre
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
    if variance == 0:
        return _shown(estimator, sqrt(spread) / scale, 0.0)
    # Where the noise is as large as the spread itself, the square root of the two means nothing.
    if spread <= LEAST_SPREAD_DEVIATIONS * sqrt(variance):
        return Estimate(estimator.kind, estimator.attribute, withheld=Withheld.NOISE_TOO_LARGE)
    return _shown(estimator, sqrt(spread) / scale, sqrt(variance) / (2 * sqrt(spread)) / scale)


def _shown(
    estimator: Estimator, value: float, noise_sd: float, possible: tuple[float, float] = (0.0, inf)
) -> Estimate:
    within = _clip(value, possible)
    margin = _NORMAL_95 * noise_sd
    return Estimate(
        estimator.kind,
        estimator.attribute,
        value=within,
        noise_sd=noise_sd,
        interval95=(_clip(within - margin, possible), _clip(within + margin, possible)),
    )


def _clip(value: float, possible: tuple[float, float]) -> float:
    return float(min(max(value, possible[0]), possible[1]))


def _summed(totals: Sequence[Total]) -> Total:
    return Total(sum(total.value for total in totals), sum(total.variance for total in totals))


def _typical(computation: Computation, measure: str, people: int) -> int:
    kinds = {
        name: (each, place) for each in computation.estimators for place, name in enumerate(each.measures)
    }
    estimator, place = kinds[measure]
    steps = (estimator.maximum - estimator.minimum) * 10.0**estimator.decimals
    return round((people, people * steps / 2, people * (steps**2 / 4 + steps**2 / 64))[place])
