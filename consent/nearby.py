"""Which query close by would be allowed, where this one is refused?

Nothing is promised that was not looked at: `nearby` makes changed queries, the most similar first, and asks
the very code that refused whether it takes them. A change widens or drops a condition, merges groups, leaves
a statistic out, asks for a place that is not at the end, for noise or for more of it, for another crowd, or
for the usual way of computing; nothing is added, and no query becomes exact. The purpose, the data sets and
who asks are not changed: what is refused for those has no query close by.

The search is bounded in both of its costs, so that a refusal cannot be used to keep others waiting.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from heapq import heappop, heappush
from itertools import count
from typing import Final

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.menu import MENU, Privacy
from consent.precision import LADDER
from consent.query import (
    LEAST_FLOOR,
    MOST_CONDITIONS,
    MOST_FLOOR,
    Condition,
    Query,
    Statistic,
)
from consent.query_check import check
from consent.query_rules import LEAST_BEYOND
from consent.task_plans import fractions_of
from consent.vocabulary import Engine, StatisticKind
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from ssi.errors import DataSetError

MOST_TRIES: Final = 16
"""How often whoever refused is asked about another query, which may cost a pass over everybody."""

MOST_LOOKED_AT: Final = 300
"""How many queries are made and held against the rules that no consent can lift, which costs little."""

MOST_CHANGES: Final = 3

FLOORS: Final = (25, 50, 100)
USUAL: Final = Decimal(1)
"""The epsilon at most where an exact answer is refused."""


@dataclass(frozen=True, order=True)
class _Step:
    """A query that was made: how far it is from the one that was asked, and in how many changes."""

    cost: float
    number: int
    changes: int
    query: Query


Change = tuple[float, Query]
"""How much a change costs, and what it makes of a query."""


def nearby(
    query: Query,
    is_allowed: Callable[[Query], bool],
    *,
    affordable: Decimal | None = None,
    tries: int = MOST_TRIES,
) -> Query | None:
    """The query closest to this one that is allowed; None where none was found within so many `tries`.

    `is_allowed` is only asked about queries that keep the rules which no consent can lift. No epsilon above
    `affordable` is proposed, which is what enough people have left, where that is known.
    """
    numbers = count()
    waiting = [_Step(0.0, next(numbers), 0, query)]
    seen = {query}
    while waiting and tries > 0:
        step = heappop(waiting)
        if step.changes and is_sound(step.query):
            tries -= 1
            if is_allowed(step.query):
                return step.query
        if step.changes == MOST_CHANGES:
            continue
        for cost, changed in _changes(step.query, affordable):
            if changed not in seen and len(seen) < MOST_LOOKED_AT:
                seen.add(changed)
                heappush(waiting, _Step(step.cost + cost, next(numbers), step.changes + 1, changed))
    return None


def is_sound(query: Query) -> bool:
    """Whether a query keeps the rules that no consent can lift."""
    try:
        check(query, asked_about(query))
    except QueryRefusedError:
        return False
    return True


def _changes(query: Query, affordable: Decimal | None) -> Iterator[Change]:
    described = _described(query)
    yield from _of_conditions(query, described)
    yield from _of_places(query)
    yield from _of_statistics(query)
    yield from _of_crowd(query)
    yield from _of_noise(query, affordable)
    yield from _of_computing(query)


def _of_conditions(query: Query, described: DataSet | None) -> Iterator[Change]:
    """Each condition wider; without each of them; without groups."""
    for place, condition in enumerate(query.where):
        wider = None if described is None else _wider(condition, described)
        if wider is not None and wider != condition:
            yield 0.8, replace(query, where=(*query.where[:place], wider, *query.where[place + 1 :]))
    kept = query.where[:MOST_CONDITIONS]
    for place in range(len(query.where)):
        yield 1.0, replace(query, where=(*kept[:place], *kept[place + 1 :]))
    if query.group_by is not None:
        yield 1.7, replace(query, group_by=None)


def _of_places(query: Query) -> Iterator[Change]:
    """Places away from the ends, where an exact value there is one person's."""
    if query.epsilon is not None:
        return
    for place, each in enumerate(query.statistics):
        inner = _away_from_the_ends(each, query.floor)
        if inner is not None and inner not in query.statistics:
            yield 1.1, _with_statistic(query, place, inner)
    ends = [min(each, 1 - each) for kind in query.statistics for each in fractions_of(kind)]
    if ends and min(ends) > 0:
        least = int((LEAST_BEYOND / min(ends)).to_integral_value(ROUND_CEILING))
        if query.floor < least <= MOST_FLOOR:
            yield 1.15, replace(query, floor=least)


def _of_statistics(query: Query) -> Iterator[Change]:
    """Without each statistic; of one that is asked for twice without the second."""
    if len(query.statistics) < 2:  # noqa: PLR2004 — something has to be left
        return
    for place in reversed(range(len(query.statistics))):
        left = (*query.statistics[:place], *query.statistics[place + 1 :])
        yield 1.4, replace(query, statistics=left)


def _of_crowd(query: Query) -> Iterator[Change]:
    """Another floor: within the bounds; a larger one, which wins those who ask for it; the least."""
    bounded = max(LEAST_FLOOR, min(MOST_FLOOR, query.floor))
    if bounded != query.floor:
        yield 0.5, replace(query, floor=bounded)
    if query.group_by is not None or query.where:
        for floor in FLOORS:
            if floor > query.floor:
                yield 1.1, replace(query, floor=floor)
    if query.floor > LEAST_FLOOR:
        yield 1.6, replace(query, floor=LEAST_FLOOR)


def _of_noise(query: Query, affordable: Decimal | None) -> Iterator[Change]:
    """Noise in the place of exactness, or more of it; more precision only where there was too little."""
    most = LADDER[-1] if affordable is None else affordable
    if query.epsilon is None:
        offered = [each for each in reversed(LADDER) if each <= min(most, USUAL)]
        yield from ((1.2, replace(query, epsilon=each)) for each in offered[:4])
        return
    less = [each for each in reversed(LADDER) if each < query.epsilon and each <= most]
    yield from ((1.2, replace(query, epsilon=each)) for each in less[:3])
    more = [each for each in LADDER if query.epsilon < each <= most]
    yield from ((1.5, replace(query, epsilon=each)) for each in more[:2])


def _of_computing(query: Query) -> Iterator[Change]:
    """By the way that answers everything; checked by the nodes, or not where that cannot be."""
    if query.engine is not Engine.AUTO:
        yield 0.9, replace(query, engine=Engine.AUTO)
    yield (1.3 if query.verified else 1.9), replace(query, verified=not query.verified)


def _described(query: Query) -> DataSet | None:
    try:
        return asked_about(query)
    except QueryRefusedError:
        return None


def _wider(condition: Condition, described: DataSet) -> Condition | None:
    """Twice the range, within what there is; one whose ends are the wrong way round is turned."""
    if condition.least is None or condition.most is None:
        return None
    try:
        attribute = described.attribute(condition.attribute)
    except DataSetError:
        return None
    if attribute.kind is not Kind.NUMBER:
        return None
    least, most = sorted((condition.least, condition.most))
    if condition.least <= condition.most:
        half = max((most - least) / 2, _step(attribute))
        least, most = least - half, most + half
    return replace(
        condition,
        least=_within(attribute, least).quantize(_step(attribute)),
        most=_within(attribute, most).quantize(_step(attribute)),
    )


def _step(attribute: Attribute) -> Decimal:
    return Decimal(1).scaleb(-attribute.decimals)


def _within(attribute: Attribute, end: Decimal) -> Decimal:
    return max(attribute.minimum, min(attribute.maximum, end))


def _away_from_the_ends(statistic: Statistic, floor: int) -> Statistic | None:
    """What asks for no place near an end: fewer fractions, or the middle."""
    if statistic.kind in {StatisticKind.MINIMUM, StatisticKind.MAXIMUM}:
        return replace(statistic, kind=StatisticKind.MEDIAN)
    if statistic.kind is not StatisticKind.QUANTILES or MENU[statistic.kind].privacy is Privacy.ONLY_NOISE:
        return None
    inner = tuple(each for each in statistic.fractions if min(each, 1 - each) * floor >= LEAST_BEYOND)
    if inner == statistic.fractions:
        return None
    middle = replace(statistic, kind=StatisticKind.MEDIAN, fractions=())
    return replace(statistic, fractions=inner) if inner else middle


def _with_statistic(query: Query, place: int, statistic: Statistic) -> Query:
    others: Sequence[Statistic] = query.statistics
    return replace(query, statistics=(*others[:place], statistic, *others[place + 1 :]))
