"""Which sums answer a query? Cells: one sum over a column, or over a product of two, per group and measure.

A *measure* is a family of cells: the number of people, or one part of one attribute (`score.present`,
`score.value`, `score.square`, `score.bin`, `sex.is`). Its *sensitivity* is the L2 norm of what one person
adds to all of its cells: 1 for people and one-hot families, since a person is in one group and in one bin
of it; for values and squares the largest of |x - c| and (x - c)², see `calibration`.

A public group is a choice of rows. A private group is a product with the group's column, so that nobody
learns who is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consent.errors import QueryRefusedError
from consent.query import Query, Statistic
from consent.vocabulary import StatisticKind
from ssi.attribute import Attribute, Kind, Part
from ssi.dataset import DataSet

PEOPLE = "people"


@dataclass(frozen=True)
class Cell:
    """One number that the nodes compute: the sum of `left`, or of `left`·`right`, over the rows of a group.

    `left` and `right` are columns of the data set. `group` is the code of a category, None where everybody is
    one group. `index` is the position in the measure: the bin or category of a one-hot family, else 0.
    """

    group: str | None
    measure: str
    index: int
    left: int
    right: int | None = None


class Family(NamedTuple):
    """A measure before it is laid out: a part of an attribute, or people where there is no attribute."""

    name: str
    attribute: Attribute | None = None
    part: Part | None = None


def of_part(attribute: Attribute, part: Part) -> Family:
    """The measure that sums one part of an attribute."""
    return Family(f"{attribute.name}.{part}", attribute, part)


def denominator(attribute: Attribute) -> Family:
    """The measure that counts the people who have a value: all of them, where it is required."""
    return Family(PEOPLE) if attribute.required else of_part(attribute, Part.PRESENT)


def distribution(attribute: Attribute) -> Family:
    """The one-hot measure of an attribute: its bins or its categories."""
    return of_part(attribute, Part.IS if attribute.kind is Kind.CATEGORY else Part.BIN)


def families(query: Query, data_set: DataSet) -> tuple[Family, ...]:
    """The measures that a checked query needs, each once, in the order in which its statistics need them."""
    needed = [family for statistic in query.statistics for family in _needed(statistic, data_set)]
    return tuple({family.name: family for family in needed}.values())


def centre(attribute: Attribute) -> int:
    """The middle of a number's encoded range, rounded down."""
    return attribute.steps // 2


def sensitivity(family: Family) -> int:
    """The L2 norm of what one person adds to all cells of a measure, values taken about their centre."""
    if family.attribute is None:
        return 1
    farthest = family.attribute.steps - centre(family.attribute)
    return {Part.VALUE: farthest, Part.SQUARE: farthest**2}.get(family.part or Part.PRESENT, 1)


def cells_of(family: Family, query: Query, data_set: DataSet, group: str | None) -> Iterator[Cell]:
    """The cells of one measure in one group.

    Raises:
        QueryRefusedError: people are to be counted, and no attribute is one that everyone has.
    """
    membership = None if group is None else _membership(query, data_set, group)
    if family.attribute is None and membership is not None:
        yield Cell(group, family.name, 0, membership)
        return
    for index, column in enumerate(_columns(family, query, data_set)):
        if membership is None or _is_public(query, data_set):
            yield Cell(group, family.name, index, column)
        else:
            yield Cell(group, family.name, index, membership, column)


def _needed(statistic: Statistic, data_set: DataSet) -> Iterator[Family]:
    if statistic.attribute is None:
        yield Family(PEOPLE)
        return
    attribute = data_set.attribute(statistic.attribute)
    if statistic.kind is StatisticKind.HISTOGRAM:
        yield distribution(attribute)
        return
    yield denominator(attribute)
    yield of_part(attribute, Part.VALUE)
    if statistic.kind is StatisticKind.STANDARD_DEVIATION:
        yield of_part(attribute, Part.SQUARE)


def _columns(family: Family, query: Query, data_set: DataSet) -> list[int]:
    if family.attribute is None:
        return _columns_of(data_set, *_head_count(query, data_set))
    part = family.part or Part.PRESENT
    return _columns_of(data_set, family.attribute, part)


def _columns_of(data_set: DataSet, attribute: Attribute, part: Part) -> list[int]:
    return [
        data_set.column(attribute.name, column.part, column.index)
        for column in attribute.columns
        if column.part is part
    ]


def _head_count(query: Query, data_set: DataSet) -> tuple[Attribute, Part]:
    """Columns that add up to 1 for each person: one of a required number, or all of a required category.

    There is no column that is 1 for everybody, so an attribute that everyone has stands for one. A number
    needs one cell and a category one for each code, each with noise of its own, so numbers come first.
    """
    required = [attribute for attribute in data_set.attributes if attribute.required]
    if not required:
        raise QueryRefusedError(
            f"{data_set.ref} has no attribute that everyone has, so people cannot be counted",
            "ask for the distribution (histogram) of an attribute",
        )
    numbers = [attribute for attribute in required if attribute.kind is Kind.NUMBER]
    return (numbers[0], Part.PRESENT) if numbers else (required[0], Part.IS)


def _membership(query: Query, data_set: DataSet, group: str) -> int:
    attribute = data_set.attribute(query.group_by or "")
    return data_set.column(attribute.name, Part.IS, attribute.codes.index(group))


def _is_public(query: Query, data_set: DataSet) -> bool:
    return query.group_by is not None and data_set.attribute(query.group_by).is_public
