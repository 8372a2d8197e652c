"""What does a buyer keep to ask again, when is it asked, and what became of it each time?

A *saved question* has a name. It may be *repeated*: each day, week or month at an hour in UTC, for at most so
much each time and in all, until a day. Each moment of that calendar is a *run* with a number; the first is 1,
whatever becomes of it. The id of a run's order follows from the number, so no run is ordered twice.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.query import Query
from crypto.encoding import Json, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.reading import utc_text
from marketplace.errors import RefusedError

MOST_SAVED: Final = 100
MOST_NAME: Final = 100
LONGEST: Final = timedelta(days=366)
MOST_CENTS: Final = 10**11
MOST_SKIPPED: Final = 4
"""After so many runs in a row that were skipped a repetition pauses by itself."""
_MONTHS = 12
_UUID_BYTES = 16


@dataclass(frozen=True)
class SavedQuestion:
    """A question that a buyer keeps under a name; `by` is the member who saved it, where that is known."""

    saved_id: str
    account_id: str
    by: str | None
    name: str
    query: Query
    saved_at: datetime

    def __post_init__(self) -> None:
        require_uuid(self.saved_id, "saved_id")


class Every(StrEnum):
    """How often a question is asked."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Terms:
    """When a question is repeated, and what its buyer allows.

    The first run is at `first_at`, none is after `until`. A run costs at most `per_run_cents`, and all runs
    that were ordered together at most `total_cents`; money that came back for one is not counted back.

    Raises:
        RefusedError: an amount is not within its limits, or the end is before the begin or too far from it.
    """

    every: Every
    first_at: datetime
    until: datetime
    per_run_cents: int
    total_cents: int

    def __post_init__(self) -> None:
        if not 0 <= self.per_run_cents <= self.total_cents <= MOST_CENTS:
            raise RefusedError("the most for each time is an amount that is not above the most in all")
        if self.until < self.first_at:
            raise RefusedError("the end is before the first time")
        if self.until - self.first_at > LONGEST:
            raise RefusedError("the end is at most 12 months after the first time")

    def planned_at(self, number: int) -> datetime:
        """The moment of a run; a month without the day of the first run has its last day instead."""
        if self.every is not Every.MONTH:
            return self.first_at + (number - 1) * timedelta(days=7 if self.every is Every.WEEK else 1)
        months = self.first_at.month - 1 + number - 1
        year, month = self.first_at.year + months // _MONTHS, months % _MONTHS + 1
        last = monthrange(year, month)[1]
        return self.first_at.replace(year=year, month=month, day=min(self.first_at.day, last))

    def count_until(self, moment: datetime) -> int:
        """How many runs lie at or before a moment and not after the end."""
        number, last = 0, min(moment, self.until)
        while self.planned_at(number + 1) <= last:
            number += 1
        return number

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {
            "every": self.every.value,
            "first_at": utc_text(self.first_at),
            "until": utc_text(self.until),
            "per_run_cents": self.per_run_cents,
            "total_cents": self.total_cents,
        }


def first_time(first_on: date, hour: int, now: datetime) -> datetime:
    """The moment of the first run on a day at an hour in UTC.

    Raises:
        RefusedError: it is past, or there is no such hour.
    """
    if not 0 <= hour <= 23:  # noqa: PLR2004 — the hours of a day
        raise RefusedError("an hour is from 0 to 23")
    first = now.replace(
        year=first_on.year,
        month=first_on.month,
        day=first_on.day,
        hour=hour,
        minute=0,
        second=0,
        microsecond=0,
    )
    if first <= now:
        raise RefusedError("the first time is past: choose a later hour or a later day")
    return first


class StandingState(StrEnum):
    """Whether a repetition goes on."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Why(StrEnum):
    """Why it does not go on."""

    BUYER = "buyer"
    SKIPPED = "skipped"
    OVER = "over"


@dataclass(frozen=True)
class StandingOrder:
    """A saved question that is asked again and again, for the member `by` who had it repeated.

    `next_number` is the next run, and `due_at` when a worker looks at it.
    """

    standing_id: str
    saved_id: str
    account_id: str
    by: str | None
    terms: Terms
    begun_at: datetime
    due_at: datetime | None
    next_number: int = 1
    spent_cents: int = 0
    skipped_in_a_row: int = 0
    state: StandingState = StandingState.ACTIVE
    why: Why | None = None

    def __post_init__(self) -> None:
        require_uuid(self.standing_id, "standing_id")

    @property
    def is_active(self) -> bool:
        """Whether it places orders."""
        return self.state is StandingState.ACTIVE

    @property
    def is_open(self) -> bool:
        """Whether it may ever place one again."""
        return self.state is not StandingState.ENDED

    @property
    def next_at(self) -> datetime | None:
        """When the next run is planned; None if none will be as things stand."""
        return self.terms.planned_at(self.next_number) if self.is_active else None

    @property
    def left_cents(self) -> int:
        """What it may still cost in all."""
        return self.terms.total_cents - self.spent_cents

    def after(self, number: int) -> "StandingOrder":
        """It goes on behind a run; with its last one it is over."""
        following = self.terms.planned_at(number + 1)
        gone = replace(self, next_number=number + 1, due_at=following)
        return gone.ended(Why.OVER) if following > self.terms.until else gone

    def ordered(self, number: int, cents: int) -> "StandingOrder":
        """It goes on behind a run that was ordered."""
        return replace(self, spent_cents=self.spent_cents + cents, skipped_in_a_row=0).after(number)

    def skipped(self, number: int) -> "StandingOrder":
        """It goes on behind a run that was skipped, or pauses after so many of them in a row."""
        gone = replace(self, skipped_in_a_row=self.skipped_in_a_row + 1).after(number)
        return gone.paused(Why.SKIPPED) if gone.is_open and gone.skipped_in_a_row >= MOST_SKIPPED else gone

    def ended(self, why: Why) -> "StandingOrder":
        """It is over."""
        return replace(self, state=StandingState.ENDED, why=why, due_at=None)

    def paused(self, why: Why) -> "StandingOrder":
        """It rests until its buyer has it go on."""
        return replace(self, state=StandingState.PAUSED, why=why, due_at=None)

    def resumed(self, now: datetime) -> "StandingOrder":
        """It goes on with the first run after this moment; those in between are left out."""
        going = replace(self, state=StandingState.ACTIVE, why=None, skipped_in_a_row=0)
        return going.after(max(self.terms.count_until(now), self.next_number - 1))


class RunState(StrEnum):
    """What became of a run. What became of its order, its order says."""

    ORDERED = "ordered"
    SKIPPED = "skipped"
    MISSED = "missed"


class Reason(StrEnum):
    """Why a run was skipped."""

    TOO_FEW = "too_few_people"
    QUESTION = "question_refused"
    NOT_ASSESSED = "not_assessed"
    PRICE = "price_too_high"
    TOTAL = "total_reached"
    MONEY = "not_enough_money"
    NOT_REGISTERED = "not_registered"
    PACE = "too_many_questions"
    MEMBER = "member_may_not"
    CREDENTIAL = "credential"
    TAKEN = "order_id_taken"


@dataclass(frozen=True)
class Skip:
    """Why a run was skipped: for programs, for people, and a question close by that is answered."""

    reason: Reason
    words: str
    nearby: Query | None = None


@dataclass(frozen=True)
class Run:
    """One run; `cost_cents` is the price of its order when it was placed."""

    standing_id: str
    number: int
    planned_at: datetime
    state: RunState
    at: datetime
    order_id: str | None = None
    cost_cents: int = 0
    skip: Skip | None = None


def missed(standing: StandingOrder, until: int, now: datetime) -> list[Run]:
    """The runs before `until` that nobody placed when they were due."""
    return [
        Run(standing.standing_id, number, standing.terms.planned_at(number), RunState.MISSED, now)
        for number in range(standing.next_number, until)
    ]


def order_id_of_run(standing_id: str, number: int) -> str:
    """The id of the order that a run places: from SHA-256, in the form of a name-based UUID."""
    digest = sha256(canonical_json({"run_of": standing_id, "number": number}))
    return str(UUID(bytes=digest[:_UUID_BYTES], version=5))


def called(name: str) -> str:
    """A name as it is kept.

    Raises:
        RefusedError: it is empty, too long, or holds something that cannot be printed.
    """
    text = " ".join(name.split())
    if not 0 < len(text) <= MOST_NAME or not text.isprintable():
        raise RefusedError(f"a name has 1 to {MOST_NAME} characters")
    return text


def require_uuid(text: str, where: str) -> None:
    """Return only for a UUID in small letters.

    Raises:
        MalformedError: it is none.
    """
    try:
        well_formed = str(UUID(text)) == text
    except ValueError:
        well_formed = False
    if not well_formed:
        raise MalformedError(f"{where}: expected a UUID in small letters")
