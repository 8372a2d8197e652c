"""How are people spread over the values of a data set? Charts of published counts, drawn without any script.

Each chart is a table: a row for each category or class, with a bar that shows the count and a line that shows
how far noise may have moved it (95 %). So whoever does not see the bars reads the same numbers. A count that
noise could have made out of nobody has a dashed bar as long as that noise and no number; the chart says why.
"""

from dataclasses import dataclass
from datetime import datetime

from consent.wording import explain_withheld
from marketplace.domain.described import Cell, Description, Marginal, cell_text
from marketplace.web.words import unit_text
from ssi.dataset import DataSet

LANGUAGE = "en"
WIDTH = 100
"""How wide a drawing is, in its own units; the page stretches it."""


@dataclass(frozen=True)
class Bar:
    """One row: what it is, its bar and its line in units of the drawing, and the same in words."""

    label: str
    length: float
    line: tuple[float, float] | None
    text: str

    @property
    def is_told(self) -> bool:
        """Whether there is a number."""
        return self.line is not None


@dataclass(frozen=True)
class Chart:
    """How one attribute is distributed; `unit` is the one of its classes, if they have any."""

    label: str
    unit: str
    bars: tuple[Bar, ...]

    why_withheld: tuple[str, ...] = ()

    @property
    def withheld(self) -> int:
        """How many rows have no number."""
        return sum(1 for each in self.bars if not each.is_told)


@dataclass(frozen=True)
class Coverage:
    """What is told of a data set, by whose answer, of when, about roughly how many people."""

    people: str
    answered_at: datetime
    buyer: str
    order_id: str
    digest: str
    charts: tuple[Chart, ...]


def coverage_of(data_set: DataSet, description: Description) -> Coverage:
    """The charts of a published answer, in the order of the data set's attributes."""
    found = {each.attribute: each for each in description.marginals}
    charts = [_chart(data_set, found[each.name]) for each in data_set.attributes if each.name in found]
    return Coverage(
        people=description.band.text,
        answered_at=description.answered_at,
        buyer=description.buyer,
        order_id=description.order_id,
        digest=description.digest,
        charts=tuple(charts),
    )


def _chart(data_set: DataSet, marginal: Marginal) -> Chart:
    attribute = data_set.attribute(marginal.attribute)
    longest = max((each.margin if each.value is None else each.high) for each in marginal.cells) or 1
    bars = tuple(_bar(cell_text(attribute, each.label), each, longest) for each in marginal.cells)
    reasons = dict.fromkeys(each.withheld for each in marginal.cells if each.withheld is not None)
    why = tuple(explain_withheld(each, LANGUAGE) for each in reasons)
    return Chart(attribute.label.get(LANGUAGE, attribute.name), unit_text(attribute.unit), bars, why)


def _bar(label: str, cell: Cell, longest: int) -> Bar:
    def scaled(people: int) -> float:
        return round(WIDTH * people / longest, 2)

    if cell.value is None or cell.withheld is not None:
        return Bar(label, scaled(cell.margin), None, "not shown")
    text = f"{cell.value:,} ± {cell.margin:,}"
    return Bar(label, scaled(cell.value), (scaled(cell.low), scaled(cell.high)), text)
