"""Is an attribute of a data-set file sound? Every rule that encoding, sharing or a screen relies on is here.

A broken file is refused with the place and the remedy. The folder's README lists the members of a file.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from crypto.reading import Fields
from ssi.attribute import Attribute, Category, Coding, Disclosure, Kind, Place, Sensitivity, Step
from ssi.attribute_values import count_steps
from ssi.errors import DataSetError

LANGUAGES = ("en", "de")
MAX_DECIMALS = 9
MAX_VALUE_BITS = 31
"""A square has twice the bits, and one that does not stay below 2^62 could never be summed in Z_2^64."""
MAX_BINS = 64
MAX_CATEGORIES = 64
_JWT_NAMES = frozenset({"aud", "cnf", "exp", "iat", "iss", "jti", "nbf", "status", "sub", "vct"})
MOST_READINGS = 99
MOST_SERIES_NAME = 37
STEPS: Mapping[str, Mapping[Step, str]] = {
    "en": {Step.DAY: "day", Step.WEEK: "week", Step.MONTH: "month"},
    "de": {Step.DAY: "Tag", Step.WEEK: "Woche", Step.MONTH: "Monat"},
}
"""What stands before the number of a reading."""
RESERVED_NAMES = _JWT_NAMES | {"commitment", "commitment_opening"}
"""Members that a credential has besides the attributes of a record."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_CODE_SYSTEM = re.compile(r"(https?://|urn:)[!-~]+", re.ASCII)
_CODE = re.compile(r"[!-~]+", re.ASCII)
_CATEGORY_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)


def read_attributes(fields: Fields, inherited: Sensitivity) -> tuple[Attribute, ...]:
    """Read one entry of `attributes`; it may state its own sensitivity, else it has the data set's.

    An entry with a `series` stands for as many attributes as the series has readings.

    Raises:
        MalformedError: a member is missing, unknown or of another type.
        DataSetError: a member breaks a rule.
    """
    if fields.text("name", max_length=40) in RESERVED_NAMES:
        raise DataSetError(f"{fields.where}.name: credentials use this name themselves; choose another")
    reader = {Kind.NUMBER: _read_number, Kind.CATEGORY: _read_category}[fields.choice("kind", Kind)]
    has_own = fields.has("sensitivity")
    sensitivity = fields.choice("sensitivity", Sensitivity) if has_own else inherited
    attribute = replace(reader(fields, sensitivity), coding=_read_coding(fields))
    attributes = _read_series(fields, attribute) if fields.has("series") else (attribute,)
    fields.done()
    return attributes


def _read_coding(fields: Fields) -> Coding | None:
    if not fields.has("coding"):
        return None
    coding = fields.section("coding")
    found = Coding(coding.text("system", max_length=200), coding.text("code", max_length=40))
    coding.done()
    if not _CODE_SYSTEM.fullmatch(found.system):
        raise DataSetError(f"{coding.where}.system: expected an address or a URN, such as http://loinc.org")
    if not _CODE.fullmatch(found.code):
        raise DataSetError(f"{coding.where}.code: expected a code without spaces, such as 8480-6")
    return found


def _read_series(fields: Fields, attribute: Attribute) -> tuple[Attribute, ...]:
    series = fields.section("series")
    count = series.integer("count", least=2, most=MOST_READINGS)
    step = series.choice("step", Step)
    series.done()
    if attribute.kind is not Kind.NUMBER or attribute.required:
        raise DataSetError(f"{fields.where}.series: a series is of numbers that may be missing")
    if len(attribute.name) > MOST_SERIES_NAME:
        raise DataSetError(f"{fields.where}.name: expected at most {MOST_SERIES_NAME} letters for a series")
    return tuple(
        replace(
            attribute,
            name=reading_name(attribute.name, number),
            label={each: f"{attribute.label[each]}, {STEPS[each][step]} {number}" for each in LANGUAGES},
            place=Place(attribute.name, attribute.label, number, count, step),
        )
        for number in range(1, count + 1)
    )


def reading_name(series: str, number: int) -> str:
    """The name of the attribute that is one reading of a series: `steps_03`."""
    return f"{series}_{number:02d}"


def _read_number(fields: Fields, sensitivity: Sensitivity) -> Attribute:
    attribute = Attribute(
        name=read_name(fields, "name"),
        kind=Kind.NUMBER,
        label=read_words(fields, "label"),
        about=read_words(fields, "about"),
        required=fields.boolean("required"),
        sensitivity=sensitivity,
        unit=fields.text("unit", max_length=40),
        minimum=_decimal(fields.number("minimum")),
        maximum=_decimal(fields.number("maximum")),
        decimals=fields.integer("decimals", least=0, most=MAX_DECIMALS),
        bins=_edges(fields),
    )
    _check_range(attribute, fields.where)
    _check_bins(attribute, fields.where)
    return attribute


def _read_category(fields: Fields, sensitivity: Sensitivity) -> Attribute:
    categories = tuple(
        _category(entry) for entry in fields.objects("categories", least=2, most=MAX_CATEGORIES)
    )
    codes = [category.code for category in categories]
    if len(set(codes)) != len(codes):
        raise DataSetError(f"{fields.where}.categories: two categories share a code")
    return Attribute(
        name=read_name(fields, "name"),
        kind=Kind.CATEGORY,
        label=read_words(fields, "label"),
        about=read_words(fields, "about"),
        required=fields.boolean("required"),
        sensitivity=sensitivity,
        disclosure=fields.choice("disclosure", Disclosure),
        categories=categories,
    )


def _category(fields: Fields) -> Category:
    code = fields.text("code", max_length=40)
    if not _CATEGORY_CODE.fullmatch(code):
        raise DataSetError(f"{fields.where}.code: expected small letters, digits and _")
    category = Category(code, read_words(fields, "label"))
    fields.done()
    return category


def _check_range(attribute: Attribute, where: str) -> None:
    if not attribute.minimum < attribute.maximum:
        raise DataSetError(f"{where}: expected minimum < maximum")
    for name in ("minimum", "maximum"):
        _check_on_grid(getattr(attribute, name), attribute.decimals, f"{where}.{name}")
    if attribute.steps.bit_length() > MAX_VALUE_BITS:
        raise DataSetError(
            f"{where}: the range has 2^{MAX_VALUE_BITS} steps or more; use fewer decimals or a smaller range"
        )


def _check_bins(attribute: Attribute, where: str) -> None:
    edges = attribute.bins
    if any(left >= right for left, right in pairwise(edges)):
        raise DataSetError(f"{where}.bins: expected ascending edges")
    if edges[0] != attribute.minimum or edges[-1] != attribute.maximum:
        raise DataSetError(f"{where}.bins: expected edges from the minimum to the maximum")
    for index, edge in enumerate(edges):
        _check_on_grid(edge, attribute.decimals, f"{where}.bins[{index}]")


def _check_on_grid(number: Decimal, decimals: int, where: str) -> None:
    if Decimal(count_steps(number, decimals)).scaleb(-decimals) != number:
        raise DataSetError(f"{where}: expected at most {decimals} decimals")


def _edges(fields: Fields) -> tuple[Decimal, ...]:
    edges = []
    for index, value in enumerate(fields.entries("bins", least=3, most=MAX_BINS + 1)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise DataSetError(f"{fields.where}.bins[{index}]: expected a number")
        edges.append(_decimal(value))
    return tuple(edges)


def _decimal(number: float) -> Decimal:
    # A whole number keeps its short form, which stands in messages to people.
    return Decimal(int(number)) if float(number).is_integer() else Decimal(repr(number))


def read_name(fields: Fields, member: str) -> str:
    """A name as it stands in columns, queries and addresses: small letters, digits and _, a letter first.

    Raises:
        DataSetError: another form.
    """
    name = fields.text(member, max_length=40)
    if not _NAME.fullmatch(name):
        raise DataSetError(f"{fields.where}.{member}: expected small letters, digits and _, a letter first")
    return name


def read_words(fields: Fields, member: str) -> dict[str, str]:
    """A text in every language of the user interface.

    Raises:
        MalformedError: a language is missing or unknown.
    """
    section = fields.section(member)
    words = {language: section.text(language, max_length=500) for language in LANGUAGES}
    section.done()
    return words
