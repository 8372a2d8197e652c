"""How could a record look? A few rows made up from what everybody may know of a data set, from nobody's data.

Where an answer was published in the catalogue (`domain.described`), each value is drawn from its counts with
noise: one column after the other, independently, so nothing says how values go together. That is worked out
of what is published already and costs nobody any more privacy. Cells that were withheld are never drawn.

Elsewhere each value is drawn evenly from the range or the categories that the description names.

The generator is seeded with the digest of what was published, or with the data set's name, so the rows are
the same for everybody at all times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from crypto.encoding import sha256
from crypto.randomness import RandomBytes, random_below, stream
from marketplace.domain.described import Cell, Description, Marginal, is_told
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

ROWS: Final = 4
DRAWN_ROWS: Final = 8
MOST_COLUMNS: Final = 8
DRAWN_LABEL: Final = (
    "Made up from published, noised counts. Columns are drawn independently: nothing here says how values go"
    " together, and no row is a person."
)
EVEN_LABEL: Final = (
    "Made up from the description alone, from nobody’s data. Each value is drawn evenly from what is"
    " possible, so the table says nothing about what is usual or goes together."
)
_SEED_BYTES: Final = 16


@dataclass(frozen=True)
class Preview:
    """Attributes of a data set, and made-up values of each row in their order, as texts.

    Of a series only the first reading is there. `is_drawn` tells of rows from published counts.
    """

    attributes: tuple[Attribute, ...]
    rows: tuple[tuple[str, ...], ...]
    is_drawn: bool = False

    @property
    def label(self) -> str:
        """What has to stand beside the rows."""
        return DRAWN_LABEL if self.is_drawn else EVEN_LABEL


def preview(data_set: DataSet, description: Description | None) -> Preview:
    """The preview of a data set: from what was published, as far as anything is told, or drawn evenly."""
    drawn = None if description is None else drawn_from(data_set, description)
    return made_up(data_set) if drawn is None or not drawn.attributes else drawn


def made_up(data_set: DataSet) -> Preview:
    """Rows drawn evenly from the description of a data set."""
    shown = [each for each in data_set.attributes if each.place is None or each.place.number == 1]
    attributes = tuple(shown[:MOST_COLUMNS])
    random = stream(sha256(f"preview of {data_set.ref}".encode())[:_SEED_BYTES], "made up")
    rows = tuple(tuple(_value(each, random) for each in attributes) for _ in range(ROWS))
    return Preview(attributes, rows)


def drawn_from(data_set: DataSet, description: Description) -> Preview:
    """Rows drawn from published counts, each column by itself; one of which nothing is told is left out."""
    found = {each.attribute: each for each in description.marginals if is_told(each.cells)}
    attributes = tuple(each for each in data_set.attributes if each.name in found)[:MOST_COLUMNS]
    random = stream(sha256(description.digest.encode())[:_SEED_BYTES], "made up of published counts")
    rows = tuple(
        tuple(_drawn(each, found[each.name], random) for each in attributes) for _ in range(DRAWN_ROWS)
    )
    return Preview(attributes, rows, is_drawn=True)


def chosen(cells: Sequence[Cell], ticket: int) -> int:
    """Which cell a ticket in ``range(sum of weights)`` draws: each cell has as many tickets as people.

    So a ticket that is drawn evenly draws each cell as often as the published counts have it, exactly.

    Raises:
        ValueError: there is no such ticket.
    """
    if ticket >= 0:
        for place, cell in enumerate(cells):
            if ticket < cell.weight:
                return place
            ticket -= cell.weight
    raise ValueError("there is no such ticket")


def _drawn(attribute: Attribute, marginal: Marginal, random: RandomBytes) -> str:
    tickets = sum(each.weight for each in marginal.cells)
    place = chosen(marginal.cells, random_below(tickets, random))
    if attribute.kind is Kind.CATEGORY:
        label = marginal.cells[place].label
        return next(
            (each.label.get("en", label) for each in attribute.categories if each.code == label), label
        )
    least = max(attribute.bins[place], attribute.minimum)
    most = attribute.bins[place + 1]
    if place + 2 < len(attribute.bins):  # the upper end of a class belongs to the next one, if there is one
        most -= Decimal(1).scaleb(-attribute.decimals)
    return _between(attribute, least, min(most, attribute.maximum), random)


def _value(attribute: Attribute, random: RandomBytes) -> str:
    if attribute.kind is Kind.CATEGORY:
        category = attribute.categories[random_below(len(attribute.categories), random)]
        return category.label.get("en", category.code)
    most = attribute.minimum + Decimal(attribute.steps).scaleb(-attribute.decimals)
    return _between(attribute, attribute.minimum, most, random)


def _between(attribute: Attribute, least: Decimal, most: Decimal, random: RandomBytes) -> str:
    """A value of an attribute that is drawn evenly between two of its values, both of them possible."""
    steps = int((most - least).scaleb(attribute.decimals))
    value = least + Decimal(random_below(steps + 1, random)).scaleb(-attribute.decimals)
    return f"{value:.{attribute.decimals}f}".replace("-", "−")
