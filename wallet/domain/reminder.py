"""Of which agreement should a person be reminded? Nothing ends by a reminder, or by its being ignored.

There are three reasons, the most pressing first: an agreement ends soon, nobody has used it for a while, or
it is old. Of one agreement one is told at a time. Who says that all is well is not told again for that
reason; who says later is told again after `LATER`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from crypto.reading import Fields, utc_text

OLD: Final = timedelta(days=90)
SOON: Final = timedelta(days=30)
IDLE: Final = timedelta(days=60)
LATER: Final = timedelta(days=30)


class Reason(StrEnum):
    """Why, the most pressing first."""

    ENDS_SOON = "ends soon"
    UNUSED = "unused"
    OLD = "old"


@dataclass(frozen=True)
class PutOff:
    """For which reasons a person does not want to be reminded, and until when; None for good."""

    until: Mapping[Reason, datetime | None] = field(default_factory=dict, hash=False)

    def tells(self, reason: Reason, now: datetime) -> bool:
        """Whether to remind for a reason at a moment."""
        if reason not in self.until:
            return True
        until = self.until[reason]
        return until is not None and now >= until

    def answered(self, reason: Reason, until: datetime | None) -> "PutOff":
        """After the person put a reason off."""
        return PutOff({**self.until, reason: until})

    def to_document(self) -> list[Json]:
        """As a document to be sealed."""
        return [
            {"reason": reason.value, "until": None if until is None else utc_text(until)}
            for reason, until in self.until.items()
        ]

    @classmethod
    def from_fields(cls, answers: Iterable[Fields]) -> "PutOff":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        until: dict[Reason, datetime | None] = {}
        for fields in answers:
            reason = fields.choice("reason", Reason)
            until[reason] = fields.moment("until") if fields.has("until") else None
            fields.done()
        return cls(until)


@dataclass(frozen=True)
class Life:
    """What reminding looks at: from when to when an agreement holds, and when it was used last."""

    given_at: datetime
    valid_until: datetime
    used_at: datetime | None


def reason_to_remind(life: Life, put_off: PutOff, now: datetime) -> Reason | None:
    """Why a person should be reminded of an agreement that is going, None if there is no reason."""
    idle_since = life.used_at or life.given_at
    due = {
        Reason.ENDS_SOON: life.valid_until - now <= SOON,
        Reason.UNUSED: now - idle_since >= IDLE,
        Reason.OLD: now - life.given_at >= OLD,
    }
    return next((reason for reason in Reason if due[reason] and put_off.tells(reason, now)), None)
