"""How does a form become a query, and a query a form?

The builder is a plain GET form, so that a question has an address: it survives a reload and can be sent to a
colleague. It holds nothing about any person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from consent.query import (
    LEAST_FLOOR,
    MOST_FLOOR,
    Condition,
    Query,
    Statistic,
    decimal_text,
    read_decimal,
)
from consent.vocabulary import Purpose, StatisticKind
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.web.words import EXACT, PURPOSES
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

DEFAULT_LEVEL = "1"
DEFAULT_FLOOR = 50
MAX_FLOOR_DIGITS = 7

Address = dict[str, Any]
"""The fields of a form as the query string of an address holds them."""


class FormError(Exception):
    """The form is not complete; `errors` maps fields to what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("the form is not complete")
        self.errors = errors


@dataclass(frozen=True)
class QueryForm:
    """What somebody filled in, and what is wrong with it by field."""

    data_set: DataSet
    purpose: str = Purpose.ACADEMIC_RESEARCH.value
    statistics: frozenset[str] = frozenset()
    group_by: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    level: str = DEFAULT_LEVEL
    floor: str = str(DEFAULT_FLOOR)
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data_set: DataSet, values: "MultiDict[str, str]") -> "QueryForm":
        """Read what was filled in; fields that are not there keep their defaults."""
        chosen = {each.name: values.get(_where(each.name), "") for each in data_set.public_attributes}
        return cls(
            data_set=data_set,
            purpose=values.get("purpose", cls.purpose),
            statistics=frozenset(values.getlist("statistic")),
            group_by=values.get("group_by", ""),
            where={name: code for name, code in chosen.items() if code},
            level=values.get("level", DEFAULT_LEVEL),
            floor=values.get("floor", str(DEFAULT_FLOOR)).strip(),
        )

    @classmethod
    def of(cls, query: Query, data_set: DataSet) -> "QueryForm":
        """The form that gives this query."""
        return cls(
            data_set=data_set,
            purpose=query.purpose.value,
            statistics=frozenset(map(_text, query.statistics)),
            group_by=query.group_by or "",
            where={condition.attribute: condition.category for condition in query.where},
            level=EXACT if query.epsilon is None else decimal_text(query.epsilon),
            floor=str(query.floor),
        )

    @property
    def address(self) -> Address:
        """The form as the query string of its address, for `url_for`."""
        return {
            "statistic": _in_order(self.statistics, self.data_set),
            "purpose": self.purpose,
            "level": self.level,
            "floor": self.floor,
            **({"group_by": self.group_by} if self.group_by else {}),
            **{_where(name): code for name, code in self.where.items()},
        }

    def query(self) -> Query:
        """The query that was filled in.

        Raises:
            FormError: fields are missing or not of their form.
        """
        errors = self._errors()
        if errors:
            raise FormError(errors)
        return Query(
            data_set=self.data_set.ref,
            purpose=Purpose(self.purpose),
            statistics=tuple(_statistic(text) for text in _in_order(self.statistics, self.data_set)),
            floor=int(self.floor),
            epsilon=None if self.level == EXACT else Decimal(self.level),
            group_by=self.group_by or None,
            where=tuple(Condition(name, code) for name, code in sorted(self.where.items())),
        )

    def _errors(self) -> dict[str, str]:
        errors = {}
        if not _in_order(self.statistics, self.data_set):
            errors["statistic"] = "Choose at least one thing to compute."
        if not (self.floor.isascii() and self.floor.isdigit() and len(self.floor) <= MAX_FLOOR_DIGITS):
            errors["floor"] = (
                f"Give the smallest crowd as a whole number from {LEAST_FLOOR} to {MOST_FLOOR:,}."
            )
        if self.level != EXACT and not _is_decimal(self.level):
            errors["level"] = "Choose how the people are protected."
        if self.purpose not in {purpose.value for purpose in PURPOSES}:
            errors["purpose"] = "Choose what the answer is for."
        return {**errors, **self._group_errors()}

    def _group_errors(self) -> dict[str, str]:
        errors = {}
        if self.group_by and self.group_by not in {each.name for each in groupings(self.data_set)}:
            errors["group_by"] = "Choose one of the groups on the list."
        for attribute in self.data_set.public_attributes:
            if self.where.get(attribute.name, "") not in {"", *attribute.codes}:
                errors[_where(attribute.name)] = "Choose one of the conditions on the list."
        return errors


def kinds(attribute: Attribute) -> tuple[StatisticKind, ...]:
    """The statistics that fit an attribute."""
    if attribute.kind is Kind.CATEGORY:
        return (StatisticKind.HISTOGRAM,)
    return (StatisticKind.MEAN, StatisticKind.STANDARD_DEVIATION, StatisticKind.HISTOGRAM)


def groupings(data_set: DataSet) -> list[Attribute]:
    """The attributes by which people can be put into groups."""
    return [attribute for attribute in data_set.attributes if attribute.kind is Kind.CATEGORY]


def choices(data_set: DataSet) -> list[str]:
    """Everything that can be ticked for a data set, in its order."""
    offered = [StatisticKind.COUNT.value]
    for attribute in data_set.attributes:
        offered += [f"{kind.value}:{attribute.name}" for kind in kinds(attribute)]
    return offered


def _where(name: str) -> str:
    return f"where_{name}"


def _text(statistic: Statistic) -> str:
    kind = statistic.kind.value
    return kind if statistic.attribute is None else f"{kind}:{statistic.attribute}"


def _statistic(text: str) -> Statistic:
    kind, _, attribute = text.partition(":")
    return Statistic(StatisticKind(kind), attribute or None)


def _in_order(ticked: Iterable[str], data_set: DataSet) -> list[str]:
    return [choice for choice in choices(data_set) if choice in ticked]


def _is_decimal(text: str) -> bool:
    try:
        read_decimal(Fields({"level": text}, "form"), "level")
    except MalformedError:
        return False
    return True
