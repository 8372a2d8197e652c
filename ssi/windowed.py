"""Which readings of a series fall into a window, and what do they say together? Attributes made of readings.

A window is a run of readings that follow each other, from the first to the last, both included. Its attribute
sums the columns of its readings: `present` is how many of them there are, `value` their sum, `bin` how many
lie in each bin. All of that is linear in the columns that an issuer has committed to, so every computation
node finds the columns of a window from those of the record, and nobody hands in anything more.

Source: windows over streams as in `crypto.mpc.joining.windows`, with readings in place of moments.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from ssi.attribute import Attribute, Step
from ssi.attribute_schema import LANGUAGES, MOST_READINGS, STEPS, reading_name
from ssi.dataset import DataSet
from ssi.errors import DataSetError

MOST_WINDOWS = MOST_READINGS

_MANY = {
    "en": {Step.DAY: "days", Step.WEEK: "weeks", Step.MONTH: "months"},
    "de": {Step.DAY: "Tage", Step.WEEK: "Wochen", Step.MONTH: "Monate"},
}
_TO = {"en": "to", "de": "bis"}


class Window(NamedTuple):
    """The readings `first` to `last` of a series, both included, counted from 1."""

    series: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The name of its attribute: `steps@1-4`."""
        return f"{self.series}@{self.first}-{self.last}"

    @property
    def readings(self) -> tuple[str, ...]:
        """The names of the attributes that fall into it."""
        return tuple(reading_name(self.series, number) for number in range(self.first, self.last + 1))


def windowed(data_set: DataSet, windows: Iterable[Window]) -> DataSet:
    """The data set with an attribute for each window, behind its own.

    Raises:
        DataSetError: there is no such series, or it does not have these readings.
    """
    made = tuple(_attribute(data_set, window) for window in windows)
    return replace(data_set, attributes=(*data_set.attributes, *made))


def own_columns(data_set: DataSet) -> int:
    """How many columns the record itself has, those of windows left out."""
    return sum(len(attribute.columns) for attribute in data_set.attributes if not attribute.sum_of)


def summands(data_set: DataSet, column: int) -> tuple[int, ...]:
    """The columns of the record that add up to a column: several for one of a window, else itself."""
    asked = data_set.columns[column]
    attribute = data_set.attribute(asked.attribute)
    return tuple(data_set.column(name, asked.part, asked.index) for name in attribute.sum_of) or (column,)


def span_text(window: Window, step: Step, language: str) -> str:
    """A window in words: "weeks 1 to 4"."""
    if window.first == window.last:
        return f"{STEPS[language][step]} {window.first}"
    return f"{_MANY[language][step]} {window.first} {_TO[language]} {window.last}"


def _attribute(data_set: DataSet, window: Window) -> Attribute:
    series = data_set.series.get(window.series)
    if series is None:
        known = [*data_set.series]
        raise DataSetError(f"{data_set.ref} has no series {window.series[:80]!r}; it has {known}")
    readings = series.readings
    if not 1 <= window.first <= window.last <= len(readings):
        raise DataSetError(f"{window.series} has the readings 1 to {len(readings)}")
    return replace(
        readings[0],
        name=window.name,
        label={each: f"{series.label[each]}, {span_text(window, series.step, each)}" for each in LANGUAGES},
        place=None,
        sum_of=window.readings,
    )
