"""What does a buyer ask, and may it be asked at all?

A query names a data set, a purpose, statistics of attributes, at most one attribute to group by, conditions
on public attributes, and its privacy: with noise of a stated epsilon, or exact where that is safe enough.
`check` holds the rules that no consent can lift; whether a person's policy covers the query is decided in
`consent.policy`.

Exact answers are sums over a crowd of at least `floor` people. They protect one answer; two exact answers
over crowds that differ by one person differ by that person's values. Noise is what protects against that,
and is therefore the rule: exact answers are the exception that a policy must allow by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from consent.errors import QueryRefusedError
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

LEAST_FLOOR = 10
MOST_FLOOR = 1_000_000
MOST_STATISTICS = 16
MOST_CONDITIONS = 8
MOST_EPSILON = Decimal(10)
LEAST_EPSILON = Decimal("0.01")
MAX_NAME = 100
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Statistic:
    """One thing to compute; a count of people has no attribute, every other kind has one."""

    kind: StatisticKind
    attribute: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The statistic as a document."""
        named: dict[str, Json] = {} if self.attribute is None else {"attribute": self.attribute}
        return {"kind": self.kind.value, **named}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Statistic":
        """Read what `to_json` wrote."""
        kind = fields.choice("kind", StatisticKind)
        attribute = fields.text("attribute", max_length=MAX_NAME) if fields.has("attribute") else None
        fields.done()
        if (attribute is None) != (kind is StatisticKind.COUNT):
            raise MalformedError(f"{fields.where}: a count has no attribute, any other statistic has one")
        return cls(kind, attribute)


@dataclass(frozen=True)
class Condition:
    """Only people whose public attribute has this category."""

    attribute: str
    category: str


@dataclass(frozen=True)
class Query:
    """One question to a crowd.

    `epsilon` is the whole query's privacy cost, None for an exact answer. `floor` is the least number of
    people that any answer, and any public group in it, is computed over.
    """

    data_set: str
    purpose: Purpose
    statistics: tuple[Statistic, ...]
    floor: int
    epsilon: Decimal | None
    group_by: str | None = None
    where: tuple[Condition, ...] = ()

    @property
    def attributes(self) -> frozenset[str]:
        """Every attribute that the answer depends on: computed, grouped by or filtered by."""
        computed = {each.attribute for each in self.statistics if each.attribute is not None}
        grouped = set() if self.group_by is None else {self.group_by}
        return frozenset(computed | grouped | {condition.attribute for condition in self.where})

    @property
    def kinds(self) -> frozenset[StatisticKind]:
        """The kinds of statistic asked for."""
        return frozenset(each.kind for each in self.statistics)

    @property
    def digest(self) -> str:
        """The digest by which receipts and statements name the query."""
        return digest_of(self.to_json())

    def matches(self, public: Mapping[str, str | None]) -> bool:
        """Whether a person with these public attributes meets every condition; an absent one meets none."""
        return all(public.get(condition.attribute) == condition.category for condition in self.where)

    def to_json(self) -> dict[str, Json]:
        """The query as a document; equal queries give equal documents."""
        # Exactness is written out: leaving the privacy out of a document must not turn it off.
        epsilon = None if self.epsilon is None else decimal_text(self.epsilon)
        document: dict[str, Json] = {
            "data_set": self.data_set,
            "purpose": self.purpose.value,
            "statistics": [each.to_json() for each in self.statistics],
            "where": [{"attribute": each.attribute, "is": each.category} for each in self.where],
            "privacy": {"epsilon": epsilon, "floor": self.floor},
        }
        if self.group_by is not None:
            document["group_by"] = self.group_by
        return document

    @classmethod
    def from_json(cls, document: object, where: str = "query") -> "Query":
        """Read a query.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        statistics = fields.objects("statistics", least=1, most=MOST_STATISTICS)
        conditions = fields.objects("where", most=MOST_CONDITIONS) if fields.has("where") else ()
        privacy = fields.section("privacy")
        privacy.any("epsilon")
        query = cls(
            data_set=fields.text("data_set", max_length=MAX_NAME),
            purpose=fields.choice("purpose", Purpose),
            statistics=tuple(Statistic.from_fields(each) for each in statistics),
            floor=privacy.integer("floor", least=1, most=MOST_FLOOR),
            epsilon=read_decimal(privacy, "epsilon") if privacy.has("epsilon") else None,
            group_by=fields.text("group_by", max_length=MAX_NAME) if fields.has("group_by") else None,
            where=tuple(_condition(each) for each in conditions),
        )
        privacy.done()
        fields.done()
        return query


def check(query: Query, data_set: DataSet) -> None:
    """Hold a query against the rules that no consent can lift.

    Raises:
        QueryRefusedError: it names what the data set does not have, asks for a statistic that does not fit
            the attribute, for too small a crowd, or for an exact answer where only noise protects.
    """
    if query.data_set != data_set.ref:
        raise QueryRefusedError(f"this is not a query about {data_set.ref}", f"ask about {data_set.ref}")
    _check_privacy(query)
    _check_shape(query)
    for statistic in query.statistics:
        if statistic.attribute is not None:
            _check_statistic(
                statistic, _attribute(data_set, statistic.attribute), exact=query.epsilon is None
            )
    if query.group_by is not None:
        _check_grouping(query, _attribute(data_set, query.group_by))
    for condition in query.where:
        _check_condition(condition, _attribute(data_set, condition.attribute))


def decimal_text(number: Decimal) -> str:
    """Write a decimal in its one shortest form, without exponent: 0.50 is "0.5", 1E+1 is "10"."""
    return format(number.normalize(), "f")


def read_decimal(fields: Fields, name: str) -> Decimal:
    """Read a non-negative decimal number from a text of digits, with at most six after the point.

    Raises:
        MalformedError: the member is missing or not such a text.
    """
    text = fields.text(name, max_length=20)
    if not _DECIMAL.fullmatch(text):
        raise MalformedError(f"{fields.where}.{name}: expected a decimal number such as 0.5")
    return Decimal(text)


def _condition(fields: Fields) -> Condition:
    attribute, category = (
        fields.text("attribute", max_length=MAX_NAME),
        fields.text("is", max_length=MAX_NAME),
    )
    fields.done()
    return Condition(attribute, category)


def _check_privacy(query: Query) -> None:
    if not LEAST_FLOOR <= query.floor <= MOST_FLOOR:
        raise QueryRefusedError(
            f"an answer over fewer than {LEAST_FLOOR} people says too much about each of them",
            f"ask for a crowd of {LEAST_FLOOR} to {MOST_FLOOR} people",
        )
    if query.epsilon is not None and not LEAST_EPSILON <= query.epsilon <= MOST_EPSILON:
        raise QueryRefusedError(
            f"a privacy cost (epsilon) of {decimal_text(query.epsilon)} is out of range",
            f"ask with an epsilon from {LEAST_EPSILON} to {MOST_EPSILON}",
        )


def _check_shape(query: Query) -> None:
    if not 0 < len(query.statistics) <= MOST_STATISTICS:
        raise QueryRefusedError("the query asks for nothing, or for too much", "ask for 1 to 16 statistics")
    if len(set(query.statistics)) != len(query.statistics):
        raise QueryRefusedError("a statistic is asked for twice", "ask for each statistic once")
    filtered = [condition.attribute for condition in query.where]
    if len(set(filtered)) != len(filtered):
        raise QueryRefusedError(
            "two conditions are about the same attribute", "ask with one condition for each attribute"
        )


def _attribute(data_set: DataSet, name: str) -> Attribute:
    for attribute in data_set.attributes:
        if attribute.name == name:
            return attribute
    known = ", ".join(attribute.name for attribute in data_set.attributes)
    raise QueryRefusedError(f"{data_set.ref} has no attribute {name!r}", f"choose one of {known}")


def _check_statistic(statistic: Statistic, attribute: Attribute, *, exact: bool) -> None:
    numeric = {StatisticKind.MEAN, StatisticKind.STANDARD_DEVIATION}
    if attribute.kind is Kind.CATEGORY and statistic.kind in numeric:
        raise QueryRefusedError(
            f"{attribute.name!r} has categories, and those have no average",
            "ask for its distribution (histogram)",
        )
    if exact and statistic.kind is StatisticKind.HISTOGRAM:
        raise QueryRefusedError(
            "a distribution shows single people where it is thin, so it is answered with noise only",
            "ask with an epsilon such as 1.0",
        )
    if exact and not attribute.required:
        raise QueryRefusedError(
            f"not everyone has {attribute.name!r}, so an exact answer may be about very few people",
            "ask with an epsilon such as 1.0",
        )


def _check_grouping(query: Query, attribute: Attribute) -> None:
    if attribute.kind is not Kind.CATEGORY:
        raise QueryRefusedError(
            f"{attribute.name!r} has no categories to group by", "group by an attribute that has categories"
        )
    if query.epsilon is None and not attribute.is_public:
        raise QueryRefusedError(
            f"groups by {attribute.name!r} may be small without anybody knowing, so they need noise",
            "ask with an epsilon such as 1.0, or group by a public attribute",
        )
    if attribute.name in {each.attribute for each in query.statistics}:
        raise QueryRefusedError(
            f"{attribute.name!r} is what the answer is grouped by",
            "ask for the number of people in each group (count) instead",
        )
    if attribute.name in {condition.attribute for condition in query.where}:
        raise QueryRefusedError(
            f"a condition already fixes {attribute.name!r}", "group by it or filter by it, not both"
        )


def _check_condition(condition: Condition, attribute: Attribute) -> None:
    if not attribute.is_public:
        raise QueryRefusedError(
            f"{attribute.name!r} is private, so nobody can select people by it",
            "group by it with noise instead",
        )
    if condition.category not in attribute.codes:
        raise QueryRefusedError(
            f"{attribute.name!r} has no category {condition.category!r}",
            f"choose one of {', '.join(attribute.codes)}",
        )
