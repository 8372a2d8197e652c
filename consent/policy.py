"""What does one person allow, and does that permit this use?

`decide` is fail-closed: every rule of the policy must hold, and a use is permitted only when each of them
does. The rules are independent of each other and are evaluated all of them in the order of `Refusal`, so
that the reasons of a refusal are complete and come in the same order everywhere.

A policy that is tightened in any member never permits more than before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from consent.errors import TermsError
from consent.query import LEAST_FLOOR, MOST_FLOOR, Query
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError

NODES = 3
MOST_TOTAL_EPSILON = Decimal(1000)
MOST_COMPENSATION_CENTS = 1_000_000


class Refusal(Enum):
    """Why a use is refused. The order here is the order in which reasons are given."""

    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OTHER_DATA_SET = "other_data_set"
    ATTRIBUTE_NOT_ALLOWED = "attribute_not_allowed"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    STATISTIC_NOT_ALLOWED = "statistic_not_allowed"
    EXACT_NOT_ALLOWED = "exact_not_allowed"
    ENGINE = "engine"
    NOT_VERIFIED = "not_verified"
    CROWD_TOO_SMALL = "crowd_too_small"
    BUDGET_PER_QUERY = "budget_per_query"
    BUDGET_SPENT = "budget_spent"
    COMPENSATION_TOO_LOW = "compensation_too_low"
    OTHER_NODES = "other_nodes"


@dataclass(frozen=True)
class Policy:
    """What one person allows to be computed from one record, by whom, for what, until when and for how much.

    `crowd_floor` counts people, her included. `epsilon_per_query` and `epsilon_total` bound the privacy cost
    of one query and of all queries together. `compensation_cents` is the least she receives for each job, in
    euro cents. `node_ids` are the three nodes that hold her shares, in the order of their roles. `engines`
    are the ways of computing that she trusts, and with `verified_only` the nodes must check each other's
    arithmetic. The policy holds from `given_at` until just before `valid_until`, both in whole seconds of
    UTC.
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

    def __post_init__(self) -> None:
        """Refuse terms that contradict themselves.

        Raises:
            TermsError: see the message.
        """
        for holds, message in self._terms():
            if not holds:
                raise TermsError(message)

    def covers(self, moment: datetime) -> bool:
        """Whether the policy is in force at a moment; the last second is excluded."""
        return self.given_at <= moment < self.valid_until

    def _terms(self) -> Iterable[tuple[bool, str]]:
        allowed = (self.attributes, self.purposes, self.recipient_kinds, self.statistics)
        yield all(allowed), "a policy allows at least one attribute, purpose, kind of recipient and statistic"
        yield (
            bool(self.engines) and Engine.AUTO not in self.engines,
            "a policy allows at least one engine, each by its own name",
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
        for moment in (self.given_at, self.valid_until):
            yield moment.utcoffset() is not None, "moments must carry their time zone"
            yield moment.microsecond == 0, "moments must be whole seconds"
        yield self.given_at < self.valid_until, "a policy must end after it begins"


@dataclass(frozen=True)
class Use:
    """One query as it meets one person's policy.

    `cohort_size` is the number of people computed over, this one included. `epsilon_spent` is what earlier
    queries of anybody have cost this person. `compensation_cents` is what each person receives.
    """

    query: Query
    buyer_id: str
    buyer_kind: RecipientKind
    cohort_size: int
    epsilon_spent: Decimal
    compensation_cents: int
    node_ids: tuple[str, ...]


@dataclass(frozen=True)
class Permitted:
    """Every rule of the policy holds."""


@dataclass(frozen=True)
class Refused:
    """At least one rule does not hold: the first of them, and any others, in the order of `Refusal`."""

    reason: Refusal
    others: tuple[Refusal, ...] = ()


def decide(
    policy: Policy, use: Use, *, now: datetime, withdrawn_at: datetime | None = None
) -> Permitted | Refused:
    """Decide whether a policy permits a use at a moment.

    A withdrawal counts whatever moment it names: once it is known, nothing is permitted any more.
    """
    broken = [Refusal.NOT_YET_VALID] if now < policy.given_at else []
    broken += [Refusal.EXPIRED] if now >= policy.valid_until else []
    broken += [Refusal.WITHDRAWN] if withdrawn_at is not None else []
    broken += [refusal for refusal, holds in _RULES if not holds(policy, use)]
    if broken:
        return Refused(broken[0], tuple(broken[1:]))
    return Permitted()


def largest_crowd(floors: Iterable[int]) -> int:
    """The size of the largest crowd in which every member's floor is met; 0 if there is none.

    Whoever asks for a larger crowd than there is leaves it, which makes it smaller for the others: of all
    people, the crowd is those whose floor is at most its size.
    """
    asked = sorted(floors)
    while asked and asked[-1] > len(asked):
        asked.pop()
    return len(asked)


def _data_set(policy: Policy, use: Use) -> bool:
    return use.query.data_set == policy.data_set


def _attributes(policy: Policy, use: Use) -> bool:
    return use.query.attributes <= policy.attributes


def _purpose(policy: Policy, use: Use) -> bool:
    return any(use.query.purpose.falls_under(allowed) for allowed in policy.purposes)


def _recipient(policy: Policy, use: Use) -> bool:
    return use.buyer_kind in policy.recipient_kinds and use.buyer_id not in policy.excluded_recipients


def _statistics(policy: Policy, use: Use) -> bool:
    return use.query.kinds <= policy.statistics


def _exactness(policy: Policy, use: Use) -> bool:
    return use.query.epsilon is not None or policy.exact_allowed


def _engine(policy: Policy, use: Use) -> bool:
    return use.query.chosen_engine in policy.engines


def _verification(policy: Policy, use: Use) -> bool:
    return use.query.verified or not policy.verified_only


def _crowd(policy: Policy, use: Use) -> bool:
    # Within a group, or where a private condition holds, the query's own floor is all that bounds the crowd.
    hidden_among = min(use.cohort_size, use.query.floor) if _is_narrowed(use.query) else use.cohort_size
    return hidden_among >= policy.crowd_floor and use.cohort_size >= use.query.floor


def _is_narrowed(query: Query) -> bool:
    """Whether an answer is about fewer people than take part, so that nobody may know how few."""
    if query.group_by is not None:
        return True
    try:
        return bool(query.private_conditions(data_set(query.data_set)))
    except UnknownDataSetError:
        return bool(query.where)


def _per_query(policy: Policy, use: Use) -> bool:
    return use.query.epsilon is None or use.query.epsilon <= policy.epsilon_per_query


def _total(policy: Policy, use: Use) -> bool:
    # A negative balance would be budget out of nowhere: it is read as an error, and refused.
    cost = Decimal(0) if use.query.epsilon is None else use.query.epsilon
    return use.epsilon_spent >= 0 and use.epsilon_spent + cost <= policy.epsilon_total


def _compensation(policy: Policy, use: Use) -> bool:
    return use.compensation_cents >= policy.compensation_cents


def _nodes(policy: Policy, use: Use) -> bool:
    return use.node_ids == policy.node_ids


_RULES: tuple[tuple[Refusal, Callable[[Policy, Use], bool]], ...] = (
    (Refusal.OTHER_DATA_SET, _data_set),
    (Refusal.ATTRIBUTE_NOT_ALLOWED, _attributes),
    (Refusal.PURPOSE_NOT_ALLOWED, _purpose),
    (Refusal.RECIPIENT_NOT_ALLOWED, _recipient),
    (Refusal.STATISTIC_NOT_ALLOWED, _statistics),
    (Refusal.EXACT_NOT_ALLOWED, _exactness),
    (Refusal.ENGINE, _engine),
    (Refusal.NOT_VERIFIED, _verification),
    (Refusal.CROWD_TOO_SMALL, _crowd),
    (Refusal.BUDGET_PER_QUERY, _per_query),
    (Refusal.BUDGET_SPENT, _total),
    (Refusal.COMPENSATION_TOO_LOW, _compensation),
    (Refusal.OTHER_NODES, _nodes),
)
