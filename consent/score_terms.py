"""What does one person allow about scores of her own record, and does that permit this request?

These terms are a document of their own and not a `consent.policy.Policy`: what protects a person in a crowd,
its size and a random error, does not exist for a score of one person. Nothing that reads the one can read the
other, so a consent for crowds never covers a score, and the other way round.

`decide` is fail-closed and complete, as `consent.policy.decide` is: every rule is evaluated, reasons come in
the order of `ScoreRefusal`. Whether the weights say too much is asked separately, of
`consent.score_authority`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeVar

from consent.errors import TermsError
from consent.policy import MOST_COMPENSATION_CENTS, Permitted
from consent.score_function import ScoreFunction
from consent.signed import MAX_ID
from consent.vocabulary import Engine, Purpose, RecipientKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

E = TypeVar("E", bound=Enum)

STATISTIC = "weighted_score"
LEAST_BUDGET_BITS = 1
MOST_BUDGET_BITS = 256
MOST_EXCLUDED = 1000


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


@dataclass(frozen=True)
class ScoreTerms:
    """What one person allows to be asked about one record, by whom, for what, until when and for how much.

    `budget_bits` bounds what all scores of the record together may tell, of this offer and of every earlier
    one. `compensation_cents` is the least she receives for each, in euro cents. With `asks_first` she decides
    on each request herself; without it her wallet answers by these terms. They hold from `given_at` until
    just before `valid_until`, both in whole seconds of UTC.

    Raises:
        TermsError: they contradict themselves.
    """

    data_set: str
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    compensation_cents: int
    budget_bits: int
    asks_first: bool
    given_at: datetime
    valid_until: datetime
    excluded_recipients: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for holds, message in self._rules():
            if not holds:
                raise TermsError(message)

    def covers(self, moment: datetime) -> bool:
        """Whether the terms are in force at a moment; the last second is excluded."""
        return self.given_at <= moment < self.valid_until

    def _rules(self) -> Iterable[tuple[bool, str]]:
        yield bool(self.purposes and self.recipient_kinds), "terms allow a purpose and a kind of recipient"
        yield (
            0 <= self.compensation_cents <= MOST_COMPENSATION_CENTS,
            f"the compensation must be 0 to {MOST_COMPENSATION_CENTS} cents",
        )
        yield (
            LEAST_BUDGET_BITS <= self.budget_bits <= MOST_BUDGET_BITS,
            f"the budget must be {LEAST_BUDGET_BITS} to {MOST_BUDGET_BITS} bits",
        )
        for moment in (self.given_at, self.valid_until):
            yield moment.utcoffset() is not None, "moments must carry their time zone"
            yield moment.microsecond == 0, "moments must be whole seconds"
        yield self.given_at < self.valid_until, "terms must end after they begin"

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {
            "statistic": STATISTIC,
            "engine": Engine.FUNCTIONAL.value,
            "data_set": self.data_set,
            "purposes": sorted(purpose.value for purpose in self.purposes),
            "recipient_kinds": sorted(kind.value for kind in self.recipient_kinds),
            "excluded_recipients": sorted(self.excluded_recipients),
            "compensation_cents": self.compensation_cents,
            "budget_bits": self.budget_bits,
            "asks_first": self.asks_first,
            "given_at": utc_text(self.given_at),
            "valid_until": utc_text(self.valid_until),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "ScoreTerms":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, or it is about another statistic.
            TermsError: the terms contradict themselves.
        """
        if (fields.text("statistic"), fields.text("engine")) != (STATISTIC, Engine.FUNCTIONAL.value):
            raise MalformedError(f"{fields.where}: expected terms of a {STATISTIC}")
        terms = cls(
            data_set=fields.text("data_set", max_length=MAX_ID),
            purposes=_choices(fields, "purposes", Purpose),
            recipient_kinds=_choices(fields, "recipient_kinds", RecipientKind),
            excluded_recipients=frozenset(fields.texts("excluded_recipients", most=MOST_EXCLUDED)),
            compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_COMPENSATION_CENTS),
            budget_bits=fields.integer("budget_bits", least=LEAST_BUDGET_BITS, most=MOST_BUDGET_BITS),
            asks_first=fields.boolean("asks_first"),
            given_at=fields.moment("given_at"),
            valid_until=fields.moment("valid_until"),
        )
        fields.done()
        return terms


@dataclass(frozen=True)
class ScoreUse:
    """One request as it meets one person's terms; `compensation_cents` is what she would receive."""

    function: ScoreFunction
    purpose: Purpose
    buyer_id: str
    buyer_kind: RecipientKind
    compensation_cents: int


@dataclass(frozen=True)
class ScoreRefused:
    """At least one rule does not hold: the first of them, and any others, in the order of `ScoreRefusal`."""

    reason: ScoreRefusal
    others: tuple[ScoreRefusal, ...] = ()


def decide(
    terms: ScoreTerms, use: ScoreUse, *, now: datetime, withdrawn_at: datetime | None = None
) -> Permitted | ScoreRefused:
    """Decide whether terms permit a request at a moment; a withdrawal counts whatever moment it names."""
    broken = [ScoreRefusal.NOT_YET_VALID] if now < terms.given_at else []
    broken += [ScoreRefusal.EXPIRED] if now >= terms.valid_until else []
    broken += [ScoreRefusal.WITHDRAWN] if withdrawn_at is not None else []
    broken += [refusal for refusal, holds in _RULES if not holds(terms, use)]
    return ScoreRefused(broken[0], tuple(broken[1:])) if broken else Permitted()


def _data_set(terms: ScoreTerms, use: ScoreUse) -> bool:
    return use.function.data_set.ref == terms.data_set


def _purpose(terms: ScoreTerms, use: ScoreUse) -> bool:
    return any(use.purpose.falls_under(allowed) for allowed in terms.purposes)


def _recipient(terms: ScoreTerms, use: ScoreUse) -> bool:
    return use.buyer_kind in terms.recipient_kinds and use.buyer_id not in terms.excluded_recipients


def _compensation(terms: ScoreTerms, use: ScoreUse) -> bool:
    return use.compensation_cents >= terms.compensation_cents


_RULES: tuple[tuple[ScoreRefusal, Callable[[ScoreTerms, ScoreUse], bool]], ...] = (
    (ScoreRefusal.OTHER_DATA_SET, _data_set),
    (ScoreRefusal.PURPOSE_NOT_ALLOWED, _purpose),
    (ScoreRefusal.RECIPIENT_NOT_ALLOWED, _recipient),
    (ScoreRefusal.COMPENSATION_TOO_LOW, _compensation),
)


def _choices(fields: Fields, name: str, kind: type[E]) -> frozenset[E]:
    texts = fields.texts(name, least=1)
    numbered = Fields({str(at): text for at, text in enumerate(texts)}, f"{fields.where}.{name}")
    return frozenset(numbered.choice(str(at), kind) for at in range(len(texts)))
