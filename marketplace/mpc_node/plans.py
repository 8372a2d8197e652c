"""What do a computation and the agreed rows become for the protocol? A plan of `crypto.mpc.menu`.

A plan names columns as the data set numbers them. Public groups become choices of rows; private ones are
columns. The noise of a measure is planned again from what it may spend, and must be what the document says.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from consent.computation import Computation
from consent.errors import MismatchError
from consent.tasks import CENTRE_BITS, Task, TaskKind
from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.logistic import Plan as LogisticPlan
from crypto.mpc.menu.plan import (
    Clusters,
    Crowd,
    Draw,
    Feature,
    Filter,
    Following,
    Logistic,
    Plan,
    Quantiles,
    Top,
)
from crypto.mpc.menu.plan import Task as PlannedTask
from crypto.mpc.noise_plan import gaussian_variance
from crypto.mpc.program import Cell, LinearCell, ProductCell, Program
from crypto.mpc.selections import RowMask

PublicAttributes = Mapping[str, str | None]

_FEATURE_BITS = 9
"""Features of a regression are within [-2^8, 2^8], and one more for rounding up."""


def plan_of(computation: Computation, rows: Sequence[PublicAttributes]) -> Plan:
    """The plan of a computation over rows with these public attributes, in the order of the rows.

    Raises:
        MismatchError: the noise is not what its cost asks for.
    """
    masks = _masks(computation, rows)
    for measure in computation.measures:
        _require_variance(measure.sensitivity, measure.rho, measure.variance)
    for task in computation.tasks:
        _require_variance(1, task.rho, task.variance)
    return Plan(
        records=len(rows),
        program=_program(computation, masks),
        draws=_draws(computation),
        followings=_followings(computation),
        filters=tuple(
            Filter(each.column, each.bits, each.least, each.most, each.presence)
            for each in computation.filters
        ),
        tasks=tuple(
            _PLANNED[task.kind](task, _crowds(task, computation, masks), len(rows))
            for task in computation.tasks
        ),
        verified=computation.verified,
    )


_Masks = Mapping[str | None, RowMask | None]


def _masks(computation: Computation, rows: Sequence[PublicAttributes]) -> _Masks:
    return {
        group: None if mask is None else np.array(mask, dtype=np.bool_)
        for group, mask in computation.row_masks(rows).items()
    }


def _program(computation: Computation, masks: _Masks) -> Program:
    cells: list[Cell] = [
        LinearCell(cell.left, masks[cell.group])
        if cell.right is None
        else ProductCell(cell.left, cell.right, masks[cell.group])
        for cell in computation.cells
    ]
    return Program(tuple(cells))


def _draws(computation: Computation) -> tuple[Draw, ...]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(computation.cells):
        places[cell.measure].append(place)
    return tuple(
        Draw(tuple(places[measure.name]), measure.sensitivity, measure.rho)
        for measure in computation.measures
        if measure.rho
    )


def _followings(computation: Computation) -> tuple[Following, ...]:
    """A cell follows every cell of the measures that its own follows, in its group."""
    follows = {measure.name: measure.follows for measure in computation.measures if measure.rho}
    places: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for place, cell in enumerate(computation.cells):
        places[cell.group, cell.measure].append(place)
    return tuple(
        Following(place, each.factor, followed)
        for place, cell in enumerate(computation.cells)
        for each in follows.get(cell.measure, ())
        for followed in places[cell.group, each.measure]
    )


def _crowds(task: Task, computation: Computation, masks: _Masks) -> tuple[Crowd, ...]:
    return task.members or tuple(masks[group] for group in computation.groups)


def _require_variance(sensitivity: int, rho: Fraction, variance: Fraction) -> None:
    if variance != (gaussian_variance(sensitivity, rho) if rho else 0):
        raise MismatchError("the noise of this computation is not what it costs")


def _quantiles(task: Task, crowds: tuple[Crowd, ...], _records: int) -> PlannedTask:
    return Quantiles(
        task.columns[0],
        task.bits,
        crowds,
        tuple(map(Fraction, task.fractions)),
        task.presence,
        task.margin,
        task.rho,
    )


def _top(task: Task, crowds: tuple[Crowd, ...], _records: int) -> PlannedTask:
    return Top(task.columns, crowds, task.count, task.rho)


def _logistic(task: Task, crowds: tuple[Crowd, ...], records: int) -> PlannedTask:
    width = len(task.features) + 1
    return Logistic(
        task.columns[0],
        _features(task, _FEATURE_BITS),
        tuple(
            (rows, LogisticPlan(width, _size(rows, records), task.iterations, float(task.rate)))
            for rows in _chosen(crowds)
        ),
    )


def _clusters(task: Task, crowds: tuple[Crowd, ...], records: int) -> PlannedTask:
    return Clusters(
        _features(task, CENTRE_BITS + 1),
        tuple(
            (rows, ClusterPlan(task.centres, _size(rows, records), CENTRE_BITS, task.iterations))
            for rows in _chosen(crowds)
        ),
        task.floor,
    )


def _features(task: Task, bits: int) -> tuple[Feature, ...]:
    return tuple(
        Feature(each.column, each.offset, each.multiplier, each.shift, bits) for each in task.features
    )


def _chosen(crowds: tuple[Crowd, ...]) -> list[RowMask | None]:
    if any(isinstance(crowd, int) for crowd in crowds):
        raise MismatchError("a fit within private groups is not offered")
    return [crowd for crowd in crowds if not isinstance(crowd, int)]


def _size(rows: RowMask | None, records: int) -> int:
    return records if rows is None else int(np.count_nonzero(rows))


_PLANNED: Mapping[TaskKind, Callable[[Task, tuple[Crowd, ...], int], PlannedTask]] = {
    TaskKind.QUANTILES: _quantiles,
    TaskKind.TOP_CATEGORIES: _top,
    TaskKind.LOGISTIC_REGRESSION: _logistic,
    TaskKind.K_MEANS: _clusters,
}
