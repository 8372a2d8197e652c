"""How do the opened numbers of a task become quantiles, top categories, a logistic regression, clusters?"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, sqrt

from consent.estimate import (
    RELIABLE_DEVIATIONS,
    Estimate,
    Total,
    Withheld,
    are_too_few,
    not_shown,
    shown,
    summed,
)
from consent.estimator import Estimator, fraction_label
from consent.relations import INTERCEPT
from consent.tasks import Task, TaskKind

PEOPLE = "people"
_WEIGHT_UNIT = 2.0**12
_FEATURE_UNIT = 2.0**8
_AMOUNT = (0.0, inf)

Table = Sequence[Sequence[Total]]


def answered(
    estimator: Estimator, task: Task, results: Sequence[int], table: Table, floor: int
) -> tuple[Estimate, ...]:
    """The estimates of a task in one group; `table` has the totals of the estimator's measures."""
    people = summed(table[0]) if table else None
    return _ANSWERS[task.kind](estimator, task, results, _Crowd(people, floor))


class _Crowd:
    """Whom a task was about, as far as it was counted."""

    def __init__(self, people: Total | None, floor: int) -> None:
        self.people, self.floor = people, floor

    def hides(self, rank_sd: float) -> Withheld | None:
        """Why quantiles over it are not shown; None where they are."""
        if self.people is None:
            return None
        if are_too_few(self.people, self.floor):
            return Withheld.TOO_FEW_PEOPLE
        return Withheld.NOISE_TOO_LARGE if self.people.value < RELIABLE_DEVIATIONS * rank_sd else None


def _quantiles(
    estimator: Estimator, task: Task, results: Sequence[int], crowd: _Crowd
) -> tuple[Estimate, ...]:
    rank_sd, scale = sqrt(task.variance), estimator.scale
    withheld = crowd.hides(rank_sd)
    places = zip(task.fractions, results, strict=True)
    estimates = []
    for index, (fraction, value) in enumerate(places):
        if withheld is not None:
            estimate = not_shown(estimator, withheld)
        elif rank_sd:
            within = min(max(scale.minimum + value / scale.unit, scale.minimum), scale.maximum)
            estimate = Estimate(estimator.kind, estimator.attribute, value=within, noise_rank_sd=rank_sd)
        else:
            estimate = shown(estimator, scale.minimum + value / scale.unit, 0.0)
        estimates.append(replace(estimate, index=index, label=fraction_label(fraction)))
    return tuple(estimates)


def _top(estimator: Estimator, task: Task, results: Sequence[int], _: _Crowd) -> tuple[Estimate, ...]:
    codes, counts = results[: task.count], results[task.count :]
    return tuple(
        replace(
            shown(estimator, count, sqrt(task.variance), _AMOUNT),
            index=index,
            label=estimator.labels[min(max(code, 0), len(estimator.labels) - 1)],
        )
        for index, (code, count) in enumerate(zip(codes, counts, strict=True))
    )


def _logistic(estimator: Estimator, task: Task, results: Sequence[int], _: _Crowd) -> tuple[Estimate, ...]:
    """Weights of features that were scaled about their centre, as weights of values, for log odds."""
    weights = [weight / _WEIGHT_UNIT for weight in results]
    slopes, intercept = [], weights[0]
    for weight, feature, scale in zip(weights[1:], task.features, estimator.others, strict=True):
        slope = weight * feature.scale / _FEATURE_UNIT * scale.unit
        slopes.append(slope)
        intercept -= slope * (scale.minimum + feature.offset / scale.unit)
    labels = (INTERCEPT, *(scale.attribute for scale in estimator.others))
    return tuple(
        replace(shown(estimator, value, 0.0), index=index, label=label)
        for index, (label, value) in enumerate(zip(labels, [intercept, *slopes], strict=True))
    )


def _clusters(estimator: Estimator, task: Task, results: Sequence[int], _: _Crowd) -> tuple[Estimate, ...]:
    """For each cluster the mean of every attribute, then how many people are in it."""
    scales, width = [estimator.scale, *estimator.others], len(task.features)
    counts = results[width * task.count :]
    estimates: list[Estimate] = []
    for index, people in enumerate(counts):
        sums = results[width * index : width * (index + 1)]
        row = [*zip(scales, task.features, sums, strict=True)]
        for scale, feature, total in row:
            mean = scale.minimum + total / people / feature.scale / scale.unit if people > 0 else None
            estimates.append(_of_cluster(estimator, mean, index, scale.attribute))
        estimates.append(_of_cluster(estimator, people if people > 0 else None, index, PEOPLE))
    return tuple(estimates)


def _of_cluster(estimator: Estimator, value: float | None, index: int, label: str) -> Estimate:
    estimate = (
        not_shown(estimator, Withheld.TOO_FEW_PEOPLE) if value is None else shown(estimator, value, 0.0)
    )
    return replace(estimate, index=index, label=label)


_Answers = Callable[[Estimator, Task, Sequence[int], _Crowd], tuple[Estimate, ...]]
_ANSWERS: dict[TaskKind, _Answers] = {
    TaskKind.QUANTILES: _quantiles,
    TaskKind.TOP_CATEGORIES: _top,
    TaskKind.LOGISTIC_REGRESSION: _logistic,
    TaskKind.K_MEANS: _clusters,
}
