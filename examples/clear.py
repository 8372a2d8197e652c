"""The same answer with nothing hidden: what the private answer is held against.

Plain sums over plain records, written apart from the product's own encoding and decoding on purpose: an
error there must not cancel itself out here.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Value = float | str | None
Person = Mapping[str, Value]
Reals = NDArray[np.float64]
Ranges = Mapping[str, tuple[float, float]]
"""Attributes, each with the least and the most that it can be."""

CLUSTER_ITERATIONS = 8
LOGISTIC_ITERATIONS = 30
LOGISTIC_RATE = 8
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


def count(people: Iterable[Person]) -> float:
    """How many people there are."""
    return float(len(list(people)))


def total(people: Iterable[Person], attribute: str) -> float:
    """The sum over those who have a value."""
    return math.fsum(_present(people, attribute))


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


def quantile(people: Iterable[Person], attribute: str, fraction: Decimal) -> float:
    """The value at this fraction of the way from the smallest to the largest; the lower one between two."""
    values = sorted(_present(people, attribute))
    return values[int(fraction * (len(values) - 1))]


def places_off(people: Iterable[Person], attribute: str, value: float, place: float) -> float:
    """How many people stand between a value and its place, counted from 0, among all in their order."""
    values = _present(people, attribute)
    below, up_to = sum(each < value for each in values), sum(each <= value for each in values)
    return max(below - place, place - up_to, 0.0)


def covariance(people: Iterable[Person], left: str, right: str) -> float:
    """The sample covariance of two attributes that everybody has."""
    people = list(people)
    return statistics.covariance(_present(people, left), _present(people, right))


def correlation(people: Iterable[Person], left: str, right: str) -> float:
    """Pearson's correlation of two attributes that everybody has."""
    people = list(people)
    return statistics.correlation(_present(people, left), _present(people, right))


def regression(people: Iterable[Person], explained: str, by: Sequence[str]) -> list[float]:
    """Intercept, slopes and R² of least squares."""
    people = list(people)
    y = np.array(_present(people, explained))
    table = np.stack([np.ones(len(y)), *_columns(people, by)], axis=1)
    weights, *_ = np.linalg.lstsq(table, y, rcond=None)
    left_over = y - table @ weights
    return [*map(float, weights), float(1 - left_over @ left_over / ((y - y.mean()) ** 2).sum())]


def logistic(people: Iterable[Person], explained: tuple[str, str], by: Ranges) -> list[float]:
    """Intercept and slopes of a logistic regression, by the descent that is public.

    `explained` is an attribute and the category that counts as yes. Numbers are brought into [-1, 1], the
    logistic function is a cubic, and the step is a power of two, as the computation does it.
    """
    people = list(people)
    yes = np.array([person.get(explained[0]) == explained[1] for person in people], dtype=np.float64)
    middles = [(low + high) / 2 for low, high in by.values()]
    halves = [(high - low) / 2 for low, high in by.values()]
    scaled = zip(_columns(people, list(by)), middles, halves, strict=True)
    table = np.stack([np.ones(len(yes)), *((values - middle) / half for values, middle, half in scaled)])
    weights = np.zeros(len(by) + 1)
    step = 2.0 ** round(math.log2(len(yes) * (len(by) + 1) / LOGISTIC_RATE))
    for _ in range(LOGISTIC_ITERATIONS):
        eighth = weights @ table / 8
        weights = weights - table @ (1 / 2 + 19 / 16 * eighth - 13 / 16 * eighth**3 - yes) / step
    slopes = weights[1:] / halves
    return [float(weights[0] - slopes @ middles), *map(float, slopes)]


def clusters(people: Iterable[Person], by: Ranges, count: int) -> list[tuple[list[float], int]]:
    """The mean of each attribute and the number of people in each cluster, by Lloyd's iteration.

    The first centres are spread evenly over all that is possible, by Halton's sequence.
    """
    table = np.stack(_columns(list(people), list(by)), axis=1)
    low, high = np.array([*by.values()]).T
    spread = [[_halton(index + 1, base) for base in _PRIMES[: len(by)]] for index in range(count)]
    scaled, centres = (table - low) / (high - low), np.array(spread)
    for _ in range(CLUSTER_ITERATIONS):
        nearest = ((scaled[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        members = [nearest == index for index in range(count)]
        centres = np.array(
            [scaled[own].mean(axis=0) if own.any() else centres[index] for index, own in enumerate(members)]
        )
    means = low + centres * (high - low)
    return [([*map(float, mean)], int(own.sum())) for mean, own in zip(means, members, strict=True)]


def grouped(people: Iterable[Person], attribute: str) -> dict[str, list[Person]]:
    """The people by the category they are in."""
    groups: dict[str, list[Person]] = {}
    for person in people:
        groups.setdefault(str(person.get(attribute)), []).append(person)
    return groups


def _present(people: Iterable[Person], attribute: str) -> list[float]:
    values = (person.get(attribute) for person in people)
    return [float(value) for value in values if value is not None]


def _columns(people: Sequence[Person], attributes: Sequence[str]) -> list[Reals]:
    return [np.array(_present(people, attribute)) for attribute in attributes]


def _halton(index: int, base: int) -> float:
    value, unit = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        unit /= base
        value += digit * unit
    return value
