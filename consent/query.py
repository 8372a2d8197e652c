"""What does a buyer ask?

A query names a data set, a purpose, statistics of attributes, at most one attribute to group by, conditions,
its privacy (with noise of a stated epsilon, or exact where that is safe enough), and how it is to be
computed. It may name a second data set to join: it is then about people of whom both records are there, and
names attributes of the second as `ssi.joined` does, `health/1#age`. A condition on a public attribute chooses
rows; one on a private attribute is evaluated inside the computation and needs noise, because nobody may know
how few people meet it. `consent.query_check` holds the rules that no consent can lift; whether a person's
policy covers the query is decided in `consent.decision`.

Exact answers are sums over a crowd of at least `floor` people. Two of them over crowds that differ by one
person would differ by that person's values; `consent.differencing` keeps them from it, and leaves people out
for it. Noise is therefore the rule, and exact answers are the exception that a policy must allow by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from consent.menu import MOST_CLUSTERS, MOST_FRACTIONS, MOST_OTHERS, MOST_TOP
from consent.vocabulary import Engine, Purpose, StatisticKind
from consent.windows import Windows
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.dataset import DataSet
from ssi.joined import QUALIFIER, joined_ref, unqualified
from ssi.windowed import Window

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
    how many clusters or categories are to be found. `consent.menu` says which kind needs which. With
    `windows`, `attribute` is a series, and the statistic is computed in each window; a count is then one of
    readings.
    """

    kind: StatisticKind
    attribute: str | None = None
    others: tuple[str, ...] = ()
    fractions: tuple[Decimal, ...] = ()
    count: int | None = None
    windows: Windows | None = None

    @property
    def in_windows(self) -> tuple[Window, ...]:
        """The windows in which it is computed, in the order of time; none where it is about no series."""
        return () if self.windows is None else self.windows.of(self.attribute or "")

    @property
    def each(self) -> tuple["Statistic", ...]:
        """What is computed for it: itself, or the same about each of its windows."""
        if self.windows is None:
            return (self,)
        return tuple(replace(self, attribute=window.name, windows=None) for window in self.in_windows)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that it depends on; of a series the readings that fall into a window."""
        if self.windows is not None:
            return tuple(dict.fromkeys(name for window in self.in_windows for name in window.readings))
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
        if self.windows is not None:
            document["windows"] = self.windows.to_json()
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
            Windows.from_fields(fields.section("windows")) if fields.has("windows") else None,
        )
        fields.done()
        counts_people = kind is StatisticKind.COUNT and statistic.windows is None
        if (statistic.attribute is None) != counts_people:
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
    each other's arithmetic before anything is released; it costs them several times the work. `join` is the
    second data set, whose attributes have qualified names. With `publication` the answer is to be shown to
    everybody in the catalogue, so that only people who allow that take part.
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
    join: str | None = None
    publication: bool = False

    @property
    def data_sets(self) -> tuple[str, ...]:
        """The data sets that it is about, in order; each person takes part with a record of each."""
        return (self.data_set,) if self.join is None else (self.data_set, self.join)

    @property
    def about(self) -> str:
        """How the data set is called whose attributes it names: its own, or both side by side."""
        return self.data_set if self.join is None else joined_ref(self.data_set, self.join)

    @cached_property
    def attributes(self) -> frozenset[str]:
        """Every attribute that the answer depends on: computed, grouped by or filtered by."""
        return frozenset(name for each in self.statistics for name in each.attributes) | self.narrowing

    @cached_property
    def narrowing(self) -> frozenset[str]:
        """The attributes by which it chooses people or splits them into groups."""
        grouped = set() if self.group_by is None else {self.group_by}
        return frozenset(grouped | {condition.attribute for condition in self.where})

    def attributes_of(self, ref: str) -> frozenset[str]:
        """Those of its attributes that stand in records of one data set, by the names they have there.

        A name that belongs to no data set of the query is taken for one of the first, which will not have it.
        """
        return self._of(ref, self.attributes)

    def narrowing_of(self, ref: str) -> frozenset[str]:
        """Those of them by which it chooses people or splits them into groups."""
        return self._of(ref, self.narrowing)

    def _of(self, ref: str, named: frozenset[str]) -> frozenset[str]:
        if self.join is None:
            return named
        if ref == self.join:
            names = (unqualified(ref, name) for name in named)
            return frozenset(name for name in names if name is not None)
        return frozenset(name for name in named if not name.startswith(f"{self.join}{QUALIFIER}"))

    @property
    def computed(self) -> tuple[Statistic, ...]:
        """The statistics with those in windows as one for each window: what estimates are given for."""
        return tuple(each for statistic in self.statistics for each in statistic.each)

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Every window that is asked about, once, in the order of the statistics."""
        return tuple(dict.fromkeys(window for each in self.statistics for window in each.in_windows))

    @cached_property
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
        if not self.where:
            return True
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
        if self.join is not None:
            document["join"] = self.join
        if self.group_by is not None:
            document["group_by"] = self.group_by
        if self.engine is not Engine.AUTO:
            document["engine"] = self.engine.value
        if self.verified:
            document["verified"] = True
        if self.publication:
            document["publication"] = True
        return document

    @classmethod
    def from_json(cls, document: object, where: str = "query") -> "Query":
        """Read a query.

        Raises:
            MalformedError: a member is missing, unknown or not of its form; or a data set is joined with
                itself.
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
            join=fields.text("join", max_length=MAX_NAME) if fields.has("join") else None,
            publication=fields.boolean("publication") if fields.has("publication") else False,
        )
        privacy.done()
        fields.done()
        if query.join == query.data_set:
            raise MalformedError(f"{where}.join: expected another data set than {query.data_set}")
        return query


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
