"""How much noise could an answer bear before anybody would notice?

An answer about these people is taken for one about people like them, and so has a sampling error that no
privacy removes. With values that vary by an eighth of their range, as `consent.foresight` assumes, it is
known before anything is computed (for a mean σ/√n, for a standard deviation σ/√2n, for a count at most √n/2).
Noise that is small beside it is precision that says nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from typing import Final

from consent.computation import compile_groups
from consent.estimate import Estimate
from consent.foresight import foresee
from consent.query import Query
from consent.vocabulary import StatisticKind
from ssi.dataset import DataSet

LADDER: Final = tuple(map(Decimal, ("0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10")))
"""The epsilons that are tried, from the most private."""

_EIGHTH: Final = 8


def enough_epsilon(query: Query, data_set: DataSet, *, people: int, noise: float) -> Decimal | None:
    """The least epsilon of `LADDER` whose noise is at most `noise` times the sampling error of each estimate.

    None where none is enough, or where an estimate has no sampling error that is known beforehand.

    Raises:
        QueryRefusedError: the query may not be asked at all, or not of so few people.
    """
    if not all(kind in _SAMPLING or kind in _PLACES for kind in query.kinds):
        return None
    return next((each for each in LADDER if _is_enough(query, each, data_set, people, noise)), None)


def _is_enough(query: Query, epsilon: Decimal, data_set: DataSet, people: int, noise: float) -> bool:
    groups = (None,) if query.group_by is None else data_set.attribute(query.group_by).codes
    asked = replace(query, epsilon=epsilon)
    answer = foresee(compile_groups(asked, data_set, groups=groups, people=people), people)
    each_group = max(1, people // len(groups))
    estimates = [estimate for row in answer.rows for estimate in row.estimates]
    return all(_is_hidden(estimate, data_set, each_group, noise) for estimate in estimates)


def _is_hidden(estimate: Estimate, data_set: DataSet, people: int, noise: float) -> bool:
    if estimate.withheld is not None:
        return False
    if estimate.kind in _PLACES:
        return estimate.noise_rank_sd is not None and estimate.noise_rank_sd <= noise * sqrt(people) / 2
    sampling = _SAMPLING[estimate.kind](_deviation(estimate, data_set), people)
    return estimate.noise_sd is not None and estimate.noise_sd <= noise * sampling


def _deviation(estimate: Estimate, data_set: DataSet) -> float:
    if estimate.attribute is None or estimate.kind is StatisticKind.HISTOGRAM:
        return 0.0
    attribute = data_set.attribute(estimate.attribute)
    return float(attribute.maximum - attribute.minimum) / _EIGHTH


_SAMPLING: Final[Mapping[StatisticKind, Callable[[float, int], float]]] = {
    StatisticKind.COUNT: lambda _, people: sqrt(people) / 2,
    StatisticKind.HISTOGRAM: lambda _, people: sqrt(people) / 2,
    StatisticKind.SUM: lambda deviation, people: deviation * sqrt(people),
    StatisticKind.MEAN: lambda deviation, people: deviation / sqrt(people),
    StatisticKind.VARIANCE: lambda deviation, people: deviation**2 * sqrt(2 / people),
    StatisticKind.STANDARD_DEVIATION: lambda deviation, people: deviation / sqrt(2 * people),
}
"""The sampling error of each kind, from the deviation of one value and the number of people."""

_PLACES: Final = frozenset(
    {
        StatisticKind.MINIMUM,
        StatisticKind.MAXIMUM,
        StatisticKind.MEDIAN,
        StatisticKind.QUANTILES,
    }
)
"""Kinds whose noise is one of place, in people."""
