"""Does a request ask for more than its purpose needs? What is too much, and what would do instead.

The minimum that a purpose needs (GDPR art. 5(1)(c)) is stated once, in `NEEDS`, and is our own judgement: a
flag is advice for the person and the operator, never a refusal. Columns beyond it are health data that the
purpose has no use for, and more attributes than it relates. Precision beyond it is noise much smaller than
the error of having asked these people and not others, which no use of the answer can tell from none: a
standard error grows by √(1 + r²) where noise is r times as large. Whatever the purpose, a condition that
everybody meets and a statistic that follows from another one are surplus: they cost budget and say nothing.

The smaller request of a flag has that flag no more, and never more columns, conditions or precision.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Final

from consent.joining import asked_about
from consent.menu import MENU, Privacy
from consent.precision import enough_epsilon
from consent.query import Condition, Query, Statistic, decimal_text
from consent.query_rules import encoded_bounds
from consent.vocabulary import Purpose, StatisticKind
from ssi.attribute import Attribute, Kind, Sensitivity
from ssi.dataset import DataSet
from ssi.joined import QUALIFIER


@dataclass(frozen=True)
class Need:
    """The most that a purpose needs.

    Whether health data, how many attributes or series in one question (1 and more), and how large the noise
    may be as a multiple of the sampling error (above 0).
    """

    health: bool
    attributes: int
    noise: float


_THOROUGH, _BROAD, _NARROW = Need(True, 12, 0.25), Need(True, 8, 0.5), Need(True, 6, 0.5)

NEEDS: Final[Mapping[Purpose, Need]] = {
    Purpose.RESEARCH_AND_DEVELOPMENT: _BROAD,
    Purpose.ACADEMIC_RESEARCH: _THOROUGH,
    Purpose.SCIENTIFIC_RESEARCH: _THOROUGH,
    Purpose.NON_COMMERCIAL_RESEARCH: _BROAD,
    Purpose.COMMERCIAL_RESEARCH: _NARROW,
    Purpose.PERSONNEL_HIRING: Need(False, 3, 1.0),
    Purpose.SERVICE_OPTIMISATION: Need(False, 4, 1.0),
    Purpose.PUBLIC_BENEFIT: _NARROW,
}


class SurplusKind(Enum):
    """What there is too much of, in the order in which it is looked at."""

    HEALTH = "health"
    ATTRIBUTES = "attributes"
    IDLE_CONDITION = "idle_condition"
    IMPLIED_STATISTIC = "implied_statistic"
    EXACTNESS = "exactness"
    PRECISION = "precision"


@dataclass(frozen=True)
class Surplus:
    """One flag: what is too much, and the request that would do.

    `what` are attributes or series by name; of precision the epsilon asked for, of exactness nothing.
    """

    kind: SurplusKind
    what: tuple[str, ...]
    smaller: Query


def over_asked(query: Query, *, people: int) -> tuple[Surplus, ...]:
    """What a checked query asks beyond its purpose, if so many people are expected; each with what would do.

    Raises:
        UnknownDataSetError: there is no such data set.
        QueryRefusedError: the query may not be asked at all, or not of so few people.
    """
    described = asked_about(query)
    found = (find(query, described, people) for find in _FINDERS)
    return tuple(each for each in found if each is not None)


def least_request(query: Query, *, people: int) -> Query:
    """The query without anything that `over_asked` flags.

    Raises:
        UnknownDataSetError: there is no such data set.
        QueryRefusedError: as `over_asked`.
    """
    while surplus := over_asked(query, people=people):
        query = surplus[0].smaller
    return query


def _health(query: Query, described: DataSet, _people: int) -> Surplus | None:
    if NEEDS[query.purpose].health:
        return None
    named = tuple(name for name in _columns(query) if _is_health(name, described))
    return Surplus(SurplusKind.HEALTH, named, _without(query, named)) if named else None


def _attributes(query: Query, _described: DataSet, _people: int) -> Surplus | None:
    beyond = _columns(query)[NEEDS[query.purpose].attributes :]
    return Surplus(SurplusKind.ATTRIBUTES, beyond, _without(query, beyond)) if beyond else None


def _idle_conditions(query: Query, described: DataSet, _people: int) -> Surplus | None:
    idle = [each for each in query.where if _is_met_by_all(each, described.attribute(each.attribute))]
    if not idle:
        return None
    kept = tuple(each for each in query.where if each not in idle)
    named = tuple(each.attribute for each in idle)
    return Surplus(SurplusKind.IDLE_CONDITION, named, replace(query, where=kept))


def _implied_statistics(query: Query, _described: DataSet, _people: int) -> Surplus | None:
    implied = [each for each in query.statistics if any(_follows(each, other) for other in query.statistics)]
    if not implied:
        return None
    kept = tuple(each for each in query.statistics if each not in implied)
    named = tuple(dict.fromkeys(each.attribute or "" for each in implied))
    return Surplus(SurplusKind.IMPLIED_STATISTIC, named, replace(query, statistics=kept))


def _exactness(query: Query, described: DataSet, people: int) -> Surplus | None:
    if query.epsilon is not None or not all(MENU[kind].privacy is Privacy.EITHER for kind in query.kinds):
        return None
    enough = enough_epsilon(query, described, people=people, noise=NEEDS[query.purpose].noise)
    if enough is None:
        return None
    return Surplus(SurplusKind.EXACTNESS, (), replace(query, epsilon=enough))


def _precision(query: Query, described: DataSet, people: int) -> Surplus | None:
    if query.epsilon is None:
        return None
    enough = enough_epsilon(query, described, people=people, noise=NEEDS[query.purpose].noise)
    if enough is None or enough >= query.epsilon:
        return None
    asked = decimal_text(query.epsilon)
    return Surplus(SurplusKind.PRECISION, (asked,), replace(query, epsilon=enough))


_FINDERS: Final[tuple[Callable[[Query, DataSet, int], Surplus | None], ...]] = (
    _health,
    _attributes,
    _idle_conditions,
    _implied_statistics,
    _exactness,
    _precision,
)


def _columns(query: Query) -> tuple[str, ...]:
    """What is asked about, series as one, what is computed first: so what is needed least comes last."""
    return tuple(dict.fromkeys(_named(query)))


def _named(query: Query) -> Iterator[str]:
    for each in query.statistics:
        yield from () if each.attribute is None else (each.attribute,)
    if query.group_by is not None:
        yield query.group_by
    for each in query.statistics:
        yield from each.others
    yield from (each.attribute for each in query.where)


def _without(query: Query, names: tuple[str, ...]) -> Query:
    """The query without some attributes; if nothing is left to compute, the number of people."""
    kept = (_statistic_without(each, names) for each in query.statistics)
    statistics = tuple(dict.fromkeys(each for each in kept if each is not None))
    left = replace(
        query,
        statistics=statistics or (Statistic(StatisticKind.COUNT),),
        group_by=None if query.group_by in names else query.group_by,
        where=tuple(each for each in query.where if each.attribute not in names),
    )
    needs_join = any(name.startswith(f"{query.join}{QUALIFIER}") for name in left.attributes)
    return left if needs_join else replace(left, join=None)


def _statistic_without(statistic: Statistic, names: tuple[str, ...]) -> Statistic | None:
    others = tuple(name for name in statistic.others if name not in names)
    if statistic.attribute in names or len(others) < MENU[statistic.kind].others[0]:
        return None
    return replace(statistic, others=others)


def _is_health(name: str, described: DataSet) -> bool:
    series = described.series.get(name)
    attributes = (described.attribute(name),) if series is None else series.readings
    return any(each.sensitivity is Sensitivity.HEALTH for each in attributes)


def _is_met_by_all(condition: Condition, attribute: Attribute) -> bool:
    if condition.least is None or condition.most is None or attribute.kind is not Kind.NUMBER:
        return False
    bounds = encoded_bounds(attribute, condition.least, condition.most)
    return attribute.required and bounds == (0, attribute.steps)


def _follows(statistic: Statistic, other: Statistic) -> bool:
    """Whether a statistic can be read off another one about the same attribute."""
    same = (statistic.attribute, statistic.windows) == (other.attribute, other.windows)
    if statistic.kind is StatisticKind.VARIANCE:
        return same and other.kind is StatisticKind.STANDARD_DEVIATION
    half = Decimal("0.5")
    is_median = statistic.kind is StatisticKind.MEDIAN and other.kind is StatisticKind.QUANTILES
    return same and is_median and half in other.fractions
