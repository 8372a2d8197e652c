"""What is to be computed? Plain values, equal at all three roles; columns are named by their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.logistic import Plan as LogisticPlan
from crypto.mpc.program import Cell, Program
from crypto.mpc.selections import RowMask

Crowd = RowMask | int | None
"""A public choice of rows, a private column that is 1 for those who belong, or everybody."""


@dataclass(frozen=True)
class Filter:
    """That a column of `bits` bits is in [least, most], both included, and that `presence` is 1 if named."""

    column: int
    bits: int
    least: int
    most: int
    presence: int | None = None


@dataclass(frozen=True)
class Draw:
    """Independent noise for some cells: a sum of this sensitivity is released at a cost of `rho` in each."""

    cells: tuple[int, ...]
    sensitivity: int
    rho: Fraction


@dataclass(frozen=True)
class Following:
    """That the noise of a cell also contains `factor` times all the noise of an earlier one."""

    cell: int
    factor: int
    followed: int


@dataclass(frozen=True, eq=False)
class Quantiles:
    """The values at some fractions of each crowd; crowds by fractions. `rho` is the cost of each draw, or 0.

    With noise, the fractions 0 and 1 stand for the values that `margin` people lie beyond.
    """

    column: int
    bits: int
    crowds: tuple[Crowd, ...]
    fractions: tuple[Fraction, ...]
    presence: int | None = None
    margin: int = 0
    rho: Fraction = Fraction(0)


@dataclass(frozen=True, eq=False)
class Top:
    """The largest categories of each crowd by counts with noise: for each crowd `size` codes, then counts."""

    columns: tuple[int, ...]
    crowds: tuple[Crowd, ...]
    size: int
    rho: Fraction


@dataclass(frozen=True)
class Feature:
    """A column brought to a common scale: (x - offset)·multiplier / 2^shift, below 2^bits in magnitude."""

    column: int
    offset: int
    multiplier: int
    shift: int
    bits: int


@dataclass(frozen=True, eq=False)
class Logistic:
    """Weights that explain zeros and ones: for each crowd the constant's, then those of the features."""

    label: int
    features: tuple[Feature, ...]
    crowds: tuple[tuple[RowMask | None, LogisticPlan], ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Clusters:
    """For each crowd the sums of the features in every cluster, then how many records are in each.

    A cluster of fewer than `floor` records comes out as zeros.
    """

    features: tuple[Feature, ...]
    crowds: tuple[tuple[RowMask | None, ClusterPlan], ...] = field(repr=False)
    floor: int


Task = Quantiles | Top | Logistic | Clusters


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything of one query: the results are those of the cells, then of each task in order."""

    records: int
    program: Program
    draws: tuple[Draw, ...] = ()
    followings: tuple[Following, ...] = ()
    filters: tuple[Filter, ...] = ()
    tasks: tuple[Task, ...] = ()
    verified: bool = False

    @property
    def noised(self) -> bool:
        """Whether noise is drawn: then bits are verified, asked for or not (`crypto.mpc.menu` says why)."""
        return bool(self.draws) or any(task.rho for task in self.tasks if isinstance(task, Quantiles | Top))

    @property
    def planes(self) -> dict[int, int]:
        """The columns that are needed as bits, and how many bits of each."""
        needed: dict[int, int] = {}
        for each in self.filters:
            needed[each.column] = each.bits
            needed |= {} if each.presence is None else {each.presence: 1}
        for task in self.tasks:
            if isinstance(task, Quantiles):
                needed[task.column] = task.bits
                needed |= {} if task.presence is None else {task.presence: 1}
            if isinstance(task, Top):
                needed |= dict.fromkeys(task.columns, 1)
            if isinstance(task, Quantiles | Top):
                needed |= {crowd: 1 for crowd in task.crowds if isinstance(crowd, int)}
        return needed

    @property
    def beforehand(self) -> tuple[int, ...]:
        """The positions of the cells whose local part needs no round, so that it can be summed in any order.

        Where private filters say who counts, that is none; where products are verified, no product.
        """
        if self.filters:
            return ()
        return self.program.sums if self.verified else tuple(range(len(self.program.cells)))

    @property
    def summed(self) -> Program:
        """The cells of `beforehand`."""
        return Program(tuple(self.program.cells[place] for place in self.beforehand))

    @property
    def elements(self) -> tuple[int, ...]:
        """The columns that are needed as field elements."""
        return self._elements(self.program.cells)

    @property
    def gathered(self) -> tuple[int, ...]:
        """Those of `elements` that are needed record by record though the sums of `summed` are held."""
        done = frozenset(self.beforehand)
        return self._elements([cell for place, cell in enumerate(self.program.cells) if place not in done])

    def _elements(self, cells: Sequence[Cell]) -> tuple[int, ...]:
        needed = {column for cell in cells for column in cell.columns}
        for task in self.tasks:
            if isinstance(task, Logistic | Clusters):
                needed |= {feature.column for feature in task.features}
            if isinstance(task, Logistic):
                needed.add(task.label)
        return tuple(sorted(needed))
