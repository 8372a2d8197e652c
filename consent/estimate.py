"""What is one number of an answer, with its error or the reason why it is not shown?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf, sqrt
from typing import NamedTuple

from consent.estimator import Estimator
from consent.vocabulary import StatisticKind

RELIABLE_DEVIATIONS = 5
"""A number of people below this many standard deviations of its own noise carries no estimate."""

_NORMAL_95 = 1.96
_LEAST_FOR_SPREAD = 2
_ANY = (-inf, inf)


class Withheld(Enum):
    """Why there is no estimate."""

    TOO_FEW_PEOPLE = "too_few_people"
    NOISE_TOO_LARGE = "noise_too_large"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Estimate:
    """One number of the answer, or the reason why there is none.

    `index` and `label` say which one it is of a statistic that has several: the bin or category of a
    histogram, the fraction of a quantile, the other attribute of a relation, the term of a regression, the
    cluster and its part. `standard_error` is that of drawing these people from some population, where a
    regression states it; `noise_sd` and `interval95` are about the added noise alone. A quantile with noise
    has no error in its own unit: `noise_rank_sd` is by how many people its place may be off.
    """

    kind: StatisticKind
    attribute: str | None
    index: int | None = None
    label: str | None = None
    value: float | None = None
    noise_sd: float | None = None
    interval95: tuple[float, float] | None = None
    withheld: Withheld | None = None
    standard_error: float | None = None
    noise_rank_sd: float | None = None


class Total(NamedTuple):
    """An opened sum and the variance of the noise in it, without the noise that it follows."""

    value: int
    variance: float


def shown(
    estimator: Estimator, value: float, noise_sd: float, possible: tuple[float, float] = _ANY
) -> Estimate:
    """An estimate with the interval that its noise gives, both brought into the range that is possible."""
    within, margin = clip(value, possible), _NORMAL_95 * noise_sd
    return Estimate(
        estimator.kind,
        estimator.attribute,
        value=within,
        noise_sd=noise_sd,
        interval95=(clip(within - margin, possible), clip(within + margin, possible)),
    )


def not_shown(estimator: Estimator, reason: Withheld) -> Estimate:
    """An estimate that is withheld."""
    return Estimate(estimator.kind, estimator.attribute, withheld=reason)


def are_too_few(people: Total, floor: int) -> bool:
    """Whether a number of people carries no estimate."""
    return people.value < max(floor, _LEAST_FOR_SPREAD, RELIABLE_DEVIATIONS * sqrt(people.variance))


def summed(totals: Sequence[Total]) -> Total:
    """All cells of a measure as one total."""
    return Total(sum(total.value for total in totals), sum(total.variance for total in totals))


def clip(value: float, possible: tuple[float, float]) -> float:
    """The nearest value that is possible."""
    return float(min(max(value, possible[0]), possible[1]))
