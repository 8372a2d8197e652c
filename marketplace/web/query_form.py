"""How does a form become a query, and what did the form hold when it comes back?

The builder is a plain GET form, so that a question has an address: it survives a reload and can be sent to a
colleague. It holds nothing about any person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

EXACT = "exact"
LEVELS = ("0.5", "1", "2", "4")
DEFAULT_LEVEL = "1"
DEFAULT_FLOOR = 50
MAX_FLOOR_DIGITS = 6

PURPOSES = {
    Purpose.ACADEMIC_RESEARCH: "Academic research",
    Purpose.SCIENTIFIC_RESEARCH: "Scientific research",
    Purpose.NON_COMMERCIAL_RESEARCH: "Non-commercial research",
    Purpose.COMMERCIAL_RESEARCH: "Commercial research",
    Purpose.PUBLIC_BENEFIT: "Public benefit",
    Purpose.SERVICE_OPTIMISATION: "Improving a service",
    Purpose.PERSONNEL_HIRING: "Hiring",
}


@dataclass(frozen=True)
class QueryForm:
    """What somebody filled in, and what is wrong with it by field."""

    data_set: DataSet
    purpose: str = Purpose.ACADEMIC_RESEARCH.value
    statistics: frozenset[str] = frozenset()
    group_by: str = ""
    where: dict[str, str] = field(default_factory=dict)
    level: str = DEFAULT_LEVEL
    floor: str = str(DEFAULT_FLOOR)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data_set: DataSet, values: "MultiDict[str, str]") -> "QueryForm":
        """Read what was filled in; fields that are not there keep their defaults."""
        if not values:
            return cls(data_set)
        public = {each.name: values.get(f"where_{each.name}", "") for each in data_set.public_attributes}
        return cls(
            data_set=data_set,
            purpose=values.get("purpose", cls.purpose),
            statistics=frozenset(values.getlist("statistic")),
            group_by=values.get("group_by", ""),
            where={name: code for name, code in public.items() if code},
            level=values.get("level", DEFAULT_LEVEL),
            floor=values.get("floor", str(DEFAULT_FLOOR)),
        )

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
        if not self.statistics & frozenset(choices(self.data_set)):
            errors["statistic"] = "Choose at least one thing to compute."
        if self.purpose not in {purpose.value for purpose in PURPOSES}:
            errors["purpose"] = "Choose what the answer is for."
        if not (self.floor.isascii() and self.floor.isdigit() and len(self.floor) <= MAX_FLOOR_DIGITS):
            errors["floor"] = "Give the smallest crowd as a whole number, such as 50."
        if self.level not in {EXACT, *LEVELS}:
            errors["level"] = "Choose how the people are protected."
        return errors


class FormError(Exception):
    """The form is not complete; `errors` maps fields to what to do."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("the form is not complete")
        self.errors = errors


def choices(data_set: DataSet) -> list[str]:
    """Everything that can be ticked for a data set, in its order."""
    offered = [StatisticKind.COUNT.value]
    for attribute in data_set.attributes:
        offered += [f"{kind.value}:{attribute.name}" for kind in kinds(attribute)]
    return offered


def kinds(attribute: Attribute) -> tuple[StatisticKind, ...]:
    """The statistics that fit an attribute."""
    if attribute.kind is Kind.CATEGORY:
        return (StatisticKind.HISTOGRAM,)
    return (StatisticKind.MEAN, StatisticKind.STANDARD_DEVIATION, StatisticKind.HISTOGRAM)


def _statistic(text: str) -> Statistic:
    kind, _, attribute = text.partition(":")
    return Statistic(StatisticKind(kind), attribute or None)


def _in_order(ticked: Iterable[str], data_set: DataSet) -> list[str]:
    return [choice for choice in choices(data_set) if choice in ticked]
