"""The same answer with nothing hidden: what the private answer is held against.

Plain sums over plain records, written apart from the product's own encoding and decoding on purpose: an
error there must not cancel itself out here.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Value = float | str | None
Person = Mapping[str, Value]


def count(people: Iterable[Person]) -> float:
    """How many people there are."""
    return float(len(list(people)))


def mean(people: Iterable[Person], attribute: str) -> float:
    """The mean over those who have a value."""
    return statistics.fmean(_present(people, attribute))


def sd(people: Iterable[Person], attribute: str) -> float:
    """The sample standard deviation over those who have a value."""
    return statistics.stdev(_present(people, attribute))


def histogram(people: Iterable[Person], attribute: str, edges: Sequence[float]) -> list[float]:
    """How many values lie in each bin; a bin includes its lower edge, the last one both."""
    values = _present(people, attribute)
    bins = list(pairwise(edges))
    return [
        float(sum(low <= value < high or (value == high and high == edges[-1]) for value in values))
        for low, high in bins
    ]


def distribution(people: Iterable[Person], attribute: str, codes: Sequence[str]) -> list[float]:
    """How many people are in each category."""
    values = [person.get(attribute) for person in people]
    return [float(values.count(code)) for code in codes]


def grouped(people: Iterable[Person], attribute: str) -> dict[str, list[Person]]:
    """The people by the category they are in."""
    groups: dict[str, list[Person]] = {}
    for person in people:
        groups.setdefault(str(person.get(attribute)), []).append(person)
    return groups


def _present(people: Iterable[Person], attribute: str) -> list[float]:
    values = (person.get(attribute) for person in people)
    return [float(value) for value in values if value is not None]
