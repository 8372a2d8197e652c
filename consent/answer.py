"""What is the answer, and how far may it be off? Opened numbers become estimates with their error.

`noise_sd` is the standard deviation that the added noise gives an estimate, and `interval95` is the estimate
plus and minus 1.96 of it: the error of the noise, not of drawing these people from some population. Exact
answers have no error. An estimate that noise could have made out of nothing is withheld with a reason instead
of being shown as a wild number. Estimates and intervals are brought into the range that is possible: that
costs no privacy and only takes error away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consent.averages import averaged, bars, counted
from consent.computation import Computation
from consent.errors import MismatchError
from consent.estimate import Estimate, Total
from consent.estimator import Estimator
from consent.relations import regressed, related
from consent.task_answers import answered
from consent.vocabulary import StatisticKind


@dataclass(frozen=True)
class AnswerRow:
    """The estimates of one group, in the order of the query's statistics; None is everybody."""

    group: str | None
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True)
class Answer:
    """An answer, group by group, and the groups that had too few people to be computed."""

    rows: tuple[AnswerRow, ...]
    withheld_groups: tuple[str, ...]


def decode(computation: Computation, totals: Sequence[int]) -> Answer:
    """Decode the opened results, as signed integers in the order of the computation.

    Raises:
        MismatchError: there are more or fewer numbers than the computation has results.
    """
    if len(totals) != computation.results:
        raise MismatchError(f"expected {computation.results} numbers, got {len(totals)}")
    table = _table(computation, totals)
    tasks = [computation.task_results(place, totals) for place in range(len(computation.tasks))]
    rows = tuple(
        AnswerRow(
            group,
            tuple(
                estimate
                for each in computation.estimators
                for estimate in _estimates(computation, each, table[group], [task[group] for task in tasks])
            ),
        )
        for group in computation.groups
    )
    return Answer(rows, computation.withheld)


_Table = Mapping[str, list[Total]]


def _table(computation: Computation, totals: Sequence[int]) -> Mapping[str | None, _Table]:
    variance = {measure.name: measure.noise_variance for measure in computation.measures}
    table: dict[str | None, dict[str, list[Total]]] = {
        group: {measure: [] for measure in variance} for group in computation.groups
    }
    for cell, total in zip(computation.cells, totals[: len(computation.cells)], strict=True):
        table[cell.group][cell.measure].append(Total(total, variance[cell.measure]))
    return table


def _estimates(
    computation: Computation, estimator: Estimator, table: _Table, tasks: Sequence[Sequence[int]]
) -> tuple[Estimate, ...]:
    read = [table[measure] for measure in estimator.measures]
    if estimator.task is not None:
        task = computation.tasks[estimator.task]
        return answered(estimator, task, tasks[estimator.task], read, computation.floor)
    return _OF_SUMS[estimator.kind](estimator, read, computation.floor)


_OfSums = Callable[[Estimator, Sequence[Sequence[Total]], int], tuple[Estimate, ...]]
_OF_SUMS: dict[StatisticKind, _OfSums] = {
    StatisticKind.COUNT: counted,
    StatisticKind.SUM: averaged,
    StatisticKind.MEAN: averaged,
    StatisticKind.VARIANCE: averaged,
    StatisticKind.STANDARD_DEVIATION: averaged,
    StatisticKind.HISTOGRAM: bars,
    StatisticKind.COVARIANCE: related,
    StatisticKind.CORRELATION: related,
    StatisticKind.LINEAR_REGRESSION: regressed,
}
