"""What does a buyer ask, and may it be asked at all?

A query names a data set, a purpose, statistics of attributes, at most one attribute to group by, conditions,
its privacy (with noise of a stated epsilon, or exact where that is safe enough), and how it is to be
computed. A condition on a public attribute chooses rows; one on a private attribute is evaluated inside the
computation and needs noise, because nobody may know how few people meet it. `check` holds the rules that no
consent can lift; whether a person's policy covers the query is decided in `consent.policy`.

Exact answers are sums over a crowd of at least `floor` people. They protect one answer; two exact answers
over crowds that differ by one person differ by that person's values. Noise is what protects against that,
and is therefore the rule: exact answers are the exception that a policy must allow by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from consent.errors import QueryRefusedError
from consent.menu import MENU, MOST_CLUSTERS, MOST_FRACTIONS, MOST_OTHERS, MOST_TOP
from consent.query_rules import (
    check_bounds,
    check_category,
    check_engine,
    check_exactness,
    check_grouping,
    check_numbers,
    check_shape,
    check_subject,
)
from consent.vocabulary import Engine, Purpose, StatisticKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute
from ssi.dataset import DataSet

LEAST_FLOOR = 10
MOST_FLOOR = 1_000_000
MOST_STATISTICS = 16
MOST_CONDITIONS = 8
MOST_EPSILON = Decimal(10)
LEAST_EPSILON = Decimal("0.01")
MAX_NAME = 100
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,6})?")
_SIGNED = re.compile(r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Statistic:
    """One thing to compute; a count of people has no attribute, every other kind has one.

    `others` are the numbers that a relation is about besides `attribute`: what is explained is `attribute`,
    what explains it are `others`. `fractions` are the places of quantiles, ascending in [0, 1]; `count` is
    how many clusters or categories are to be found. `consent.menu` says which kind needs which.
    """

    kind: StatisticKind
    attribute: str | None = None
    others: tuple[str, ...] = ()
    fractions: tuple[Decimal, ...] = ()
    count: int | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that it depends on."""
        return self.others if self.attribute is None else (self.attribute, *self.others)

    def to_json(self) -> dict[str, Json]:
        """The statistic as a document; members that it does not need are left out."""
        document: dict[str, Json] = {"kind": self.kind.value}
        if self.attribute is not None:
            document["attribute"] = self.attribute
        if self.others:
            document["with"] = list(self.others)
        if self.fractions:
            document["fractions"] = [decimal_text(fraction) for fraction in self.fractions]
        if self.count is not None:
            document["count"] = self.count
        return document

    @classmethod
    def from_fields(cls, fields: Fields) -> "Statistic":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        kind = fields.choice("kind", StatisticKind)
        most_count = max(MOST_CLUSTERS, MOST_TOP)
        statistic = cls(
            kind,
            fields.text("attribute", max_length=MAX_NAME) if fields.has("attribute") else None,
            _read_list(fields, "with", most=MOST_OTHERS),
            tuple(
                _decimal_of(text, f"{fields.where}.fractions")
                for text in _read_list(fields, "fractions", most=MOST_FRACTIONS)
            ),
            fields.integer("count", least=1, most=most_count) if fields.has("count") else None,
        )
        fields.done()
        if (statistic.attribute is None) != (kind is StatisticKind.COUNT):
            raise MalformedError(f"{fields.where}: a count has no attribute, any other statistic has one")
        return statistic


@dataclass(frozen=True)
class Condition:
    """Only people whose attribute has this category, or whose number is in [least, most].

    A range has both its ends; one that is not meant to bind names the attribute's own minimum or maximum.
    """

    attribute: str
    category: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    def to_json(self) -> dict[str, Json]:
        """The condition as a document."""
        if self.least is None or self.most is None:
            return {"attribute": self.attribute, "is": self.category}
        return {
            "attribute": self.attribute,
            "from": decimal_text(self.least),
            "to": decimal_text(self.most),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Condition":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        attribute = fields.text("attribute", max_length=MAX_NAME)
        if fields.has("from") or fields.has("to"):
            condition = cls(
                attribute, None, read_signed_decimal(fields, "from"), read_signed_decimal(fields, "to")
            )
        else:
            condition = cls(attribute, fields.text("is", max_length=MAX_NAME))
        fields.done()
        return condition


@dataclass(frozen=True)
class Query:
    """One question to a crowd.

    `epsilon` is the whole query's privacy cost, None for an exact answer. `floor` is the least number of
    people that any answer, and any public group in it, is computed over. `verified` asks the nodes to check
    each other's arithmetic before anything is released; it costs them several times the work.
    """

    data_set: str
    purpose: Purpose
    statistics: tuple[Statistic, ...]
    floor: int
    epsilon: Decimal | None
    group_by: str | None = None
    where: tuple[Condition, ...] = ()
    engine: Engine = Engine.AUTO
    verified: bool = False

    @property
    def attributes(self) -> frozenset[str]:
        """Every attribute that the answer depends on: computed, grouped by or filtered by."""
        computed = {name for each in self.statistics for name in each.attributes}
        grouped = set() if self.group_by is None else {self.group_by}
        return frozenset(computed | grouped | {condition.attribute for condition in self.where})

    @property
    def kinds(self) -> frozenset[StatisticKind]:
        """The kinds of statistic asked for."""
        return frozenset(each.kind for each in self.statistics)

    @property
    def chosen_engine(self) -> Engine:
        """The engine that computes it: left open, the one that answers everything on the menu."""
        return Engine.MPC if self.engine is Engine.AUTO else self.engine

    @property
    def digest(self) -> str:
        """The digest by which receipts and statements name the query."""
        return digest_of(self.to_json())

    def private_conditions(self, data_set: DataSet) -> tuple[Condition, ...]:
        """The conditions that are evaluated inside the computation: those on private attributes."""
        public = {attribute.name for attribute in data_set.public_attributes}
        return tuple(condition for condition in self.where if condition.attribute not in public)

    def matches(self, public: Mapping[str, str | None], data_set: DataSet) -> bool:
        """Whether a person with these public attributes meets every public condition.

        An absent attribute meets none. Of private conditions nobody outside the computation knows.
        """
        private = self.private_conditions(data_set)
        return all(
            public.get(condition.attribute) == condition.category
            for condition in self.where
            if condition not in private
        )

    def to_json(self) -> dict[str, Json]:
        """The query as a document; equal queries give equal documents."""
        # Exactness is written out: leaving the privacy out of a document must not turn it off.
        epsilon = None if self.epsilon is None else decimal_text(self.epsilon)
        document: dict[str, Json] = {
            "data_set": self.data_set,
            "purpose": self.purpose.value,
            "statistics": [each.to_json() for each in self.statistics],
            "where": [each.to_json() for each in self.where],
            "privacy": {"epsilon": epsilon, "floor": self.floor},
        }
        if self.group_by is not None:
            document["group_by"] = self.group_by
        if self.engine is not Engine.AUTO:
            document["engine"] = self.engine.value
        if self.verified:
            document["verified"] = True
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
            statistics=tuple(map(Statistic.from_fields, statistics)),
            floor=privacy.integer("floor", least=1, most=MOST_FLOOR),
            epsilon=read_decimal(privacy, "epsilon") if privacy.has("epsilon") else None,
            group_by=fields.text("group_by", max_length=MAX_NAME) if fields.has("group_by") else None,
            where=tuple(map(Condition.from_fields, conditions)),
            engine=fields.choice("engine", Engine) if fields.has("engine") else Engine.AUTO,
            verified=fields.boolean("verified") if fields.has("verified") else False,
        )
        privacy.done()
        fields.done()
        return query


def check(query: Query, data_set: DataSet) -> None:
    """Hold a query against the rules that no consent can lift.

    Raises:
        QueryRefusedError: it names what the data set does not have, asks for a statistic that does not fit
            the attribute or the engine, for too small a crowd, or for an exact answer where only noise
            protects.
    """
    if query.data_set != data_set.ref:
        raise QueryRefusedError(f"this is not a query about {data_set.ref}", f"ask about {data_set.ref}")
    _check_privacy(query)
    _check_lists(query)
    for statistic in query.statistics:
        _check_statistic(statistic, query, data_set)
    if query.group_by is not None:
        _check_groups(query, _attribute(data_set, query.group_by))
    for condition in query.where:
        _check_condition(condition, _attribute(data_set, condition.attribute), exact=query.epsilon is None)
    check_engine(
        query.engine, query.kinds, inside=bool(query.private_conditions(data_set)), verified=query.verified
    )


def decimal_text(number: Decimal) -> str:
    """Write a decimal in its one shortest form, without exponent: 0.50 is "0.5", 1E+1 is "10"."""
    return format(number.normalize(), "f")


def read_decimal(fields: Fields, name: str) -> Decimal:
    """Read a non-negative decimal number from a text of digits, with at most six after the point.

    Raises:
        MalformedError: the member is missing or not such a text.
    """
    return _decimal_of(fields.text(name, max_length=20), f"{fields.where}.{name}")


def read_signed_decimal(fields: Fields, name: str) -> Decimal:
    """Read a decimal number of either sign from a text of digits, with at most nine after the point.

    Raises:
        MalformedError: the member is missing or not such a text.
    """
    text = fields.text(name, max_length=30)
    if not _SIGNED.fullmatch(text):
        raise MalformedError(f"{fields.where}.{name}: expected a decimal number such as -0.5")
    return Decimal(text) + 0  # there is one zero, and it has no sign


def _decimal_of(text: str, where: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise MalformedError(f"{where}: expected a decimal number such as 0.5")
    return Decimal(text)


def _read_list(fields: Fields, name: str, *, most: int) -> tuple[str, ...]:
    return fields.texts(name, least=1, most=most, max_length=MAX_NAME) if fields.has(name) else ()


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


def _check_lists(query: Query) -> None:
    if not 0 < len(query.statistics) <= MOST_STATISTICS:
        raise QueryRefusedError("the query asks for nothing, or for too much", "ask for 1 to 16 statistics")
    if len(set(query.statistics)) != len(query.statistics):
        raise QueryRefusedError("a statistic is asked for twice", "ask for each statistic once")
    filtered = [condition.attribute for condition in query.where]
    if len(set(filtered)) != len(filtered):
        raise QueryRefusedError(
            "two conditions are about the same attribute", "ask with one condition for each attribute"
        )


def _check_statistic(statistic: Statistic, query: Query, data_set: DataSet) -> None:
    form = MENU[statistic.kind]
    check_shape(statistic.kind, len(statistic.others), statistic.fractions, statistic.count)
    if statistic.attribute is None:
        return
    attribute = _attribute(data_set, statistic.attribute)
    others = [_attribute(data_set, name) for name in statistic.others]
    check_subject(statistic.kind, attribute, statistic.count)
    check_numbers([attribute, *others])
    check_exactness(form, [attribute, *others], exact=query.epsilon is None)


def _check_groups(query: Query, attribute: Attribute) -> None:
    check_grouping(attribute, query.kinds, exact=query.epsilon is None)
    if attribute.name in {name for each in query.statistics for name in each.attributes}:
        raise QueryRefusedError(
            f"{attribute.name!r} is what the answer is grouped by",
            "ask for the number of people in each group (count) instead",
        )
    if attribute.name in {condition.attribute for condition in query.where}:
        raise QueryRefusedError(
            f"a condition already fixes {attribute.name!r}", "group by it or filter by it, not both"
        )


def _check_condition(condition: Condition, attribute: Attribute, *, exact: bool) -> None:
    if exact and not attribute.is_public:
        raise QueryRefusedError(
            f"nobody may know how few people a condition on {attribute.name!r} leaves, so it needs noise",
            "ask with an epsilon such as 1.0",
        )
    if condition.least is not None and condition.most is not None:
        check_bounds(attribute, condition.least, condition.most)
    else:
        check_category(attribute, condition.category or "")


def _attribute(data_set: DataSet, name: str) -> Attribute:
    for attribute in data_set.attributes:
        if attribute.name == name:
            return attribute
    known = ", ".join(attribute.name for attribute in data_set.attributes)
    raise QueryRefusedError(f"{data_set.ref} has no attribute {name!r}", f"choose one of {known}")
