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
    read_signed_decimal,
)
from consent.vocabulary import Engine, Purpose
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.web.relation_form import RelationForm
from marketplace.web.statistic_text import choices, read_statistic, statistic_text
from marketplace.web.words import EXACT, PURPOSES
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet, data_sets
from ssi.joined import joined_by_ref

DEFAULT_LEVEL = "1"
DEFAULT_FLOOR = 50
MAX_FLOOR_DIGITS = 7
YES = "yes"

Address = dict[str, Any]
"""The fields of a form as the query string of an address holds them."""


class FormError(Exception):
    """The form is not complete; `errors` maps fields to what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("the form is not complete")
        self.errors = errors


@dataclass(frozen=True)
class QueryForm:
    """What somebody filled in, and what is wrong with it by field.

    `join` is the other data set that was chosen; what can be filled in besides is then about both. `where`
    are the codes that categories are to have, `ranges` the ends between which numbers are to be, as they were
    typed.
    """

    data_set: DataSet
    join: str = ""
    purpose: str = Purpose.ACADEMIC_RESEARCH.value
    statistics: frozenset[str] = frozenset()
    relation: RelationForm = field(default_factory=RelationForm)
    group_by: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    level: str = DEFAULT_LEVEL
    floor: str = str(DEFAULT_FLOOR)
    verified: bool = False
    engine: str = Engine.AUTO.value
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data_set: DataSet, values: "MultiDict[str, str]") -> "QueryForm":
        """Read what was filled in; fields that are not there keep their defaults."""
        join = values.get("join", "")
        about = _about(data_set, join)
        chosen = {each.name: values.get(_where(each.name), "") for each in groupings(about)}
        ends = {
            each.name: (values.get(_from(each.name), "").strip(), values.get(_to(each.name), "").strip())
            for each in numbers(about)
        }
        return cls(
            data_set=data_set,
            join=join,
            purpose=values.get("purpose", cls.purpose),
            statistics=frozenset(values.getlist("statistic")),
            relation=RelationForm.read(values),
            group_by=values.get("group_by", ""),
            where={name: code for name, code in chosen.items() if code},
            ranges={name: each for name, each in ends.items() if any(each)},
            level=values.get("level", DEFAULT_LEVEL),
            floor=values.get("floor", str(DEFAULT_FLOOR)).strip(),
            verified=values.get("verified") == YES,
            engine=values.get("engine", Engine.AUTO.value),
        )

    @classmethod
    def of(cls, query: Query, data_set: DataSet) -> "QueryForm":
        """The form that gives this query; `data_set` is its first one."""
        relation, rest = RelationForm.of(query.statistics)
        return cls(
            data_set=data_set,
            join=query.join or "",
            purpose=query.purpose.value,
            statistics=frozenset(map(statistic_text, rest)),
            relation=relation,
            group_by=query.group_by or "",
            where={each.attribute: each.category for each in query.where if each.category is not None},
            ranges={
                each.attribute: (decimal_text(each.least), decimal_text(each.most))
                for each in query.where
                if each.least is not None and each.most is not None
            },
            level=EXACT if query.epsilon is None else decimal_text(query.epsilon),
            floor=str(query.floor),
            verified=query.verified,
            engine=query.engine.value,
        )

    @property
    def about(self) -> DataSet:
        """What can be asked about: the data set, or both as one."""
        return _about(self.data_set, self.join)

    @property
    def partners(self) -> list[DataSet]:
        """The data sets that can be joined."""
        return partners_of(self.data_set)

    @property
    def address(self) -> Address:
        """The form as the query string of its address, for `url_for`."""
        ranges = {
            key: text
            for name, ends in self.ranges.items()
            for key, text in zip((_from(name), _to(name)), ends, strict=True)
            if text
        }
        return {
            **({"join": self.join} if self.join else {}),
            "statistic": _in_order(self.statistics, self.about),
            "purpose": self.purpose,
            "level": self.level,
            "floor": self.floor,
            **self.relation.address,
            **({"group_by": self.group_by} if self.group_by else {}),
            **{_where(name): code for name, code in self.where.items()},
            **ranges,
            **({"verified": YES} if self.verified else {}),
            **({"engine": self.engine} if self.engine != Engine.AUTO.value else {}),
        }

    @property
    def unlisted(self) -> list[str]:
        """What is asked for besides what can be ticked, as in a question that came from elsewhere."""
        listed = set(choices(self.about))
        return [text for text in _in_order(self.statistics, self.about) if text not in listed]

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
            statistics=self._statistics(),
            floor=int(self.floor),
            epsilon=None if self.level == EXACT else Decimal(self.level),
            group_by=self.group_by or None,
            where=self._conditions(),
            engine=Engine(self.engine),
            verified=self.verified,
            join=self.join or None,
        )

    def _statistics(self) -> tuple[Statistic, ...]:
        read = (read_statistic(text) for text in _in_order(self.statistics, self.about))
        relation = self.relation.statistic
        found = [each for each in read if each is not None and each != relation]
        return (*found, *([] if relation is None else [relation]))

    def _conditions(self) -> tuple[Condition, ...]:
        found = [Condition(name, code) for name, code in self.where.items()]
        for attribute in numbers(self.about):
            if attribute.name in self.ranges:
                low, high = self.ranges[attribute.name]
                least = _end(low) if low else attribute.minimum
                most = _end(high) if high else attribute.maximum
                found.append(Condition(attribute.name, None, least, most))
        return tuple(sorted(found, key=lambda condition: condition.attribute))

    def _errors(self) -> dict[str, str]:
        errors = self.relation.errors(self.about)
        if not errors and not self._statistics():
            errors["statistic"] = "Choose at least one thing to compute."
        if not (self.floor.isascii() and self.floor.isdigit() and len(self.floor) <= MAX_FLOOR_DIGITS):
            errors["floor"] = (
                f"Give the smallest crowd as a whole number from {LEAST_FLOOR} to {MOST_FLOOR:,}."
            )
        if self.level != EXACT and not _is_decimal(self.level):
            errors["level"] = "Choose how the people are protected."
        if self.purpose not in {purpose.value for purpose in PURPOSES}:
            errors["purpose"] = "Choose what the answer is for."
        if self.engine not in {engine.value for engine in Engine}:
            errors["engine"] = "Leave the way of computing open."
        if self.join not in {"", *(each.ref for each in self.partners)}:
            errors["join"] = "Choose one of the records on the list."
        return {**errors, **self._group_errors()}

    def _group_errors(self) -> dict[str, str]:
        errors = {}
        if self.group_by and self.group_by not in {each.name for each in groupings(self.about)}:
            errors["group_by"] = "Choose one of the groups on the list."
        for attribute in groupings(self.about):
            if self.where.get(attribute.name, "") not in {"", *attribute.codes}:
                errors[_where(attribute.name)] = "Choose one of the conditions on the list."
        for name, ends in self.ranges.items():
            for key, text in zip((_from(name), _to(name)), ends, strict=True):
                if text and not _is_end(text):
                    errors[key] = "Give a number such as 12.5, or leave it empty."
        return errors


def partners_of(data_set: DataSet) -> list[DataSet]:
    """The data sets with which one can be joined: all others."""
    return [each for each in data_sets() if each.ref != data_set.ref]


def groupings(data_set: DataSet) -> list[Attribute]:
    """The attributes by which people can be put into groups."""
    return [attribute for attribute in data_set.attributes if attribute.kind is Kind.CATEGORY]


def numbers(data_set: DataSet) -> list[Attribute]:
    """The attributes that are numbers."""
    return [attribute for attribute in data_set.attributes if attribute.kind is Kind.NUMBER]


def _about(data_set: DataSet, join: str) -> DataSet:
    known = {each.ref for each in partners_of(data_set)}
    return joined_by_ref(data_set.ref, join) if join in known else data_set


def _where(name: str) -> str:
    return f"where_{name}"


def _from(name: str) -> str:
    return f"from_{name}"


def _to(name: str) -> str:
    return f"to_{name}"


def _in_order(ticked: Iterable[str], data_set: DataSet) -> list[str]:
    """What was ticked, in the order of the form; then what is none of its boxes but can be read."""
    listed = choices(data_set)
    names = {attribute.name for attribute in data_set.attributes}
    others = [
        text
        for text in sorted(set(ticked) - set(listed))
        if (read := read_statistic(text)) is not None
        and read.attribute is not None
        and set(read.attributes) <= names
        and statistic_text(read) == text
    ]
    return [*(choice for choice in listed if choice in ticked), *others]


def _is_decimal(text: str) -> bool:
    try:
        read_decimal(Fields({"level": text}, "form"), "level")
    except MalformedError:
        return False
    return True


def _is_end(text: str) -> bool:
    try:
        _end(text)
    except MalformedError:
        return False
    return True


def _end(text: str) -> Decimal:
    return read_signed_decimal(Fields({"end": text.replace("−", "-")}, "form"), "end")
