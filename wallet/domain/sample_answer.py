"""What does a buyer get to see? A made-up answer of the kind that an offer allows.

The numbers come from the middle of what the data set allows, never from a record: the same for everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consent.vocabulary import StatisticKind
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from wallet.domain.choices import PolicyChoices
from wallet.domain.record import unit_text

MOST_LINES = 4
MADE_UP_PEOPLE = 5
_SHARES = ("18 %", "31 %", "27 %")


@dataclass(frozen=True)
class SampleLine:
    """One line of a made-up answer."""

    label: str
    value: str


def sample_answer(choices: PolicyChoices, data_set: DataSet) -> tuple[SampleLine, ...]:
    """A made-up answer with at most four lines, of the statistics and attributes that are chosen."""
    chosen = choices.attributes
    attributes = [each for each in data_set.attributes if chosen is None or each.name in chosen]
    lines: list[SampleLine] = []
    if StatisticKind.COUNT in choices.statistics:
        lines.append(SampleLine("Number of people", f"about {choices.crowd_floor * MADE_UP_PEOPLE:,}"))
    for attribute in attributes:
        lines.extend(_lines(attribute, choices))
    return tuple(lines[:MOST_LINES])


def _lines(attribute: Attribute, choices: PolicyChoices) -> Iterator[SampleLine]:
    label = attribute.label["en"]
    label = label[:1].lower() + label[1:]
    if attribute.kind is Kind.NUMBER:
        middle, width = _middle(attribute)
        unit = unit_text(attribute.unit)
        if StatisticKind.MEAN in choices.statistics:
            yield SampleLine(f"Average {label}", _number(middle, attribute, unit))
        elif StatisticKind.STANDARD_DEVIATION in choices.statistics:
            yield SampleLine(f"Spread of {label}", _number(2 * width, attribute, unit))
        elif StatisticKind.MEDIAN in choices.statistics:
            yield SampleLine(f"Middle value of {label}", _number(middle, attribute, unit))
    elif StatisticKind.HISTOGRAM in choices.statistics:
        pairs = zip(attribute.categories, _SHARES, strict=False)
        yield SampleLine(
            f"Distribution of {label}", ", ".join(f"{each.label['en']} {share}" for each, share in pairs)
        )
    elif StatisticKind.TOP_CATEGORIES in choices.statistics:
        yield SampleLine(f"Most frequent answer to {label}", attribute.categories[0].label["en"])


def _middle(attribute: Attribute) -> tuple[float, float]:
    """The middle of the middle bin, and its width."""
    index = (len(attribute.bins) - 1) // 2
    low, high = float(attribute.bins[index]), float(attribute.bins[index + 1])
    return (low + high) / 2, high - low


def _number(value: float, attribute: Attribute, unit: str) -> str:
    decimals = min(attribute.decimals + 1, 2)
    return f"{value:.{decimals}f} {unit}".strip()
