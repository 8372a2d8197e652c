"""What do all terms about weighted sums of a record's numbers say, and when does a use break them?

A *score* weighs the numbers of one person (`consent.score_terms`), a *crowd sum* those of many
(`consent.crowd_terms`). What both are asked is here once: which data, what for, by whom, for how much and
until when. Each names its own statistic and adds what protects a person in it; nothing that reads the one can
read the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar, TypedDict, TypeVar

from consent.errors import TermsError
from consent.policy import MOST_COMPENSATION_CENTS
from consent.score_function import ScoreFunction
from consent.signed import MAX_ID
from consent.vocabulary import Engine, Purpose, RecipientKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

E = TypeVar("E", bound=Enum)
R = TypeVar("R", bound=Enum)

MOST_EXCLUDED = 1000


class SharedMembers(TypedDict):
    """The members that all these terms have."""

    data_set: str
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    excluded_recipients: frozenset[str]
    compensation_cents: int
    given_at: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class WeighedTerms(ABC):
    """What one person allows to be weighed, by whom, for what, until when and for how much.

    `compensation_cents` is the least she receives each time, in euro cents. They hold from `given_at` until
    just before `valid_until`, both in whole seconds of UTC.

    Raises:
        TermsError: they contradict themselves.
    """

    statistic: ClassVar[str]

    data_set: str
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    compensation_cents: int
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
        yield from self._own_rules()
        yield (
            0 <= self.compensation_cents <= MOST_COMPENSATION_CENTS,
            f"the compensation must be 0 to {MOST_COMPENSATION_CENTS} cents",
        )
        for moment in (self.given_at, self.valid_until):
            yield moment.utcoffset() is not None, "moments must carry their time zone"
            yield moment.microsecond == 0, "moments must be whole seconds"
        yield self.given_at < self.valid_until, "terms must end after they begin"

    @abstractmethod
    def _own_rules(self) -> Iterable[tuple[bool, str]]:
        """The rules that one kind of terms adds, each with what it asks."""

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {
            "statistic": self.statistic,
            "engine": Engine.FUNCTIONAL.value,
            "data_set": self.data_set,
            "purposes": sorted(purpose.value for purpose in self.purposes),
            "recipient_kinds": sorted(kind.value for kind in self.recipient_kinds),
            "excluded_recipients": sorted(self.excluded_recipients),
            "compensation_cents": self.compensation_cents,
            "given_at": utc_text(self.given_at),
            "valid_until": utc_text(self.valid_until),
        }

    @classmethod
    def _shared(cls, fields: Fields) -> SharedMembers:
        if (fields.text("statistic"), fields.text("engine")) != (cls.statistic, Engine.FUNCTIONAL.value):
            raise MalformedError(f"{fields.where}: expected terms of a {cls.statistic}")
        return SharedMembers(
            data_set=fields.text("data_set", max_length=MAX_ID),
            purposes=_choices(fields, "purposes", Purpose),
            recipient_kinds=_choices(fields, "recipient_kinds", RecipientKind),
            excluded_recipients=frozenset(fields.texts("excluded_recipients", most=MOST_EXCLUDED)),
            compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_COMPENSATION_CENTS),
            given_at=fields.moment("given_at"),
            valid_until=fields.moment("valid_until"),
        )


@dataclass(frozen=True)
class WeighedUse:
    """One request as it meets one person's terms; `compensation_cents` is what she would receive."""

    function: ScoreFunction
    purpose: Purpose
    buyer_id: str
    buyer_kind: RecipientKind
    compensation_cents: int


def shared_rules(
    terms: WeighedTerms, use: WeighedUse, *, now: datetime, withdrawn_at: datetime | None
) -> tuple[tuple[str, bool], ...]:
    """The rules of all such terms, each by the name of its refusal, and whether it holds.

    A withdrawal counts whatever moment it names.
    """
    return (
        ("not_yet_valid", now >= terms.given_at),
        ("expired", now < terms.valid_until),
        ("withdrawn", withdrawn_at is None),
        ("other_data_set", use.function.data_set.ref == terms.data_set),
        ("purpose_not_allowed", any(use.purpose.falls_under(allowed) for allowed in terms.purposes)),
        (
            "recipient_not_allowed",
            use.buyer_kind in terms.recipient_kinds and use.buyer_id not in terms.excluded_recipients,
        ),
        ("compensation_too_low", use.compensation_cents >= terms.compensation_cents),
    )


def broken_rules(rules: Iterable[tuple[str, bool]], reasons: type[R]) -> tuple[R, ...]:
    """Every rule that does not hold, in the order of `reasons`.

    Raises:
        ValueError: a rule that does not hold has no reason of its name.
    """
    broken = {reasons(name) for name, holds in rules if not holds}
    return tuple(reason for reason in reasons if reason in broken)


def _choices(fields: Fields, name: str, kind: type[E]) -> frozenset[E]:
    texts = fields.texts(name, least=1)
    numbered = Fields({str(at): text for at, text in enumerate(texts)}, f"{fields.where}.{name}")
    return frozenset(numbered.choice(str(at), kind) for at in range(len(texts)))
