"""How is one statistic written in the address of a question? `mean:age`, `quantiles:age:0.25,0.5`.

After the kind come the attribute, the attributes or fractions that go with it, and a count, as far as the
kind has them: `k_means:age:bmi,glucose:3`, `top_categories:intake::3`. Windows stand behind their series as
the first reading, length, step and number of windows: `mean:steps@1,4,4,3`.
"""

from decimal import Decimal

from consent.menu import MENU
from consent.query import Statistic, decimal_text, read_decimal
from consent.vocabulary import StatisticKind
from consent.windows import Windows
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet, Series

QUARTILES = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))
MOST_FREQUENT = 3
_MOST_PARTS = 4
_NUMBERS = (
    StatisticKind.MEAN,
    StatisticKind.STANDARD_DEVIATION,
    StatisticKind.HISTOGRAM,
    StatisticKind.SUM,
    StatisticKind.VARIANCE,
    StatisticKind.MINIMUM,
    StatisticKind.MEDIAN,
    StatisticKind.MAXIMUM,
    StatisticKind.QUANTILES,
)
_CATEGORIES = (StatisticKind.HISTOGRAM, StatisticKind.TOP_CATEGORIES)
_IN_WINDOWS = (StatisticKind.MEAN, StatisticKind.SUM, StatisticKind.HISTOGRAM, StatisticKind.COUNT)
_PART = 4
"""How many readings a window holds, where a series is offered in parts."""
_MARK = "@"


_PILLS = {
    StatisticKind.MEAN: "Average",
    StatisticKind.STANDARD_DEVIATION: "Spread",
    StatisticKind.HISTOGRAM: "Distribution",
    StatisticKind.SUM: "Sum",
    StatisticKind.VARIANCE: "Variance",
    StatisticKind.MINIMUM: "Smallest",
    StatisticKind.MEDIAN: "Middle",
    StatisticKind.MAXIMUM: "Largest",
    StatisticKind.QUANTILES: "Quartiles",
    StatisticKind.COUNT: "Readings",
}


def choices(data_set: DataSet) -> list[str]:
    """Everything that can be ticked for a data set, in its order."""
    offered = [statistic_text(Statistic(StatisticKind.COUNT))]
    for attribute in data_set.attributes:
        if attribute.place is None:
            offered += [statistic_text(each) for each in offered_for(attribute)]
    for name, series in data_set.series.items():
        offered += [statistic_text(each) for each in offered_in_windows(name, series)]
    return offered


def offered_in_windows(name: str, series: Series) -> list[Statistic]:
    """The statistics of a series that can be ticked: over all of it, and in parts of four readings."""
    size = len(series.readings)
    cuts = [Windows(1, size, size, 1)]
    if size > _PART and size % _PART == 0:
        cuts.append(Windows(1, _PART, _PART, size // _PART))
    return [Statistic(kind, name, windows=each) for each in cuts for kind in _IN_WINDOWS]


def offered_for(attribute: Attribute) -> list[Statistic]:
    """The statistics of one attribute that can be ticked; quantiles are quartiles."""
    if attribute.kind is Kind.CATEGORY:
        most = min(MOST_FREQUENT, len(attribute.codes))
        return [
            Statistic(kind, attribute.name, count=most if MENU[kind].count[1] else None)
            for kind in _CATEGORIES
        ]
    return [
        Statistic(kind, attribute.name, fractions=QUARTILES if MENU[kind].fractions[1] else ())
        for kind in _NUMBERS
    ]


def statistic_text(statistic: Statistic) -> str:
    """A statistic as it stands in an address."""
    if statistic.attribute is None:
        return statistic.kind.value
    fractions = [decimal_text(fraction) for fraction in statistic.fractions]
    if statistic.fractions == QUARTILES:
        fractions = []  # what a ticked box without more stands for
    more = ",".join([*statistic.others, *fractions])
    count = "" if statistic.count is None else str(statistic.count)
    attribute = statistic.attribute + _windows_text(statistic.windows)
    return ":".join([statistic.kind.value, attribute, more, count]).rstrip(":")


def pill_text(statistic: Statistic) -> str:
    """What stands on the box of a statistic that can be ticked."""
    if statistic.kind is StatisticKind.TOP_CATEGORIES:
        return f"{statistic.count} most frequent"
    windows = statistic.windows
    if windows is not None:
        cut = f"in {windows.count} parts" if windows.count > 1 else "over all"
        return f"{_PILLS[statistic.kind]} {cut}"
    return _PILLS[statistic.kind]


def read_statistic(text: str) -> Statistic | None:
    """The statistic that a text stands for; None if it stands for none."""
    parts = text.split(":")
    if len(parts) > _MOST_PARTS:
        return None
    kind_text, attribute, more, count = [*parts, *[""] * (_MOST_PARTS - len(parts))]
    try:
        kind = StatisticKind(kind_text)
        form = MENU[kind]
        attribute, windows = _read_windows(attribute)
        names = tuple(more.split(",")) if more else ()
        fractions = tuple(_decimal(each) for each in names) if form.fractions[1] else ()
        return Statistic(
            kind,
            attribute or None,
            () if form.fractions[1] else names,
            (fractions or QUARTILES) if form.fractions[1] else (),
            _count(count),
            windows,
        )
    except (ValueError, MalformedError):
        return None


def _windows_text(windows: Windows | None) -> str:
    if windows is None:
        return ""
    return f"{_MARK}{windows.first},{windows.length},{windows.step},{windows.count}"


def _read_windows(text: str) -> tuple[str, Windows | None]:
    """A series with its windows; an attribute has none."""
    name, mark, numbers = text.partition(_MARK)
    if not mark:
        return text, None
    members = ("from", "length", "step", "count")
    read = {member: _count(number) for member, number in zip(members, numbers.split(","), strict=True)}
    return name, Windows.from_fields(Fields(read, "form"))


def _count(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 2):  # noqa: PLR2004 — ten is the most
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    return read_decimal(Fields({"fraction": text}, "form"), "fraction")
