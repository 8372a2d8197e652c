"""What did a person ask for under the GDPR, by when is it due, and what came of it?

`OPEN` → `ANSWERED`, with `EXTENDED` in between where the operator said in time why it takes longer. One month
from the receipt (Art. 12(3)), which can be prolonged by two more. A month ends on the day of its number, or
where there is none on its last day (Regulation 1182/71 Art. 3(2)(c)), at the time of day of the receipt.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from consent.rights_request import Right
from marketplace.domain.act import Act
from marketplace.errors import RegisterConflictError

MONTHS: Final = 1
MONTHS_MORE: Final = 2
_YEAR: Final = 12


class RightsState(StrEnum):
    """How a request stands."""

    OPEN = "open"
    EXTENDED = "extended"
    ANSWERED = "answered"


class RightsAct(StrEnum):
    """What is done about a request."""

    FILED = "filed"
    EXTENDED = "extended"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What came of a request. Where it is not granted, the answer says why and where to complain (12(4))."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True)
class FiledRequest:
    """A request as it came. `words` are sealed, and forgotten when it is answered."""

    request_id: str
    consent_id: str
    right: Right
    request_digest: str
    filed_at: datetime
    words: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RightsCase:
    """A request with what was done about it."""

    request: FiledRequest
    acts: tuple[Act, ...]

    @property
    def extended(self) -> Act | None:
        """The act that prolonged the time, if one did."""
        return next((act for act in self.acts if act.kind == RightsAct.EXTENDED), None)

    @property
    def answered(self) -> Act | None:
        """The act that answered it, if one did."""
        return next((act for act in self.acts if act.kind == RightsAct.ANSWERED), None)

    @property
    def state(self) -> RightsState:
        """How it stands."""
        if self.answered is not None:
            return RightsState.ANSWERED
        return RightsState.OPEN if self.extended is None else RightsState.EXTENDED

    @property
    def due_at(self) -> datetime:
        """By when it has to be answered."""
        return months_after(self.request.filed_at, MONTHS + (MONTHS_MORE if self.extended else 0))

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is over without an answer; the last second is in time."""
        return self.answered is None and now > self.due_at

    def require_extensible(self, now: datetime) -> None:
        """Return only if its time may be prolonged now.

        Raises:
            RegisterConflictError: it was prolonged or answered before, or the first month is over.
        """
        self.require_open()
        if self.extended is not None:
            raise RegisterConflictError("the time was prolonged once, which is as often as the law allows")
        if now > self.due_at:
            raise RegisterConflictError("the first month is over: answer it")

    def require_open(self) -> None:
        """Return only if it waits for an answer.

        Raises:
            RegisterConflictError: it was answered before.
        """
        if self.answered is not None:
            raise RegisterConflictError("this request was answered, and what was said stays")


def case_of(request: FiledRequest, acts: Sequence[Act]) -> RightsCase:
    """A request with all its acts in their order."""
    return RightsCase(request, tuple(acts))


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time some months later, or the last day of that month where it has no such day."""
    month = moment.month - 1 + months
    year, month = moment.year + month // _YEAR, month % _YEAR + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
