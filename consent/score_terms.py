"""What does one person allow about scores of her own record, and does that permit this request?

These terms are a document of their own and not a `consent.policy.Policy`: what protects a person in a crowd,
its size and a random error, does not exist for a score of one person. Nothing that reads the one can read the
other, so a consent for crowds never covers a score, and the other way round.

`decide` is fail-closed and complete, as `consent.decision` is: every rule is evaluated, reasons come in
the order of `ScoreRefusal`. Whether the weights say too much is asked separately, of
`consent.score_authority`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from consent.policy import Permitted
from consent.weighed_terms import WeighedTerms, WeighedUse, broken_rules, shared_rules
from crypto.encoding import Json
from crypto.reading import Fields

STATISTIC = "weighted_score"
LEAST_BUDGET_BITS = 1
MOST_BUDGET_BITS = 256


class ScoreRefusal(Enum):
    """Why a score is refused. The order here is the order in which reasons are given."""

    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OTHER_DATA_SET = "other_data_set"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    COMPENSATION_TOO_LOW = "compensation_too_low"
    TOO_LARGE = "too_large"
    SINGLE_VALUE = "single_value"
    TOO_MANY_FUNCTIONS = "too_many_functions"
    DOMINATED = "dominated"
    PACKED = "packed"
    BUDGET_SPENT = "budget_spent"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True)
class ScoreTerms(WeighedTerms):
    """What one person allows to be asked about one record, by whom, for what, until when and for how much.

    `budget_bits` bounds what all scores of the record together may tell, of this offer and of every earlier
    one. The compensation is for each score. With `asks_first` she decides on each request herself; without it
    her wallet answers by these terms.
    """

    statistic: ClassVar[str] = STATISTIC

    budget_bits: int
    asks_first: bool

    def _own_rules(self) -> Iterable[tuple[bool, str]]:
        yield (
            LEAST_BUDGET_BITS <= self.budget_bits <= MOST_BUDGET_BITS,
            f"the budget must be {LEAST_BUDGET_BITS} to {MOST_BUDGET_BITS} bits",
        )

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {**super().to_json(), "budget_bits": self.budget_bits, "asks_first": self.asks_first}

    @classmethod
    def from_fields(cls, fields: Fields) -> "ScoreTerms":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, or it is about another statistic.
            TermsError: the terms contradict themselves.
        """
        terms = cls(
            **cls._shared(fields),
            budget_bits=fields.integer("budget_bits", least=LEAST_BUDGET_BITS, most=MOST_BUDGET_BITS),
            asks_first=fields.boolean("asks_first"),
        )
        fields.done()
        return terms


@dataclass(frozen=True)
class ScoreUse(WeighedUse):
    """One request as it meets one person's terms; `compensation_cents` is what she would receive."""


@dataclass(frozen=True)
class ScoreRefused:
    """At least one rule does not hold: the first of them, and any others, in the order of `ScoreRefusal`."""

    reason: ScoreRefusal
    others: tuple[ScoreRefusal, ...] = ()


def decide(
    terms: ScoreTerms, use: ScoreUse, *, now: datetime, withdrawn_at: datetime | None = None
) -> Permitted | ScoreRefused:
    """Decide whether terms permit a request at a moment; a withdrawal counts whatever moment it names."""
    broken = broken_rules(shared_rules(terms, use, now=now, withdrawn_at=withdrawn_at), ScoreRefusal)
    return ScoreRefused(broken[0], broken[1:]) if broken else Permitted()
