"""What does a published answer say of a data set? Counts with noise, of which everybody sees the same.

An answer is published by its buyer in the catalogue, where everybody in it allowed that (`mk:publication`).
Only how many people there are and how single attributes are distributed is taken from it, in whole people.
What noise could have made out of nobody is not said at all: such a cell is withheld, with the reason.

The digest of the document stands in the log, so nobody can change a number unseen. It says "at least so many
people" for the crowd, because the exact number of those who took part is no part of the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Final

from consent.answer import Answer
from consent.estimate import Estimate, Withheld
from consent.query import MOST_FLOOR, MOST_STATISTICS, Query, decimal_text, read_decimal
from consent.vocabulary import StatisticKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from marketplace.domain.band import Band, band_of
from ssi.attribute import Attribute, Kind

PEOPLE: Final = "people"
"""What the cell is called that counts everybody."""
MOST_CELLS: Final = 200
MOST_PEOPLE: Final = 10**12
MAX_TEXT: Final = 200
_NORMAL_95: Final = 1.96


@dataclass(frozen=True)
class Cell:
    """How many people there are with one category or in one class, give or take `margin` (95 %: noise).

    `label` is the code of the category or the ends of the class. Without a `value` it is not told.
    """

    label: str
    value: int | None
    margin: int
    withheld: Withheld | None = None

    @property
    def low(self) -> int:
        """The lower end of the interval; nobody cannot be fewer than none."""
        return max(0, (self.value or 0) - self.margin)

    @property
    def high(self) -> int:
        """The upper end of the interval."""
        return (self.value or 0) + self.margin

    @property
    def weight(self) -> int:
        """How many tickets it has where made-up values are drawn; what is not told or below zero has none."""
        return max(0, self.value or 0)

    def to_json(self) -> dict[str, Json]:
        """The cell as a document."""
        return {
            "label": self.label,
            "value": self.value,
            "margin95": self.margin,
            "withheld": None if self.withheld is None else self.withheld.value,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Cell":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        cell = cls(
            fields.text("label", max_length=MAX_TEXT),
            fields.integer("value", least=0, most=MOST_PEOPLE) if fields.has("value") else None,
            fields.integer("margin95", least=0, most=MOST_PEOPLE),
            fields.choice("withheld", Withheld) if fields.has("withheld") else None,
        )
        fields.done()
        if (cell.value is None) is (cell.withheld is None):
            raise MalformedError(f"{fields.where}: expected a number or the reason why there is none")
        return cell


@dataclass(frozen=True)
class Marginal:
    """How one attribute is distributed."""

    attribute: str
    cells: tuple[Cell, ...]

    def to_json(self) -> dict[str, Json]:
        """The marginal as a document."""
        return {"attribute": self.attribute, "cells": [each.to_json() for each in self.cells]}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Marginal":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        marginal = cls(
            fields.text("attribute", max_length=MAX_TEXT),
            tuple(map(Cell.from_fields, fields.objects("cells", least=1, most=MOST_CELLS))),
        )
        fields.done()
        return marginal


@dataclass(frozen=True)
class Description:
    """What a published answer says of a data set: whose answer, of when, how protected, and the counts.

    `people` is None where their number was not asked for, or was withheld.
    """

    data_set: str
    order_id: str
    query_digest: str
    buyer: str
    answered_at: datetime
    floor: int
    epsilon: Decimal
    nodes: tuple[str, ...]
    people: Cell | None
    marginals: tuple[Marginal, ...]

    @property
    def band(self) -> Band:
        """Roughly how many people it is about: from the noised count, or else the floor of the query."""
        if self.people is None or self.people.value is None:
            return Band(self.floor, None)
        return band_of(max(self.people.value, self.floor))

    @property
    def digest(self) -> str:
        """The digest by which the log names it, and which seeds the made-up rows."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The description as a document."""
        return {
            "data_set": self.data_set,
            "order_id": self.order_id,
            "query_digest": self.query_digest,
            "buyer": self.buyer,
            "answered_at": utc_text(self.answered_at),
            "floor": self.floor,
            "epsilon": decimal_text(self.epsilon),
            "nodes": list(self.nodes),
            "people": None if self.people is None else self.people.to_json(),
            "marginals": [each.to_json() for each in self.marginals],
        }

    @classmethod
    def from_json(cls, document: object, where: str = "description") -> "Description":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        description = cls(
            data_set=fields.text("data_set", max_length=MAX_TEXT),
            order_id=fields.text("order_id", max_length=MAX_TEXT),
            query_digest=fields.text("query_digest", max_length=MAX_TEXT),
            buyer=fields.text("buyer", max_length=MAX_TEXT),
            answered_at=fields.moment("answered_at"),
            floor=fields.integer("floor", least=1, most=MOST_FLOOR),
            epsilon=read_decimal(fields, "epsilon"),
            nodes=fields.texts("nodes", least=1, max_length=MAX_TEXT),
            people=Cell.from_fields(fields.section("people")) if fields.has("people") else None,
            marginals=tuple(map(Marginal.from_fields, fields.objects("marginals", most=MOST_STATISTICS))),
        )
        fields.done()
        return description


@dataclass(frozen=True)
class Source:
    """Where an answer comes from: the order, who bought it, when it was released, which nodes computed it."""

    order_id: str
    buyer: str
    answered_at: datetime
    nodes: tuple[str, ...]


def describe(query: Query, answer: Answer, source: Source) -> Description:
    """What an answer to a query that `consent.query_rules.check_publication` lets through says.

    Raises:
        ValueError: the query is exact, which that check excludes.
    """
    if query.epsilon is None:
        raise ValueError("an exact answer describes nothing to everybody")
    estimates = [each for row in answer.rows for each in row.estimates]
    counts = [_cell(each) for each in estimates if each.kind is StatisticKind.COUNT]
    bars: dict[str, list[Cell]] = {}
    for each in estimates:
        if each.kind is StatisticKind.HISTOGRAM:
            bars.setdefault(each.attribute or "", []).append(_cell(each))
    return Description(
        data_set=query.data_set,
        order_id=source.order_id,
        query_digest=query.digest,
        buyer=source.buyer,
        answered_at=source.answered_at,
        floor=query.floor,
        epsilon=query.epsilon,
        nodes=source.nodes,
        people=counts[0] if counts else None,
        marginals=tuple(Marginal(name, tuple(cells)) for name, cells in bars.items()),
    )


def cell_text(attribute: Attribute, label: str) -> str:
    """How a category or class of an attribute is called in English."""
    if attribute.kind is Kind.CATEGORY:
        found = (each for each in attribute.categories if each.code == label)
        return next((each.label.get("en", each.code) for each in found), label)
    return label.replace(" – ", " to ").replace("-", "−")


def is_told(cells: Sequence[Cell]) -> bool:
    """Whether anything at all is said of these cells."""
    return any(each.weight for each in cells)


def _cell(estimate: Estimate) -> Cell:
    label = estimate.label or PEOPLE
    margin = ceil(_NORMAL_95 * (estimate.noise_sd or 0))
    if estimate.value is None:
        return Cell(label, None, margin, estimate.withheld or Withheld.UNDETERMINED)
    value = round(estimate.value)
    if value <= margin:
        return Cell(label, None, margin, Withheld.NOISE_TOO_LARGE)
    return Cell(label, value, margin)
