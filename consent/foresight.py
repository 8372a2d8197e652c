"""Which error may a buyer expect before a query runs? An answer as it could be, computed from no data.

Groups, bins, categories and clusters are assumed to be of equal size, values to vary by an eighth of their
range around its middle, and numbers not to be related.
"""

from collections import Counter
from collections.abc import Callable
from itertools import combinations_with_replacement

from consent.answer import Answer, decode
from consent.computation import Computation
from consent.estimator import Estimator, Scale
from consent.tasks import CENTRE_BITS, Task, TaskKind
from consent.vocabulary import StatisticKind

_EIGHTH_SQUARED = 64


def foresee(computation: Computation, people: int) -> Answer:
    """An answer over so many people, for its errors alone."""
    return decode(computation, foreseen_results(computation, people))


def foreseen_results(computation: Computation, people: int) -> list[int]:
    """Results that so many people could have, in the order of the computation."""
    per_group = max(1, people // len(computation.groups))
    sharing = Counter((cell.group, cell.measure) for cell in computation.cells)
    typical: dict[str, int] = {}
    for each in computation.estimators:
        typical.update(zip(each.measures, map(round, _typical(each, per_group)), strict=True))
    shares = [typical[cell.measure] // sharing[cell.group, cell.measure] for cell in computation.cells]
    for place, task in enumerate(computation.tasks):
        (estimator,) = (each for each in computation.estimators if each.task == place)
        shares += _TASKS[task.kind](task, estimator, per_group) * len(computation.groups)
    return shares


def _typical(estimator: Estimator, people: int) -> list[float]:
    """The totals of an estimator's measures, in their order."""
    if estimator.kind is StatisticKind.LINEAR_REGRESSION:
        columns = [*estimator.others, estimator.scale]
        pairs = combinations_with_replacement(columns, 2)
        products = [_square(x, people) if x is y else _product(x, y, people) for x, y in pairs]
        return [people, *(_sum(scale, people) for scale in columns), *products]
    if estimator.others and estimator.task is None:
        has_squares = estimator.kind is StatisticKind.CORRELATION
        return [
            total
            for other in estimator.others
            for total in _pair(estimator.scale, other, people)[: None if has_squares else -2]
        ]
    scale = estimator.scale
    return [people, _sum(scale, people), _square(scale, people)][: len(estimator.measures)]


def _pair(left: Scale, right: Scale, people: int) -> list[float]:
    return [
        people,
        _sum(left, people),
        _sum(right, people),
        _product(left, right, people),
        _square(left, people),
        _square(right, people),
    ]


def _steps(scale: Scale) -> float:
    return (scale.maximum - scale.minimum) * scale.unit


def _sum(scale: Scale, people: int) -> float:
    return people * _steps(scale) / 2


def _square(scale: Scale, people: int) -> float:
    return people * _steps(scale) ** 2 * (1 / 4 + 1 / _EIGHTH_SQUARED)


def _product(left: Scale, right: Scale, people: int) -> float:
    return people * _steps(left) * _steps(right) / 4


def _quantiles(task: Task, estimator: Estimator, _people: int) -> list[int]:
    return [round(_steps(estimator.scale) * float(fraction)) for fraction in task.fractions]


def _top(task: Task, estimator: Estimator, people: int) -> list[int]:
    return [*range(task.count), *[people // len(estimator.labels)] * task.count]


def _logistic(task: Task, _estimator: Estimator, _people: int) -> list[int]:
    return [0] * task.outputs


def _clusters(task: Task, _estimator: Estimator, people: int) -> list[int]:
    size = max(1, people // task.count)
    middle = (1 << CENTRE_BITS) // 2
    return [middle * size] * (task.count * len(task.features)) + [size] * task.count


_TASKS: dict[TaskKind, Callable[[Task, Estimator, int], list[int]]] = {
    TaskKind.QUANTILES: _quantiles,
    TaskKind.TOP_CATEGORIES: _top,
    TaskKind.LOGISTIC_REGRESSION: _logistic,
    TaskKind.K_MEANS: _clusters,
}
