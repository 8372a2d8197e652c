"""What does one person allow about sums over many wallets, and does that permit this order?

A *crowd sum* is Σ over many people of a weighted sum of each one's numbers, plus noise, computed by their
wallets themselves (`crypto.functional.one_label_dropout`). No node takes part, so these terms are a document
of their own and not a `consent.policy.Policy`: nothing that reads the one can read the other.

`decide` is fail-closed and complete, as `consent.decision` is: every rule is evaluated, reasons come in
the order of `CrowdRefusal`. What a sum would tell together with everything told before is asked separately,
of `consent.crowd_authority`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from consent.policy import MOST_TOTAL_EPSILON, Permitted
from consent.query import LEAST_FLOOR, MOST_EPSILON, decimal_text, read_decimal
from consent.weighed_terms import WeighedTerms, WeighedUse, broken_rules, shared_rules
from crypto.encoding import Json
from crypto.reading import Fields
from crypto.sharing.shamir import MAX_PARTIES

STATISTIC = "crowd_sum"
MOST_PEOPLE = MAX_PARTIES


class CrowdRefusal(Enum):
    """Why a wallet does not take part. The order here is the order in which reasons are given."""

    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OTHER_DATA_SET = "other_data_set"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    CROWD_TOO_SMALL = "crowd_too_small"
    BUDGET_PER_SUM = "budget_per_sum"
    COMPENSATION_TOO_LOW = "compensation_too_low"
    TOO_LARGE = "too_large"
    SINGLE_VALUE = "single_value"
    TOO_MANY_FUNCTIONS = "too_many_functions"
    DOMINATED = "dominated"
    PACKED = "packed"
    BUDGET_SPENT = "budget_spent"
    ALREADY_TOLD = "already_told"
    COHORT_REFUSED = "cohort_refused"


@dataclass(frozen=True, kw_only=True)
class CrowdTerms(WeighedTerms):
    """What one person allows to be summed up, with whom, by whom, for what, until when and for how much.

    `crowd_floor` counts people, her included. `epsilon_per_sum` and `epsilon_total` bound the privacy cost of
    one sum and of all sums of the record together, of this offer and of every earlier one. The compensation
    is for each sum.
    """

    statistic: ClassVar[str] = STATISTIC

    crowd_floor: int
    epsilon_per_sum: Decimal
    epsilon_total: Decimal

    def _own_rules(self) -> Iterable[tuple[bool, str]]:
        yield (
            LEAST_FLOOR <= self.crowd_floor <= MOST_PEOPLE,
            f"the crowd must be {LEAST_FLOOR} to {MOST_PEOPLE} people, got {self.crowd_floor}",
        )
        budgets = (self.epsilon_per_sum, self.epsilon_total)
        yield all(each.is_finite() for each in budgets), "privacy budgets must be finite numbers"
        yield (
            0 < self.epsilon_per_sum <= self.epsilon_total <= MOST_TOTAL_EPSILON,
            f"expected 0 < budget per sum <= total budget <= {MOST_TOTAL_EPSILON}",
        )

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {
            **super().to_json(),
            "crowd_floor": self.crowd_floor,
            "epsilon_per_sum": decimal_text(self.epsilon_per_sum),
            "epsilon_total": decimal_text(self.epsilon_total),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "CrowdTerms":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, or it is about another statistic.
            TermsError: the terms contradict themselves.
        """
        terms = cls(
            **cls._shared(fields),
            crowd_floor=fields.integer("crowd_floor", least=LEAST_FLOOR, most=MOST_PEOPLE),
            epsilon_per_sum=read_decimal(fields, "epsilon_per_sum"),
            epsilon_total=read_decimal(fields, "epsilon_total"),
        )
        fields.done()
        return terms


@dataclass(frozen=True)
class CrowdUse(WeighedUse):
    """One order as it meets one person's terms.

    `floor` is the least number of people in an opened sum, her included; `compensation_cents` is what she
    would receive.
    """

    floor: int
    epsilon: Decimal


@dataclass(frozen=True)
class CrowdRefused:
    """At least one rule does not hold: the first of them, and any others, in the order of `CrowdRefusal`."""

    reason: CrowdRefusal
    others: tuple[CrowdRefusal, ...] = ()


def decide(
    terms: CrowdTerms, use: CrowdUse, *, now: datetime, withdrawn_at: datetime | None = None
) -> Permitted | CrowdRefused:
    """Decide whether terms permit an order at a moment; a withdrawal counts whatever moment it names."""
    rules = (
        *shared_rules(terms, use, now=now, withdrawn_at=withdrawn_at),
        (CrowdRefusal.CROWD_TOO_SMALL.value, use.floor >= terms.crowd_floor),
        (CrowdRefusal.BUDGET_PER_SUM.value, 0 < use.epsilon <= min(terms.epsilon_per_sum, MOST_EPSILON)),
    )
    broken = broken_rules(rules, CrowdRefusal)
    return CrowdRefused(broken[0], broken[1:]) if broken else Permitted()
