"""What is one attribute of a record, and how does its value become columns?

An attribute is a number with a range or a category with codes. Its *columns* are the bounded non-negative
integers that stand for it in an encoded record:

- a number `a` gives `(a, "present", 0)` in {0, 1}, `(a, "value", 0)` = (x - min)·10^decimals rounded half to
  even, `(a, "square", 0)` = its square, and `(a, "bin", k)` in {0, 1} for each bin;
- a category `a` gives `(a, "is", k)` in {0, 1} for each of its categories.

A missing value is zero in all its columns. Bins are closed below and open above; the last is closed.

Numbers that are read again and again make a *series*: one attribute for each reading, numbered in order of
time. What falls into a window of a series is an attribute as well, which no record has and every query may
ask for (`windowed`): its columns are the sums of those of its readings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from ssi.attribute_values import Value, count_steps, read_category, read_number
from ssi.errors import DataSetError


class Kind(StrEnum):
    """The two kinds of attribute."""

    NUMBER = "number"
    CATEGORY = "category"


class Disclosure(StrEnum):
    """Who sees an attribute: nobody (it is only computed on), or everybody who handles an offer."""

    PRIVATE = "private"
    PUBLIC = "public"


class Sensitivity(StrEnum):
    """What kind of personal data it is; health data is a special category (GDPR art. 9)."""

    PERSONAL = "personal"
    HEALTH = "health"


class Part(StrEnum):
    """What a column says about its attribute."""

    PRESENT = "present"
    VALUE = "value"
    SQUARE = "square"
    BIN = "bin"
    IS = "is"


class Category(NamedTuple):
    """One of the values a category attribute can take."""

    code: str
    label: Mapping[str, str]


class Coding(NamedTuple):
    """What an attribute is called in a vocabulary of others: `http://loinc.org` and `8480-6`."""

    system: str
    code: str


class Step(StrEnum):
    """What lies between two readings of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Place:
    """Which reading of which series an attribute is: `number` counts from 1 to `count`, a `step` apart."""

    series: str
    label: Mapping[str, str] = field(hash=False)
    number: int
    count: int
    step: Step


@dataclass(frozen=True)
class Column:
    """One integer of the encoded record: always in [0, `maximum`], and `maximum` < 2^`bits`."""

    attribute: str
    part: Part
    index: int
    bits: int
    maximum: int


@dataclass(frozen=True)
class Attribute:
    """One thing that a record says.

    Of a number: `minimum`, `maximum`, the `decimals` kept, the UCUM `unit` ("1" if it has none) and the
    ascending edges of its `bins`. Of a category: its `categories`; the members of numbers are zero or empty.
    `place` is that of a reading in its series; `sum_of` names the readings that one of a window sums up.
    `coding` is what it is called elsewhere, if that has a name for it.
    """

    name: str
    kind: Kind
    label: Mapping[str, str] = field(hash=False)
    about: Mapping[str, str] = field(hash=False)
    required: bool
    sensitivity: Sensitivity
    disclosure: Disclosure = Disclosure.PRIVATE
    unit: str = "1"
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(0)
    decimals: int = 0
    bins: tuple[Decimal, ...] = ()
    categories: tuple[Category, ...] = field(default=(), hash=False)
    place: Place | None = None
    sum_of: tuple[str, ...] = ()
    coding: Coding | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of a category attribute, in the order of its columns."""
        return tuple(category.code for category in self.categories)

    @property
    def is_public(self) -> bool:
        """Whether the value itself is shown to those who handle an offer."""
        return self.disclosure is Disclosure.PUBLIC

    @property
    def readings(self) -> int:
        """How many readings of one person are in it at most."""
        return max(1, len(self.sum_of))

    @cached_property
    def steps(self) -> int:
        """The largest encoded value of a number: (maximum - minimum)·10^decimals."""
        return count_steps(self.maximum - self.minimum, self.decimals)

    @cached_property
    def bin_starts(self) -> tuple[int, ...]:
        """The encoded lower edge of each bin."""
        return tuple(count_steps(edge - self.minimum, self.decimals) for edge in self.bins[:-1])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of this attribute, in the order in which they are encoded."""
        if self.kind is Kind.CATEGORY:
            return tuple(Column(self.name, Part.IS, index, 1, 1) for index in range(len(self.categories)))
        bits, times = self.steps.bit_length(), self.readings
        more = (times - 1).bit_length()
        return (
            Column(self.name, Part.PRESENT, 0, 1 + more, times),
            Column(self.name, Part.VALUE, 0, bits + more, times * self.steps),
            Column(self.name, Part.SQUARE, 0, 2 * bits + more, times * self.steps**2),
            *(Column(self.name, Part.BIN, index, 1 + more, times) for index in range(len(self.bins) - 1)),
        )

    def parse(self, value: object) -> Value:
        """The value as it stands in a credential: a number rounded to `decimals`, or a category's code.

        Text is read as a person types it (`12.5`); None and empty text mean that the value is missing.

        Raises:
            DataSetError: missing although required, not a number, out of range, or an unknown category; the
                message names the attribute and what is expected, and does not repeat the value.
        """
        if value is None or value == "":
            if self.required:
                raise DataSetError(f"{self.name}: a value is required")
            return None
        if self.kind is Kind.CATEGORY:
            return read_category(self.name, value, self.codes)
        number = self.minimum + Decimal(self._steps_of(value)).scaleb(-self.decimals)
        return int(number) if self.decimals == 0 else float(number)

    def encode(self, value: object) -> tuple[int, ...]:
        """The columns of one value.

        Raises:
            DataSetError: as `parse`.
        """
        parsed = self.parse(value)
        if parsed is None:
            return (0,) * len(self.columns)
        if self.kind is Kind.CATEGORY:
            return tuple(int(code == parsed) for code in self.codes)
        encoded = self._steps_of(parsed)
        bin_index = sum(start <= encoded for start in self.bin_starts) - 1
        return (1, encoded, encoded**2, *(int(index == bin_index) for index in range(len(self.bins) - 1)))

    def _steps_of(self, value: object) -> int:
        number = read_number(self.name, value, least=self.minimum, most=self.maximum)
        return count_steps(number - self.minimum, self.decimals)
