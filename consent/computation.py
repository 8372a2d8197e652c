"""What exactly do the nodes compute for a query, with how much noise, and how does the buyer know it?

`compile` turns a query, its data set and the public attributes of the admitted people into a `Computation`:
the cells in their order, the tasks that run inside, the filters, all noise, and how to read the opened
numbers. It depends on people only through which public groups reach the floor, so the buyer compiles the same
from the query, the data set and that list (`compile_groups`) and compares the digest with the one that every
node signed. The results are those of all cells, then those of each task, group by group.

Privacy. An exact computation (`epsilon` None) adds no noise. Otherwise the released numbers together satisfy
(epsilon, 10^-6)-differential privacy, also towards a buyer who colludes with one node: each measure and task
gets an equal share of rho, and noise is drawn inside, so that no node knows any of it
(`crypto.mpc.sampling`). Neighbouring data sets differ in one person's record being empty or not (zero-out
adjacency), since the number of people who take part is known to nodes and buyer. Public attributes and public
groups are not hidden.

The document of a computation is flat, because browsers read it as well; `COMPUTATION.md` here lists it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from consent.additive import by_every_node, check_amount, multiplies
from consent.aggregation import by_three_nodes, check_encrypted
from consent.calibration import Measure, calibrate, check_overflow, share_of
from consent.cells import MAX_MEASURE, Cell, Family, cells_of
from consent.errors import MismatchError, QueryRefusedError
from consent.estimator import MOST_TASKS, Estimator, estimator
from consent.filters import Filter, filters_of
from consent.grouping import Groups, PublicAttributes, check_crowd, groups_of, withheld_groups
from consent.menu import MENU
from consent.needs import families
from consent.query import MAX_NAME, MOST_CONDITIONS, MOST_FLOOR, MOST_STATISTICS, Query
from consent.query_check import check
from consent.signed import read_digest
from consent.task_plans import tasks_in, tasks_of
from consent.tasks import TASK_OF, Task, TaskKind
from consent.vocabulary import Engine, StatisticKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.dataset import DataSet

VERSION = 2
MOST_CELLS = 4096
MOST_GROUPS = 64
MOST_MEASURES = 128
_MOST_WHOLE = 2**53


@dataclass(frozen=True)
class Computation:
    """The cells and tasks to compute, their noise, and how to read them.

    `group_by` is None where everybody is one group, and then `groups` is (None,). `by_rows` tells whether a
    group is a choice of rows (public) rather than a product of columns (private). `withheld` are the codes of
    public groups that are not computed. Only records that pass all `filters` count. `verified` tells whether
    the nodes check each other's arithmetic.
    """

    query_digest: str
    data_set: str
    floor: int
    group_by: str | None
    by_rows: bool
    groups: Groups
    withheld: tuple[str, ...]
    measures: tuple[Measure, ...]
    cells: tuple[Cell, ...]
    estimators: tuple[Estimator, ...]
    tasks: tuple[Task, ...] = ()
    filters: tuple[Filter, ...] = ()
    verified: bool = False

    @property
    def results(self) -> int:
        """How many numbers are opened: one for each cell, then those of the tasks."""
        return len(self.cells) + sum(len(self.groups) * task.outputs for task in self.tasks)

    def task_results(self, task: int, totals: Sequence[int]) -> dict[str | None, Sequence[int]]:
        """The opened numbers of one task, by group."""
        start = len(self.cells) + sum(len(self.groups) * each.outputs for each in self.tasks[:task])
        size = self.tasks[task].outputs
        places = range(start, start + size * len(self.groups), size)
        return {group: totals[at : at + size] for group, at in zip(self.groups, places, strict=True)}

    def has_task_for(self, each: Estimator) -> bool:
        """Whether the task that an estimator reads is there, of its kind and of its form."""
        wanted = TASK_OF.get(each.kind)
        if wanted is None or each.task is None:
            return wanted is None and each.task is None
        if each.task >= len(self.tasks):
            return False
        task = self.tasks[each.task]
        is_private = self.group_by is not None and not self.by_rows
        return (
            task.kind is wanted
            and len(task.members) == (len(self.groups) if is_private else 0)
            and (wanted is not TaskKind.TOP_CATEGORIES or len(task.columns) == len(each.labels))
            and len(task.features) == each.features
        )

    @property
    def digest(self) -> str:
        """The digest (`cells_digest`) that every node signs with its output."""
        return digest_of(self.to_json())

    def row_masks(self, rows: Sequence[PublicAttributes]) -> dict[str | None, tuple[bool, ...] | None]:
        """Which rows each group is computed over, in the order of `rows`; None stands for all of them."""
        if not self.by_rows or self.group_by is None:
            return dict.fromkeys(self.groups)
        found = [row.get(self.group_by) for row in rows]
        return {group: tuple(value == group for value in found) for group in self.groups}

    def to_json(self) -> dict[str, Json]:
        """The computation as a document; equal computations give equal documents."""
        return {
            "version": VERSION,
            "query_digest": self.query_digest,
            "data_set": self.data_set,
            "floor": self.floor,
            "group_by": self.group_by,
            "by_rows": self.by_rows,
            "groups": list(self.groups),
            "withheld": list(self.withheld),
            "measures": [measure.to_json() for measure in self.measures],
            "cells": [_write_cell(cell) for cell in self.cells],
            "tasks": [task.to_json() for task in self.tasks],
            "filters": [each.to_json() for each in self.filters],
            "statistics": [each.to_json() for each in self.estimators],
            "verified": self.verified,
        }

    @classmethod
    def from_json(cls, document: object, where: str = "computation") -> "Computation":
        """Read what `to_json` wrote. Whether it answers a query is known by compiling that query.

        Raises:
            MalformedError: a member is missing, unknown, not of its form, or contradicts another.
        """
        computation = _read(Fields.of(document, where))
        if not _is_whole(computation):
            raise MalformedError(f"{where}: a group lacks cells, or has some that nothing is said about")
        if computation.to_json() != _with_floats(document):
            raise MalformedError(f"{where}: its members contradict each other")
        return computation


def compile(query: Query, data_set: DataSet, rows: Sequence[PublicAttributes]) -> Computation:
    """Compile a query for the admitted people, given the public attributes of each.

    Raises:
        QueryRefusedError: as `consent.query.check`; or there are fewer people than the floor, in all or in
            each public group; or the answer would be too large; or a sum could leave the field.
        MismatchError: a row does not meet the conditions of the query.
    """
    check(query, data_set)
    if not all(query.matches(row, data_set) for row in rows):
        raise MismatchError("a person was admitted who does not meet the conditions of the query")
    return compile_groups(query, data_set, groups=groups_of(query, data_set, rows), people=len(rows))


def compile_groups(query: Query, data_set: DataSet, *, groups: Groups, people: int) -> Computation:
    """Compile a query for the groups that are computed, as the buyer does.

    `groups` is (None,) for a query without groups, every code for private groups, and the codes that reach
    the floor for public ones, in the order of the data set. `people` is the number that was admitted.

    Raises:
        QueryRefusedError: as `consent.query.check`; or there are fewer people than the floor, or no group;
            or the answer would be too large; or a sum could leave the field.
        MismatchError: the groups are not ones that this query can have.
    """
    check(query, data_set)
    check_crowd(query, people)
    _check_engine(query)
    withheld = withheld_groups(query, data_set, groups)
    needed = families(query, data_set)
    share = share_of(query.epsilon, len(needed) + tasks_in(query))
    cells = tuple(
        cell for group in groups for family in needed for cell in cells_of(family, query, data_set, group)
    )
    computation = Computation(
        query_digest=query.digest,
        data_set=data_set.ref,
        floor=query.floor,
        group_by=query.group_by,
        by_rows=query.group_by is not None and data_set.attribute(query.group_by).is_public,
        groups=groups,
        withheld=withheld,
        measures=_measures(query, needed, share),
        cells=cells,
        estimators=_estimators(query, data_set),
        tasks=tasks_of(query, data_set, groups, share),
        filters=filters_of(query, data_set),
        # Products of summands that one node alone holds are never unverified; `consent.additive` says why.
        verified=query.verified or (query.chosen_engine is Engine.ADDITIVE and multiplies(cells)),
    )
    if computation.results > MOST_CELLS or len(needed) > MOST_MEASURES:
        raise QueryRefusedError(
            f"the answer would have {computation.results} numbers",
            "ask for fewer statistics, or without groups",
        )
    check_overflow(cells, computation.measures, data_set, people)
    if query.chosen_engine is Engine.PAILLIER:
        check_encrypted(computation.measures, cells, data_set, people)
    if query.chosen_engine is Engine.ADDITIVE:
        by_rows = len(groups) if computation.by_rows else 1
        check_amount(cells, data_set, people, groups=by_rows, verified=computation.verified)
    return computation


def _measures(query: Query, needed: Sequence[Family], share: Fraction) -> tuple[Measure, ...]:
    measures = calibrate(needed, share)
    if query.chosen_engine is Engine.ADDITIVE:
        return by_every_node(measures)
    return by_three_nodes(measures) if query.chosen_engine is Engine.PAILLIER else measures


def _check_engine(query: Query) -> None:
    if query.chosen_engine not in {Engine.MPC, Engine.ADDITIVE, Engine.PAILLIER}:
        raise QueryRefusedError(
            f"three nodes do not compute with the engine {query.chosen_engine.value!r}",
            "leave the choice of the engine open (auto)",
        )


def _estimators(query: Query, data_set: DataSet) -> tuple[Estimator, ...]:
    places = count()
    return tuple(
        estimator(statistic, data_set, next(places) if MENU[statistic.kind].is_task else None)
        for statistic in query.computed
    )


def _read(fields: Fields) -> Computation:
    fields.integer("version", least=VERSION, most=VERSION)
    fields.any("group_by")
    measures = fields.objects("measures", most=MOST_MEASURES)
    statistics = fields.objects("statistics", least=1, most=MOST_STATISTICS)
    computation = Computation(
        query_digest=read_digest(fields, "query_digest"),
        data_set=fields.text("data_set", max_length=MAX_NAME),
        floor=fields.integer("floor", least=1, most=MOST_FLOOR),
        group_by=fields.text("group_by", max_length=MAX_NAME) if fields.has("group_by") else None,
        by_rows=fields.boolean("by_rows"),
        groups=_read_groups(fields),
        withheld=fields.texts("withheld", most=MOST_GROUPS, max_length=MAX_NAME),
        measures=tuple(map(Measure.from_fields, measures)),
        cells=tuple(map(_read_cell, fields.objects("cells", most=MOST_CELLS))),
        estimators=tuple(map(Estimator.from_fields, statistics)),
        tasks=tuple(map(Task.from_fields, fields.objects("tasks", most=MOST_TASKS))),
        filters=tuple(map(Filter.from_fields, fields.objects("filters", most=MOST_CONDITIONS))),
        verified=fields.boolean("verified"),
    )
    fields.done()
    return computation


def _is_whole(computation: Computation) -> bool:
    """Whether every group has all cells of every measure, and all is there that decoding relies on."""
    lengths = Counter((cell.group, cell.measure) for cell in computation.cells)
    names = [measure.name for measure in computation.measures]
    expected = {(group, name) for group in computation.groups for name in names}
    read = {name for each in computation.estimators for name in each.measures}
    return (
        lengths.keys() == expected
        and len(set(names)) == len(names)
        and all(
            each.measure in names[:place]
            for place, measure in enumerate(computation.measures)
            for each in measure.follows
        )
        and read <= set(names)
        and all(
            lengths[group, each.measures[0]] == len(each.labels)
            for group in computation.groups
            for each in computation.estimators
            if each.kind is StatisticKind.HISTOGRAM
        )
        and all(map(computation.has_task_for, computation.estimators))
        and computation.results <= MOST_CELLS
    )


def _with_floats(document: object) -> object:
    """The document with large whole numbers as floats: so a variance above 2^53 comes back from JSON."""
    if isinstance(document, Mapping):
        return {name: _with_floats(value) for name, value in document.items()}
    if isinstance(document, list):
        return [_with_floats(value) for value in document]
    return float(document) if isinstance(document, int) and abs(document) > _MOST_WHOLE else document


def _read_groups(fields: Fields) -> Groups:
    if fields.entries("groups", least=1, most=MOST_GROUPS) == [None]:
        return (None,)
    return fields.texts("groups", most=MOST_GROUPS, max_length=MAX_NAME)


def _write_cell(cell: Cell) -> dict[str, Json]:
    columns: list[Json] = [cell.left] if cell.right is None else [cell.left, cell.right]
    return {"group": cell.group, "measure": cell.measure, "index": cell.index, "columns": columns}


def _read_cell(fields: Fields) -> Cell:
    positions = fields.entries("columns", least=1, most=2)
    columns = Fields(dict(zip(("left", "right"), positions, strict=False)), f"{fields.where}.columns")
    fields.any("group")
    cell = Cell(
        group=fields.text("group", max_length=MAX_NAME) if fields.has("group") else None,
        measure=fields.text("measure", max_length=MAX_MEASURE),
        index=fields.integer("index", least=0, most=MOST_CELLS),
        left=columns.integer("left", least=0, most=MOST_CELLS),
        right=columns.integer("right", least=0, most=MOST_CELLS) if len(positions) > 1 else None,
    )
    fields.done()
    return cell
