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
from wallet.domain.showing_values import GERMAN_UNITS

MOST_LINES = 4
MADE_UP_PEOPLE = 5
_SHARES = ("18 %", "31 %", "27 %")
_GERMAN_POINTS = str.maketrans(",.", ".,")
_WORDS = {
    "en": {
        "count": "Number of people",
        "about": "about {}",
        StatisticKind.MEAN: "Average {}",
        StatisticKind.STANDARD_DEVIATION: "Spread of {}",
        StatisticKind.MEDIAN: "Middle value of {}",
        StatisticKind.HISTOGRAM: "Distribution of {}",
        StatisticKind.TOP_CATEGORIES: "Most frequent answer to {}",
    },
    "de": {
        "count": "Anzahl der Personen",
        "about": "etwa {}",
        StatisticKind.MEAN: "Durchschnitt: {}",
        StatisticKind.STANDARD_DEVIATION: "Streuung: {}",
        StatisticKind.MEDIAN: "Mittlerer Wert: {}",
        StatisticKind.HISTOGRAM: "Verteilung: {}",
        StatisticKind.TOP_CATEGORIES: "Häufigste Antwort: {}",
    },
}


@dataclass(frozen=True)
class SampleLine:
    """One line of a made-up answer."""

    label: str
    value: str


def sample_answer(
    choices: PolicyChoices, data_set: DataSet, *, language: str = "en"
) -> tuple[SampleLine, ...]:
    """A made-up answer with at most four lines, of the statistics and attributes that are chosen.

    `language` is English or German.
    """
    say = _WORDS[language]
    chosen = choices.attributes
    attributes = [each for each in data_set.attributes if chosen is None or each.name in chosen]
    lines: list[SampleLine] = []
    if StatisticKind.COUNT in choices.statistics:
        people = _punctuated(f"{choices.crowd_floor * MADE_UP_PEOPLE:,}", language)
        lines.append(SampleLine(say["count"], say["about"].format(people)))
    for attribute in attributes:
        lines.extend(_lines(attribute, choices, language))
    return tuple(lines[:MOST_LINES])


def _lines(attribute: Attribute, choices: PolicyChoices, language: str) -> Iterator[SampleLine]:
    label, say = attribute.label[language], _WORDS[language]
    if language == "en":
        label = label[:1].lower() + label[1:]

    def line(kind: StatisticKind, value: str) -> SampleLine:
        return SampleLine(say[kind].format(label), value)

    if attribute.kind is Kind.NUMBER:
        middle, width = _middle(attribute)
        numbers = {
            StatisticKind.MEAN: middle,
            StatisticKind.STANDARD_DEVIATION: 2 * width,
            StatisticKind.MEDIAN: middle,
        }
        first = next((kind for kind in numbers if kind in choices.statistics), None)
        if first is not None:
            yield line(first, _number(numbers[first], attribute, language))
    elif StatisticKind.HISTOGRAM in choices.statistics:
        pairs = zip(attribute.categories, _SHARES, strict=False)
        shares = (f"{each.label[language]} {share}" for each, share in pairs)
        yield line(StatisticKind.HISTOGRAM, ", ".join(shares))
    elif StatisticKind.TOP_CATEGORIES in choices.statistics:
        yield line(StatisticKind.TOP_CATEGORIES, attribute.categories[0].label[language])


def _middle(attribute: Attribute) -> tuple[float, float]:
    """The middle of the middle bin, and its width."""
    index = (len(attribute.bins) - 1) // 2
    low, high = float(attribute.bins[index]), float(attribute.bins[index + 1])
    return (low + high) / 2, high - low


def _number(value: float, attribute: Attribute, language: str) -> str:
    decimals = min(attribute.decimals + 1, 2)
    unit = unit_text(attribute.unit)
    if language == "de":
        unit = GERMAN_UNITS.get(attribute.unit, unit)
    return f"{_punctuated(f'{value:.{decimals}f}', language)} {unit}".strip()


def _punctuated(number: str, language: str) -> str:
    return number if language == "en" else number.translate(_GERMAN_POINTS)
