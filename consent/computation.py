"""What exactly do the nodes compute for a query, with how much noise, and how does the buyer know it?

`compile` turns a query, its data set and the public attributes of the admitted people into a `Computation`:
the cells in their order, the noise of each measure, and how to read the opened numbers. It depends on people
only through which public groups reach the floor, so the buyer compiles the same from the query, the data set
and that list (`compile_groups`) and compares the digest with the one that every node signed.

Privacy. An exact computation (`epsilon` None) adds no noise. Otherwise the released numbers together satisfy
(epsilon, 10^-6)-differential privacy, also towards a buyer who colludes with one node: each measure gets an
equal share of rho, and each node adds discrete Gaussian noise so that two of them suffice (`crypto.noise`).
Neighbouring data sets differ in one person's record being empty or not (zero-out adjacency), since the number
of people who take part is known to nodes and buyer. Public attributes and public groups are not hidden.

The document of a computation is flat, because browsers read it as well; the README of this folder lists it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from consent.calibration import Measure, calibrate, check_overflow
from consent.cells import Cell, cells_of, families
from consent.errors import MismatchError, QueryRefusedError
from consent.estimator import Estimator, estimator
from consent.grouping import Groups, PublicAttributes, check_crowd, groups_of, withheld_groups
from consent.query import MAX_NAME, MOST_FLOOR, MOST_STATISTICS, Query, check
from consent.signed import read_digest
from consent.vocabulary import StatisticKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.noise import discrete_gaussian
from crypto.randomness import RandomBytes
from crypto.reading import Fields
from ssi.dataset import DataSet

VERSION = 1
MOST_CELLS = 4096
MOST_GROUPS = 64
MOST_MEASURES = 64


@dataclass(frozen=True)
class Computation:
    """The cells to compute, their noise, and how to read them.

    `group_by` is None where everybody is one group, and then `groups` is (None,). `by_rows` tells whether a
    group is a choice of rows (public) rather than a product of columns (private). `withheld` are the codes of
    public groups that are not computed.
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

    @property
    def digest(self) -> str:
        """The digest (`cells_digest`) that every node signs with its output."""
        return digest_of(self.to_json())

    def draw_noise(self, random: RandomBytes) -> tuple[int, ...]:
        """One node's own noise, one integer for each cell in order; zeros where the answer is exact."""
        measures = {measure.name: measure for measure in self.measures}
        drawn: dict[tuple[str | None, str], int] = Counter()
        noise = []
        for cell in self.cells:
            measure = measures[cell.measure]
            own = discrete_gaussian(measure.node_variance, random) if measure.node_variance else 0
            own += sum(each.factor * drawn[cell.group, each.measure] for each in measure.follows)
            drawn[cell.group, cell.measure] += own
            noise.append(own)
        return tuple(noise)

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
            "statistics": [each.to_json() for each in self.estimators],
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
        # Compared as values: a variance above 2^53 comes back from JSON as a whole number.
        if computation.to_json() != document:
            raise MalformedError(f"{where}: its members contradict each other")
        return computation


def compile(query: Query, data_set: DataSet, rows: Sequence[PublicAttributes]) -> Computation:
    """Compile a query for the admitted people, given the public attributes of each.

    Raises:
        QueryRefusedError: as `consent.query.check`; or there are fewer people than the floor, in all or in
            each public group; or the answer would be too large; or a sum could leave the ring.
        MismatchError: a row does not meet the conditions of the query.
    """
    check(query, data_set)
    if not all(map(query.matches, rows)):
        raise MismatchError("a person was admitted who does not meet the conditions of the query")
    return compile_groups(query, data_set, groups=groups_of(query, data_set, rows), people=len(rows))


def compile_groups(query: Query, data_set: DataSet, *, groups: Groups, people: int) -> Computation:
    """Compile a query for the groups that are computed, as the buyer does.

    `groups` is (None,) for a query without groups, every code for private groups, and the codes that reach
    the floor for public ones, in the order of the data set. `people` is the number that was admitted.

    Raises:
        QueryRefusedError: as `consent.query.check`; or there are fewer people than the floor, or no group;
            or the answer would be too large; or a sum could leave the ring.
        MismatchError: the groups are not ones that this query can have.
    """
    check(query, data_set)
    check_crowd(query, people)
    withheld = withheld_groups(query, data_set, groups)
    needed = families(query, data_set)
    cells = tuple(
        cell for group in groups for family in needed for cell in cells_of(family, query, data_set, group)
    )
    if len(cells) > MOST_CELLS:
        raise QueryRefusedError(
            f"the answer would have {len(cells)} numbers", "ask for fewer statistics, or without groups"
        )
    computation = Computation(
        query_digest=query.digest,
        data_set=data_set.ref,
        floor=query.floor,
        group_by=query.group_by,
        by_rows=query.group_by is not None and data_set.attribute(query.group_by).is_public,
        groups=groups,
        withheld=withheld,
        measures=calibrate(query.epsilon, needed),
        cells=cells,
        estimators=tuple(estimator(statistic, data_set) for statistic in query.statistics),
    )
    check_overflow(cells, computation.measures, data_set, people)
    return computation


def _read(fields: Fields) -> Computation:
    fields.integer("version", least=VERSION, most=VERSION)
    fields.any("group_by")
    measures = fields.objects("measures", least=1, most=MOST_MEASURES)
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
        cells=tuple(map(_read_cell, fields.objects("cells", least=1, most=MOST_CELLS))),
        estimators=tuple(map(Estimator.from_fields, statistics)),
    )
    fields.done()
    return computation


def _is_whole(computation: Computation) -> bool:
    """Whether every group has all cells of every measure, as decoding relies on."""
    lengths = Counter((cell.group, cell.measure) for cell in computation.cells)
    names = [measure.name for measure in computation.measures]
    expected = {(group, measure.name) for group in computation.groups for measure in computation.measures}
    read = [(each, name) for each in computation.estimators for name in each.measures]
    return (
        lengths.keys() == expected
        and len(set(names)) == len(names)
        and all(
            each.measure in names[:place]
            for place, measure in enumerate(computation.measures)
            for each in measure.follows
        )
        and all((computation.groups[0], name) in expected for _, name in read)
        and all(
            lengths[group, name] == len(each.labels)
            for group in computation.groups
            for each, name in read
            if each.kind is StatisticKind.HISTOGRAM
        )
    )


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
        measure=fields.text("measure", max_length=MAX_NAME),
        index=fields.integer("index", least=0, most=MOST_CELLS),
        left=columns.integer("left", least=0, most=MOST_CELLS),
        right=columns.integer("right", least=0, most=MOST_CELLS) if len(positions) > 1 else None,
    )
    fields.done()
    return cell
