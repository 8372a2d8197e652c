"""What does one person allow and forbid, and how does a query meet that?

`consent.decision` decides. What a policy leaves out by its defaults it leaves open: from where somebody asks,
by what people are chosen, how often, and what is forbidden in spite of all that is allowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property

from consent.country import is_place
from consent.errors import QueryRefusedError, TermsError
from consent.joining import MOST_JOINS, Joining, asked_about
from consent.prohibition import MOST_PROHIBITIONS, Operand, Prohibition
from consent.query import LEAST_FLOOR, MOST_FLOOR, Query
from consent.vocabulary import GENERAL_INTEREST, Engine, Purpose, RecipientKind, StatisticKind
from ssi.errors import DataSetError, UnknownDataSetError

NODES = 3
MOST_TOTAL_EPSILON = Decimal(1000)
MOST_COMPENSATION_CENTS = 1_000_000
MOST_RUNS = 10_000


class Refusal(Enum):
    """Why a use is refused. The order here is the order in which reasons are given."""

    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    PROHIBITED = "prohibited"
    OTHER_DATA_SET = "other_data_set"
    JOIN_NOT_ALLOWED = "join_not_allowed"
    ATTRIBUTE_NOT_ALLOWED = "attribute_not_allowed"
    FILTER_NOT_ALLOWED = "filter_not_allowed"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    STATISTIC_NOT_ALLOWED = "statistic_not_allowed"
    EXACT_NOT_ALLOWED = "exact_not_allowed"
    PUBLICATION_NOT_ALLOWED = "publication_not_allowed"
    ENGINE = "engine"
    NOT_VERIFIED = "not_verified"
    CROWD_TOO_SMALL = "crowd_too_small"
    BUDGET_PER_QUERY = "budget_per_query"
    BUDGET_SPENT = "budget_spent"
    RUNS_SPENT = "runs_spent"
    COMPENSATION_TOO_LOW = "compensation_too_low"
    OTHER_NODES = "other_nodes"


@dataclass(frozen=True)
class Policy:
    """What one person allows to be computed from one record, by whom, for what, until when and for how much.

    `crowd_floor` counts people, her included. `epsilon_per_query` and `epsilon_total` bound the privacy cost
    of one query and of all queries together. `compensation_cents` is the least she receives for each job, in
    euro cents. `node_ids` are the three nodes that hold her shares, in the order of their roles. `engines`
    are the ways of computing that she trusts, and with `verified_only` the nodes must check each other's
    arithmetic. `joins` are the other data sets of which a record of hers may be put beside this one. The
    policy holds from `given_at` until just before `valid_until`, both in whole seconds of UTC.

    Where nothing is said, nothing is asked for: `recipient_countries` are the countries or regions
    (`consent.country`) from which somebody may ask, none for all; `filters` the attributes by which people
    may be chosen or split into groups, None for all that are allowed; `runs` how often the record may be
    computed on, 1 to `MOST_RUNS`, None for any number. `prohibitions` are refused in spite of all else.

    With `altruism` she gives it for the general interest and is never paid, even where others are: no purpose
    but those of `GENERAL_INTEREST` can be allowed, so that every node refuses any other. With `publication`
    an answer with noise that she is in may be shown to everybody in the catalogue.
    """

    data_set: str
    attributes: frozenset[str]
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    statistics: frozenset[StatisticKind]
    crowd_floor: int
    exact_allowed: bool
    epsilon_per_query: Decimal
    epsilon_total: Decimal
    compensation_cents: int
    node_ids: tuple[str, ...]
    given_at: datetime
    valid_until: datetime
    excluded_recipients: frozenset[str] = field(default_factory=frozenset)
    engines: frozenset[Engine] = frozenset({Engine.MPC})
    verified_only: bool = False
    joins: frozenset[Joining] = frozenset()
    recipient_countries: frozenset[str] = frozenset()
    filters: frozenset[str] | None = None
    runs: int | None = None
    prohibitions: frozenset[Prohibition] = frozenset()
    altruism: bool = False
    publication: bool = False

    def __post_init__(self) -> None:
        """Refuse terms that contradict themselves.

        Raises:
            TermsError: see the message.
        """
        _require(self._terms())

    def dated(self, given_at: datetime, valid_until: datetime) -> "Policy":
        """The same terms for another time.

        Only the time is looked at again: these are read by the hundred thousand. They are all of one `kin`.

        Raises:
            TermsError: the time contradicts itself.
        """
        other = object.__new__(type(self))
        vars(other).update(vars(self), kin=self.kin, given_at=given_at, valid_until=valid_until)
        _require(other._times())
        return other

    @cached_property
    def kin(self) -> object:
        """One object for all policies that `dated` made of one: they differ in nothing but their times.

        Policies that say the same may still be of different kin; those of one kin always say the same.
        """
        return object()

    def covers(self, moment: datetime) -> bool:
        """Whether the policy is in force at a moment; the last second is excluded."""
        return self.given_at <= moment < self.valid_until

    def join_handle(self, other: str) -> str | None:
        """The handle under which a record of another data set is found; None where that is not allowed."""
        return next((each.handle for each in self.joins if each.data_set == other), None)

    def _terms(self) -> Iterable[tuple[bool, str]]:
        allowed = (self.attributes, self.purposes, self.recipient_kinds, self.statistics)
        yield all(allowed), "a policy allows at least one attribute, purpose, kind of recipient and statistic"
        yield (
            bool(self.engines) and Engine.AUTO not in self.engines,
            "a policy allows at least one engine, each by its own name",
        )
        # Shares of the other engines are opened by two nodes; the record would be as safe as the weakest.
        yield (
            Engine.ADDITIVE not in self.engines or len(self.engines) == 1,
            "the engine additive, which takes all three nodes to see a record, stands alone",
        )
        yield (
            LEAST_FLOOR <= self.crowd_floor <= MOST_FLOOR,
            f"the crowd must be {LEAST_FLOOR} to {MOST_FLOOR} people, got {self.crowd_floor}",
        )
        budgets = (self.epsilon_per_query, self.epsilon_total)
        yield all(each.is_finite() for each in budgets), "privacy budgets must be finite numbers"
        yield (
            0 < self.epsilon_per_query <= self.epsilon_total <= MOST_TOTAL_EPSILON,
            f"expected 0 < budget per query <= total budget <= {MOST_TOTAL_EPSILON}",
        )
        yield (
            0 <= self.compensation_cents <= MOST_COMPENSATION_CENTS,
            f"the compensation must be 0 to {MOST_COMPENSATION_CENTS} cents",
        )
        yield len(self.node_ids) == NODES, f"expected {NODES} nodes, got {len(self.node_ids)}"
        yield len(set(self.node_ids)) == NODES, "a node is named twice"
        others = {each.data_set for each in self.joins}
        yield len(self.joins) == len(others) <= MOST_JOINS, "a data set to join with is named twice"
        yield self.data_set not in others, "a record cannot be joined with one of its own data set"
        yield from self._narrower_terms()
        yield from self._times()

    def _times(self) -> Iterable[tuple[bool, str]]:
        for moment in (self.given_at, self.valid_until):
            yield moment.utcoffset() is not None, "moments must carry their time zone"
            yield moment.microsecond == 0, "moments must be whole seconds"
        yield self.given_at < self.valid_until, "a policy must end after it begins"

    def _narrower_terms(self) -> Iterable[tuple[bool, str]]:
        yield all(map(is_place, self.recipient_countries)), "a country that may ask is none that there is"
        yield (
            self.filters is None or self.filters <= self.attributes,
            "people can only be chosen by attributes that are allowed",
        )
        yield (
            self.runs is None or 0 < self.runs <= MOST_RUNS,
            f"a record is computed on 1 to {MOST_RUNS} times",
        )
        yield (
            len(self.prohibitions) <= MOST_PROHIBITIONS,
            f"at most {MOST_PROHIBITIONS} things can be forbidden",
        )
        yield (
            not self.altruism or self.compensation_cents == 0,
            "data altruism is without compensation",
        )
        yield (
            not self.altruism or self.purposes <= GENERAL_INTEREST,
            "data altruism is for purposes of general interest only",
        )
        # A name that is misspelt would forbid nothing; those that are allowed are known to be right.
        for operand in (Operand.ATTRIBUTE, Operand.FILTER):
            yield (
                all(each.terms(operand) <= self.attributes for each in self.prohibitions),
                "only what is allowed by itself can be forbidden together with something",
            )


def _require(terms: Iterable[tuple[bool, str]]) -> None:
    for holds, message in terms:
        if not holds:
            raise TermsError(message)


@dataclass(frozen=True)
class Use:
    """One query as it meets one person's policy.

    `cohort_size` is the number of people computed over, this one included. `epsilon_spent` is what earlier
    queries of anybody have cost this person. `compensation_cents` is what each person receives.
    `buyer_country` is the code of the country in the buyer's credential, and `runs` how often the record was
    computed on before; None where whoever decides does not know.
    """

    query: Query
    buyer_id: str
    buyer_kind: RecipientKind
    cohort_size: int
    epsilon_spent: Decimal
    compensation_cents: int
    node_ids: tuple[str, ...]
    buyer_country: str | None = None
    runs: int | None = None

    @property
    def hidden_among(self) -> int:
        """How many people there are, at least, of whom anybody in the answer may be each.

        Within a group, or where a private condition holds, the query's own floor is all that bounds it.
        """
        return min(self.cohort_size, self.query.floor) if _is_narrowed(self.query) else self.cohort_size


@dataclass(frozen=True)
class Permitted:
    """Every rule of the policy holds."""


@dataclass(frozen=True)
class Refused:
    """At least one rule does not hold: the first of them, and any others, in the order of `Refusal`."""

    reason: Refusal
    others: tuple[Refusal, ...] = ()


def _is_narrowed(query: Query) -> bool:
    """Whether an answer is about fewer people than take part, so that nobody may know how few."""
    if query.group_by is not None:
        return True
    if not query.where:
        return False
    try:
        described = asked_about(query)
        return not all(described.attribute(each.attribute).is_public for each in query.where)
    except (DataSetError, UnknownDataSetError, QueryRefusedError):
        return True
