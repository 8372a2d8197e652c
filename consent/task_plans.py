"""Which task does a statistic of a query become, with which features, centres and noise?

Everything is derived from the query, the data set and the share of the privacy cost, so that nodes and buyer
plan the same.

Quantiles with noise walk down the bits of the value, one comparison of a noised count a bit and fraction; one
person changes each count by at most one, so with K bits and F fractions each draw may spend 1/(K·F) of the
task's share. The smallest and the largest value would be one person's: with noise they are the values that
`margin` people lie beyond, three standard deviations of the noise.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from consent.calibration import variance_for
from consent.cells import columns_of, is_public, membership_column
from consent.grouping import Groups
from consent.menu import MENU
from consent.query import Query, Statistic
from consent.tasks import CENTRE_BITS, Feature, Task, TaskKind
from consent.vocabulary import StatisticKind
from ssi.attribute import Attribute, Part
from ssi.dataset import DataSet

_FRACTIONS = {
    StatisticKind.MINIMUM: (Decimal(0),),
    StatisticKind.MEDIAN: (Decimal("0.5"),),
    StatisticKind.MAXIMUM: (Decimal(1),),
}
_MARGIN_DEVIATIONS = 3
_LOGISTIC_ITERATIONS = 30
_LOGISTIC_RATE = 8
_LOGISTIC_RANGE = 256
_K_MEANS_ITERATIONS = 8
_BASES = (2, 3, 5, 7, 11, 13, 17, 19)

_Plan = Callable[[Statistic, Query, DataSet, Fraction], Task]


def tasks_in(query: Query) -> int:
    """How many tasks a query needs."""
    return sum(MENU[statistic.kind].is_task for statistic in query.statistics)


def tasks_of(query: Query, data_set: DataSet, groups: Groups, share: Fraction) -> tuple[Task, ...]:
    """The tasks of a checked query, in the order of its statistics; each may spend `share` (0: exact).

    Raises:
        QueryRefusedError: the noise of one could not be drawn.
    """
    private = query.group_by is not None and not is_public(query, data_set)
    members = tuple(membership_column(query, data_set, group) for group in groups if private and group)
    planned = (
        _PLANS[each.kind](each, query, data_set, share)
        for each in query.statistics
        if MENU[each.kind].is_task
    )
    return tuple(replace(task, members=members) for task in planned)


def fractions_of(statistic: Statistic) -> tuple[Decimal, ...]:
    """The places that a statistic asks for; none where it asks for no places."""
    return _FRACTIONS.get(statistic.kind, statistic.fractions)


def _quantiles(statistic: Statistic, _query: Query, data_set: DataSet, share: Fraction) -> Task:
    attribute = data_set.attribute(statistic.attribute or "")
    fractions = fractions_of(statistic)
    column = data_set.column(attribute.name, Part.VALUE)
    bits = data_set.columns[column].bits
    rho = share / (bits * len(fractions))
    variance = variance_for(1, rho)
    has_extreme = not {Decimal(0), Decimal(1)}.isdisjoint(fractions)
    margin = isqrt(int(_MARGIN_DEVIATIONS**2 * variance)) + 1 if variance and has_extreme else 0
    return Task(
        TaskKind.QUANTILES,
        columns=(column,),
        bits=bits,
        presence=None if attribute.required else data_set.column(attribute.name, Part.PRESENT),
        fractions=fractions,
        margin=margin,
        rho=rho,
        variance=variance,
    )


def _top(statistic: Statistic, _query: Query, data_set: DataSet, share: Fraction) -> Task:
    attribute = data_set.attribute(statistic.attribute or "")
    return Task(
        TaskKind.TOP_CATEGORIES,
        columns=tuple(columns_of(data_set, attribute, Part.IS)),
        count=statistic.count or 1,
        rho=share,
        variance=variance_for(1, share),
    )


def _logistic(statistic: Statistic, query: Query, data_set: DataSet, _share: Fraction) -> Task:
    label = data_set.attribute(statistic.attribute or "")
    features = tuple(_about_centre(data_set.attribute(name), data_set) for name in statistic.others)
    return Task(
        TaskKind.LOGISTIC_REGRESSION,
        columns=(columns_of(data_set, label, Part.IS)[-1],),
        features=features,
        iterations=_LOGISTIC_ITERATIONS,
        rate=Fraction(_LOGISTIC_RATE, len(features) + 1),
        floor=query.floor,
    )


def _k_means(statistic: Statistic, query: Query, data_set: DataSet, _share: Fraction) -> Task:
    features = tuple(_from_zero(data_set.attribute(name), data_set) for name in statistic.attributes)
    clusters = statistic.count or 1
    return Task(
        TaskKind.K_MEANS,
        count=clusters,
        features=features,
        centres=tuple(
            tuple(_spread(index + 1, base) for base in _BASES[: len(features)]) for index in range(clusters)
        ),
        iterations=_K_MEANS_ITERATIONS,
        floor=query.floor,
    )


def _about_centre(attribute: Attribute, data_set: DataSet) -> Feature:
    """A feature in [-256, 256], which stand for -1 and 1."""
    middle = attribute.steps // 2
    farthest = attribute.steps - middle
    return _scaled(attribute, data_set, middle, _LOGISTIC_RANGE, farthest)


def _from_zero(attribute: Attribute, data_set: DataSet) -> Feature:
    """A feature of `CENTRE_BITS` bits."""
    return _scaled(attribute, data_set, 0, (1 << CENTRE_BITS) - 1, attribute.steps)


def _scaled(attribute: Attribute, data_set: DataSet, offset: int, wanted: int, largest: int) -> Feature:
    shift = largest.bit_length()
    return Feature(
        data_set.column(attribute.name, Part.VALUE), offset, max(1, (wanted << shift) // largest), shift
    )


def _spread(index: int, base: int) -> int:
    """Starting centres that fill the space evenly: the radical inverse of Halton (1960), as a feature."""
    value, unit = Fraction(0), Fraction(1, base)
    while index:
        index, digit = divmod(index, base)
        value, unit = value + digit * unit, unit / base
    return int(value * ((1 << CENTRE_BITS) - 1))


_PLANS: dict[StatisticKind, _Plan] = {
    StatisticKind.MINIMUM: _quantiles,
    StatisticKind.MAXIMUM: _quantiles,
    StatisticKind.MEDIAN: _quantiles,
    StatisticKind.QUANTILES: _quantiles,
    StatisticKind.TOP_CATEGORIES: _top,
    StatisticKind.LOGISTIC_REGRESSION: _logistic,
    StatisticKind.K_MEANS: _k_means,
}
