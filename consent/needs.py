"""Which measures does each statistic need, in which order does its estimator read them?

The order is part of how an answer is decoded, here and in browsers; `COMPUTATION.md` here lists it. What
several statistics need is computed once.
"""

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement

from consent.cells import PEOPLE, Family, denominator, distribution, of_part, pair
from consent.query import Query, Statistic
from consent.vocabulary import StatisticKind
from ssi.attribute import Attribute, Part
from ssi.dataset import DataSet

_Needs = Callable[[Attribute, Sequence[Attribute]], list[Family]]


def families(query: Query, data_set: DataSet) -> tuple[Family, ...]:
    """The measures that a checked query needs, each once, in the order in which its statistics need them."""
    needed = [family for statistic in query.computed for family in needs(statistic, data_set)]
    found: dict[str, Family] = {}
    for family in needed:
        found.setdefault(family.name, family)
    return tuple(found.values())


def needs(statistic: Statistic, data_set: DataSet) -> list[Family]:
    """The measures that a statistic reads, in the order in which it reads them; some may stand twice."""
    if statistic.attribute is None:
        return [Family(PEOPLE)]
    attribute, *others = (data_set.attribute(name) for name in statistic.attributes)
    return _NEEDS[statistic.kind](attribute, others)


def _sums(attribute: Attribute, _: Sequence[Attribute]) -> list[Family]:
    return [denominator(attribute), of_part(attribute, Part.VALUE)]


def _squares(attribute: Attribute, others: Sequence[Attribute]) -> list[Family]:
    return [*_sums(attribute, others), of_part(attribute, Part.SQUARE)]


def _distribution(attribute: Attribute, _: Sequence[Attribute]) -> list[Family]:
    return [distribution(attribute)]


def _people(attribute: Attribute, _: Sequence[Attribute]) -> list[Family]:
    return [denominator(attribute)]


def _nothing(_attribute: Attribute, _others: Sequence[Attribute]) -> list[Family]:
    return []


def _products(attribute: Attribute, others: Sequence[Attribute]) -> list[Family]:
    return [family for other in others for family in pair(attribute, other)[:4]]


def _products_and_squares(attribute: Attribute, others: Sequence[Attribute]) -> list[Family]:
    return [family for other in others for family in pair(attribute, other)]


def _moments(attribute: Attribute, others: Sequence[Attribute]) -> list[Family]:
    """People, the sum of every column, and of every product: what explains first, what is explained last."""
    columns = [*others, attribute]
    sums = [of_part(column, Part.VALUE) for column in columns]
    products = [
        of_part(left, Part.SQUARE) if left is right else pair(left, right).product
        for left, right in combinations_with_replacement(columns, 2)
    ]
    return [denominator(attribute), *sums, *products]


_NEEDS: dict[StatisticKind, _Needs] = {
    StatisticKind.COUNT: _people,
    StatisticKind.SUM: _sums,
    StatisticKind.MEAN: _sums,
    StatisticKind.VARIANCE: _squares,
    StatisticKind.STANDARD_DEVIATION: _squares,
    StatisticKind.HISTOGRAM: _distribution,
    StatisticKind.MINIMUM: _people,
    StatisticKind.MAXIMUM: _people,
    StatisticKind.MEDIAN: _people,
    StatisticKind.QUANTILES: _people,
    StatisticKind.TOP_CATEGORIES: _nothing,
    StatisticKind.COVARIANCE: _products,
    StatisticKind.CORRELATION: _products_and_squares,
    StatisticKind.LINEAR_REGRESSION: _moments,
    StatisticKind.LOGISTIC_REGRESSION: _nothing,
    StatisticKind.K_MEANS: _nothing,
}
