"""Holds a private answer against the same answer computed in the clear."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consent.answer import Answer
from consent.estimate import Estimate
from consent.joining import asked_about
from consent.query import Condition, Query
from consent.vocabulary import StatisticKind
from examples import clear
from examples.clear import Person
from ssi.attribute import Kind

EXACT_TOLERANCE = 1e-9
NOISE_DEVIATIONS = 4.5
"""An honest answer leaves this many standard deviations about once in 150,000 numbers."""

LOGISTIC_ROUNDING = 0.05
CLUSTER_ROUNDING = 0.02
CLUSTER_PEOPLE = 3
"""Fits round inside: weights by a little, centres by a part of the range, and whoever is between moves."""

_EXTREME_DEVIATIONS = 3
_PLACES = {
    StatisticKind.MINIMUM: Decimal(0),
    StatisticKind.MEDIAN: Decimal("0.5"),
    StatisticKind.MAXIMUM: Decimal(1),
}


@dataclass(frozen=True)
class Places:
    """How far a noised quantile stands from its place in the sorted crowd, and how far noise may carry it.

    Both are numbers of people; `sd` is the stated standard deviation.
    """

    off: float
    sd: float

    @property
    def hold(self) -> bool:
        """Whether it stands as near as the stated noise says."""
        return self.off <= NOISE_DEVIATIONS * self.sd


@dataclass(frozen=True)
class Line:
    """One number, both ways. `noise_sd` is the stated standard deviation of the noise, 0 if exact.

    A noised quantile has `places` instead. `rounding` is what a fit may be off without any noise.
    """

    group: str
    what: str
    private: float | None
    in_the_clear: float
    noise_sd: float
    places: Places | None = None
    rounding: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether they are equal, or as near as the stated noise says."""
        if self.private is None:
            return True  # withheld: said in words instead of a number
        if self.places is not None:
            return self.places.hold
        exact = self.rounding or EXACT_TOLERANCE * max(1.0, abs(self.in_the_clear))
        return abs(self.private - self.in_the_clear) <= (NOISE_DEVIATIONS * self.noise_sd or exact)


def compare(query: Query, answer: Answer, people: Sequence[Person]) -> list[Line]:
    """Every number of an answer beside its value in the clear, over exactly these people.

    A relation is found again by its kind and its attribute: the query names each such pair once.
    """
    matching = [person for person in people if all(_meets(person, each) for each in query.where)]
    groups: dict[str | None, list[Person]] = {None: matching}
    if query.group_by is not None:
        groups.update(clear.grouped(matching, query.group_by))
    return [
        _line(query, row.group, estimate, groups.get(row.group, []))
        for row in answer.rows
        for estimate in row.estimates
    ]


def _meets(person: Person, condition: Condition) -> bool:
    value = person.get(condition.attribute)
    if condition.least is None or condition.most is None:
        return value == condition.category
    return value is not None and float(condition.least) <= float(value) <= float(condition.most)


def _line(query: Query, group: str | None, estimate: Estimate, people: Sequence[Person]) -> Line:
    asked = _Asked(query, estimate, people)
    return Line(
        group=group or "everybody",
        what=" ".join(_words(estimate)),
        private=estimate.value,
        in_the_clear=clear.count(people)
        if estimate.attribute is None
        else _IN_THE_CLEAR[estimate.kind](asked),
        noise_sd=estimate.noise_sd or 0.0,
        places=_places(asked),
        rounding=_rounding(asked),
    )


def _words(estimate: Estimate) -> Iterator[str]:
    yield estimate.kind.value.replace("_", " ")
    if estimate.attribute is not None:
        yield estimate.attribute
    if estimate.kind is StatisticKind.K_MEANS:
        yield f"[cluster {(estimate.index or 0) + 1}: {estimate.label}]"
    elif estimate.label is not None and estimate.kind not in _PLACES:
        yield f"[{estimate.label}]"


class _Asked:
    """One number of an answer: what was asked, and about whom."""

    def __init__(self, query: Query, estimate: Estimate, people: Sequence[Person]) -> None:
        self.people, self.estimate = people, estimate
        self.name, self.label, self.index = (
            estimate.attribute or "",
            estimate.label or "",
            estimate.index or 0,
        )
        self.data_set = asked_about(query)
        self.statistic = next(
            each
            for each in query.statistics
            if each.kind is estimate.kind and each.attribute == estimate.attribute
        )

    @property
    def fraction(self) -> Decimal:
        fixed = _PLACES.get(self.statistic.kind)
        return self.statistic.fractions[self.index] if fixed is None else fixed

    def ranges(self, names: Sequence[str]) -> dict[str, tuple[float, float]]:
        attributes = [self.data_set.attribute(name) for name in names]
        return {each.name: (float(each.minimum), float(each.maximum)) for each in attributes}


def _bar(asked: _Asked) -> float:
    attribute = asked.data_set.attribute(asked.name)
    if attribute.kind is Kind.CATEGORY:
        return clear.distribution(asked.people, asked.name, attribute.codes)[asked.index]
    return clear.histogram(asked.people, asked.name, [float(edge) for edge in attribute.bins])[asked.index]


def _place(asked: _Asked) -> float:
    return clear.quantile(asked.people, asked.name, asked.fraction)


def _top(asked: _Asked) -> float:
    return clear.distribution(asked.people, asked.name, [asked.label])[0]


def _regression(asked: _Asked) -> float:
    return clear.regression(asked.people, asked.name, asked.statistic.others)[asked.index]


def _logistic(asked: _Asked) -> float:
    explained = asked.name, asked.data_set.attribute(asked.name).codes[-1]
    return clear.logistic(asked.people, explained, asked.ranges(asked.statistic.others))[asked.index]


def _cluster(asked: _Asked) -> float:
    names = asked.statistic.attributes
    means, people = clear.clusters(asked.people, asked.ranges(names), asked.statistic.count or 1)[asked.index]
    return means[names.index(asked.label)] if asked.label in names else float(people)


_IN_THE_CLEAR: Mapping[StatisticKind, Callable[[_Asked], float]] = {
    StatisticKind.SUM: lambda asked: clear.total(asked.people, asked.name),
    StatisticKind.MEAN: lambda asked: clear.mean(asked.people, asked.name),
    StatisticKind.VARIANCE: lambda asked: clear.sd(asked.people, asked.name) ** 2,
    StatisticKind.STANDARD_DEVIATION: lambda asked: clear.sd(asked.people, asked.name),
    StatisticKind.HISTOGRAM: _bar,
    StatisticKind.MINIMUM: _place,
    StatisticKind.MEDIAN: _place,
    StatisticKind.MAXIMUM: _place,
    StatisticKind.QUANTILES: _place,
    StatisticKind.TOP_CATEGORIES: _top,
    StatisticKind.COVARIANCE: lambda asked: clear.covariance(asked.people, asked.name, asked.label),
    StatisticKind.CORRELATION: lambda asked: clear.correlation(asked.people, asked.name, asked.label),
    StatisticKind.LINEAR_REGRESSION: _regression,
    StatisticKind.LOGISTIC_REGRESSION: _logistic,
    StatisticKind.K_MEANS: _cluster,
}


def _places(asked: _Asked) -> Places | None:
    sd, value = asked.estimate.noise_rank_sd, asked.estimate.value
    if sd is None or value is None:
        return None
    last = len(asked.people) - 1
    margin = min(_EXTREME_DEVIATIONS * sd, last)
    extremes = {Decimal(0): margin, Decimal(1): last - margin}
    place = extremes.get(asked.fraction, float(asked.fraction) * last)
    return Places(clear.places_off(asked.people, asked.name, value, place), sd)


def _rounding(asked: _Asked) -> float:
    match asked.estimate.kind:
        case StatisticKind.LOGISTIC_REGRESSION:
            return LOGISTIC_ROUNDING
        case StatisticKind.K_MEANS if asked.label in asked.statistic.attributes:
            low, high = asked.ranges([asked.label])[asked.label]
            return CLUSTER_ROUNDING * (high - low)
        case StatisticKind.K_MEANS:
            return CLUSTER_PEOPLE
        case _:
            return 0.0
