"""Holds a private answer against the same answer computed in the clear."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consent.answer import Answer
from consent.estimate import Estimate
from consent.query import Query
from consent.vocabulary import StatisticKind
from examples import clear
from examples.clear import Person
from ssi.attribute import Kind
from ssi.dataset import data_set

EXACT_TOLERANCE = 1e-9
NOISE_DEVIATIONS = 4.5
"""An honest answer leaves this many standard deviations about once in 150,000 numbers."""


@dataclass(frozen=True)
class Line:
    """One number, both ways. `noise_sd` is the stated standard deviation of the noise, 0 if exact."""

    group: str
    what: str
    private: float | None
    in_the_clear: float
    noise_sd: float

    @property
    def holds(self) -> bool:
        """Whether they are equal, or as near as the stated noise says."""
        if self.private is None:
            return True  # withheld: said in words instead of a number
        allowed = NOISE_DEVIATIONS * self.noise_sd or EXACT_TOLERANCE * max(1.0, abs(self.in_the_clear))
        return abs(self.private - self.in_the_clear) <= allowed


def compare(query: Query, answer: Answer, people: Sequence[Person]) -> list[Line]:
    """Every number of an answer beside its value in the clear, over exactly these people."""
    matching = [
        person
        for person in people
        if all(person.get(each.attribute) == each.category for each in query.where)
    ]
    groups: dict[str | None, list[Person]] = {None: matching}
    if query.group_by is not None:
        groups.update(clear.grouped(matching, query.group_by))
    return [
        line
        for row in answer.rows
        for line in _lines(query, row.group, row.estimates, groups.get(row.group, []))
    ]


def _lines(
    query: Query, group: str | None, estimates: Sequence[Estimate], people: Sequence[Person]
) -> Iterator[Line]:
    for estimate in estimates:
        name = (
            estimate.kind.value
            if estimate.attribute is None
            else f"{estimate.kind.value} {estimate.attribute}"
        )
        yield Line(
            group=group or "everybody",
            what=name if estimate.label is None else f"{name} [{estimate.label}]",
            private=estimate.value,
            in_the_clear=_value(query, estimate, people),
            noise_sd=estimate.noise_sd or 0.0,
        )


def _value(query: Query, estimate: Estimate, people: Sequence[Person]) -> float:
    if estimate.attribute is None:
        return clear.count(people)
    match estimate.kind:
        case StatisticKind.MEAN:
            return clear.mean(people, estimate.attribute)
        case StatisticKind.STANDARD_DEVIATION:
            return clear.sd(people, estimate.attribute)
        case _:
            return _bars(query, estimate.attribute, people)[estimate.index or 0]


def _bars(query: Query, name: str, people: Sequence[Person]) -> list[float]:
    attribute = data_set(query.data_set).attribute(name)
    if attribute.kind is Kind.CATEGORY:
        return clear.distribution(people, name, attribute.codes)
    return clear.histogram(people, name, [float(edge) for edge in attribute.bins])
