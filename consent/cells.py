"""Which sums answer a query? Cells: one sum over a column, or over a product of two, per group and measure.

A *measure* is a family of cells: the number of people, one part of one attribute (`score.present`,
`score.value`, `score.square`, `score.bin`, `sex.is`), or a product of parts of two (`age.score.product`). Its
*sensitivity* is the L2 norm of what one person adds to all of its cells: 1 for people and one-hot families,
since a person is in one group and in one bin of it; for values and squares the largest of |x - c| and
(x - c)², for a product that of |x - c|·|y - d|; see `calibration`. In a window of L readings it is L times as
much, since all of them can be hers and in one bin.

A public group is a choice of rows. A private group is a product with the group's column, so that nobody
learns who is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consent.errors import QueryRefusedError
from consent.query import Query
from ssi.attribute import Attribute, Kind, Part
from ssi.dataset import DataSet

PEOPLE = "people"
MAX_MEASURE = 200
"""The name of a measure holds those of up to two attributes, each qualified where data sets are joined."""


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


@dataclass(frozen=True)
class Follows:
    """That the noise of a measure's cell also contains `factor` times that of another measure's."""

    measure: str
    factor: int


class Factor(NamedTuple):
    """One part of one attribute: what is added up, or one side of a product that is."""

    attribute: Attribute
    part: Part


class Family(NamedTuple):
    """A measure before it is laid out; without factors it counts people. `follows` is about its noise."""

    name: str
    factors: tuple[Factor, ...] = ()
    follows: tuple[Follows, ...] = ()


class Pair(NamedTuple):
    """The measures of two numbers, over the people who have both: how many, sums, squares, products."""

    people: Family
    left: Family
    right: Family
    product: Family
    left_square: Family
    right_square: Family


def centre(attribute: Attribute) -> int:
    """The middle of a number's encoded range, rounded down."""
    return attribute.steps // 2


def of_part(attribute: Attribute, part: Part) -> Family:
    """The measure that sums one part of an attribute."""
    people, values = denominator_name(attribute), f"{attribute.name}.{Part.VALUE}"
    follows: tuple[Follows, ...] = ()
    if part is Part.VALUE:
        follows = (Follows(people, centre(attribute)),)
    elif part is Part.SQUARE:
        follows = _square_follows(values, people, centre(attribute))
    return Family(f"{attribute.name}.{part}", (Factor(attribute, part),), follows)


def denominator(attribute: Attribute) -> Family:
    """The measure that counts the people who have a value: all of them, where it is required."""
    return Family(PEOPLE) if attribute.required else of_part(attribute, Part.PRESENT)


def denominator_name(attribute: Attribute) -> str:
    """The name of the measure that counts the people who have a value."""
    return PEOPLE if attribute.required else f"{attribute.name}.{Part.PRESENT}"


def distribution(attribute: Attribute) -> Family:
    """The one-hot measure of an attribute: its bins or its categories."""
    return of_part(attribute, Part.IS if attribute.kind is Kind.CATEGORY else Part.BIN)


def pair(left: Attribute, right: Attribute) -> Pair:
    """The measures of two numbers; they have the same names whichever of the two comes first.

    Where everyone has both, all but the product are measures of one number.
    """
    if left.name > right.name:
        people, values, others, product, squares, other_squares = pair(right, left)
        return Pair(people, others, values, product, other_squares, squares)
    if left.required and right.required:
        people = Family(PEOPLE)
        values, others = of_part(left, Part.VALUE), of_part(right, Part.VALUE)
        squares, other_squares = of_part(left, Part.SQUARE), of_part(right, Part.SQUARE)
    else:
        stem = f"{left.name}.{right.name}"
        people = Family(f"{stem}.present", (Factor(left, Part.PRESENT), Factor(right, Part.PRESENT)))
        values, squares = _beside(stem, left, right, "left")
        others, other_squares = _beside(stem, right, left, "right")
    product = Family(
        f"{left.name}.{right.name}.product",
        (Factor(left, Part.VALUE), Factor(right, Part.VALUE)),
        (
            Follows(others.name, centre(left)),
            Follows(values.name, centre(right)),
            Follows(people.name, -centre(left) * centre(right)),
        ),
    )
    return Pair(people, values, others, product, squares, other_squares)


def sensitivity(family: Family) -> int:
    """The L2 norm of what one person adds to all cells of a measure, values taken about their centre."""
    largest = 1
    for attribute, part in family.factors:
        farthest = attribute.steps - centre(attribute) if attribute.kind is Kind.NUMBER else 1
        largest *= attribute.readings * {Part.VALUE: farthest, Part.SQUARE: farthest**2}.get(part, 1)
    return largest


def cells_of(family: Family, query: Query, data_set: DataSet, group: str | None) -> Iterator[Cell]:
    """The cells of one measure in one group.

    Raises:
        QueryRefusedError: people are to be counted, and no attribute is one that everyone has; or a product
        of
            two would have to be taken within a private group.
    """
    membership = None if group is None else membership_column(query, data_set, group)
    if not family.factors and membership is not None:
        yield Cell(group, family.name, 0, membership)
        return
    is_product = membership is not None and not is_public(query, data_set)
    for index, own in enumerate(_columns(family, data_set)):
        columns = (membership, *own) if is_product and membership is not None else own
        if len(columns) > 2:  # noqa: PLR2004 — a sum of products of three takes more than one round
            raise QueryRefusedError("a product within a private group is not offered", "ask without groups")
        yield Cell(group, family.name, index, *columns)


def membership_column(query: Query, data_set: DataSet, group: str) -> int:
    """The column that says who is in a group."""
    attribute = data_set.attribute(query.group_by or "")
    return data_set.column(attribute.name, Part.IS, attribute.codes.index(group))


def is_public(query: Query, data_set: DataSet) -> bool:
    """Whether the query's groups are choices of rows."""
    return query.group_by is not None and data_set.attribute(query.group_by).is_public


def columns_of(data_set: DataSet, attribute: Attribute, part: Part) -> list[int]:
    """The columns of one part of an attribute, in order."""
    return [
        data_set.column(attribute.name, column.part, column.index)
        for column in attribute.columns
        if column.part is part
    ]


def _beside(stem: str, attribute: Attribute, other: Attribute, side: str) -> tuple[Family, Family]:
    """The sums of a value and of its square over the people who have the other one too."""
    present, people, middle = Factor(other, Part.PRESENT), f"{stem}.present", centre(attribute)
    values = Family(f"{stem}.{side}", (Factor(attribute, Part.VALUE), present), (Follows(people, middle),))
    follows = _square_follows(values.name, people, middle)
    return values, Family(f"{stem}.{side}_square", (Factor(attribute, Part.SQUARE), present), follows)


def _square_follows(values: str, people: str, middle: int) -> tuple[Follows, ...]:
    return Follows(values, 2 * middle), Follows(people, -(middle**2))


def _columns(family: Family, data_set: DataSet) -> Iterator[tuple[int, ...]]:
    """The column of each cell, or both columns of a product."""
    factors = family.factors or (_head_count(data_set),)
    if len(factors) == 1:
        yield from ((column,) for column in columns_of(data_set, *factors[0]))
        return
    yield tuple(data_set.column(factor.attribute.name, factor.part) for factor in factors)


def _head_count(data_set: DataSet) -> Factor:
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
    return Factor(numbers[0], Part.PRESENT) if numbers else Factor(required[0], Part.IS)
