"""What a person asked the marketplace for under the GDPR: what she signed, when it is due, what came of it.

`SENDING` → `OPEN` → `ANSWERED`, with `EXTENDED` in between where the marketplace said why it takes longer; or
`NOT_TAKEN`, which is hers to ask again. What is answered stays answered, and no date is moved but by the one
prolongation of Art. 12(3).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consent.rights_request import MAX_REQUEST, MAX_WORDS, Right
from consent.signed import MAX_ID, read_consent_id
from crypto.encoding import Json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.reading import Fields, utc_text
from wallet.domain.payout import CLOCKS_APART

MAX_ANSWER: Final = 1000
_MONTH: Final = (timedelta(days=28), timedelta(days=31))
_THREE_MONTHS: Final = (timedelta(days=89), timedelta(days=92))


class CaseState(StrEnum):
    """How a request stands."""

    SENDING = "sending"
    OPEN = "open"
    EXTENDED = "extended"
    ANSWERED = "answered"
    NOT_TAKEN = "not_taken"

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self in {CaseState.ANSWERED, CaseState.NOT_TAKEN}


class CaseOutcome(StrEnum):
    """What came of a request, as the marketplace says."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True)
class CaseStanding:
    """How the marketplace says that a request stands: its dates, and what it tells the person.

    `because` is why it takes longer; `outcome`, `answer` and `answered_at` are there once it is answered.
    """

    state: CaseState
    filed_at: datetime
    due_at: datetime
    because: str | None = None
    outcome: CaseOutcome | None = None
    answer: str | None = None
    answered_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse members that do not belong together.

        Raises:
            MalformedError: it is answered in part, or longer without a reason, or of the wallet's own states.
        """
        told = {self.outcome is not None, self.answer is not None, self.answered_at is not None}
        is_answered = self.state is CaseState.ANSWERED
        is_longer = self.state is CaseState.EXTENDED or (is_answered and self.because is not None)
        fits = told == {is_answered} and is_longer == (self.because is not None)
        if not fits or self.state in {CaseState.SENDING, CaseState.NOT_TAKEN}:
            raise MalformedError("rights request: its state, moments and words do not belong together")
        least, most = _THREE_MONTHS if is_longer else _MONTH
        if not least <= self.due_at - self.filed_at <= most:
            raise MalformedError("rights request: it is not due when the law says")

    def to_document(self) -> dict[str, Json]:
        """The members as `read` reads them."""
        return {
            "state": self.state.value,
            "filed_at": utc_text(self.filed_at),
            "due_at": utc_text(self.due_at),
            "extended_because": self.because,
            "outcome": self.outcome.value if self.outcome else None,
            "answer": self.answer,
            "answered_at": utc_text(self.answered_at) if self.answered_at else None,
        }

    @classmethod
    def read(cls, fields: Fields) -> "CaseStanding":
        """Read its members out of a document that may have more.

        Raises:
            MalformedError: one has another form, or they do not belong together.
        """
        return cls(
            fields.choice("state", CaseState),
            fields.moment("filed_at"),
            fields.moment("due_at"),
            _told(fields, "extended_because"),
            fields.choice("outcome", CaseOutcome) if fields.has("outcome") else None,
            _told(fields, "answer"),
            fields.moment("answered_at") if fields.has("answered_at") else None,
        )


@dataclass(frozen=True)
class CaseAnswer:
    """What the marketplace says about a request; unverified until `RightsCase.answered` took it."""

    request_id: str
    consent_id: str
    right: Right
    standing: CaseStanding

    @classmethod
    def from_json(cls, document: object) -> "CaseAnswer":
        """Read an answer.

        Raises:
            MalformedError: it has another form, or is due at another time than the law says.
        """
        fields = Fields.of(document, "rights request")
        answer = cls(
            fields.text("request_id", max_length=MAX_ID),
            read_consent_id(fields),
            fields.choice("right", Right),
            CaseStanding.read(fields),
        )
        fields.done()
        return answer


@dataclass(frozen=True)
class RightsCase:
    """One request about one agreement.

    `words` are hers, and stay in her wallet. `signed` is the request as her agreement's key signed it, kept
    until it is known to have arrived. `refusal` is why the marketplace did not take it.
    """

    row_id: str
    request_id: str
    consent_id: str
    right: Right
    at: datetime
    words: str = field(repr=False)
    signed: str | None = field(repr=False)
    standing: CaseStanding | None = field(default=None, repr=False)
    refusal: str | None = None
    revision: int = 0

    @property
    def state(self) -> CaseState:
        """How it stands."""
        if self.refusal is not None:
            return CaseState.NOT_TAKEN
        return self.standing.state if self.standing else CaseState.SENDING

    def is_overdue(self, now: datetime) -> bool:
        """Whether the time of the law is over and nothing was answered."""
        return self.standing is not None and not self.state.is_over and now > self.standing.due_at

    def answered(self, answer: CaseAnswer, now: datetime) -> "RightsCase":
        """After the marketplace said how it stands.

        1. It is about this request, this agreement and this right. 2. It came after she signed it, was
        answered after it came, and neither lies ahead. 3. It came when it was told before that it came.
        4. What was answered stays. 5. A prolongation stays as it was told; without one the due date stays.

        Raises:
            OutOfRangeError: one of these does not hold; nothing is believed.
        """
        told, known = answer.standing, self.standing
        if (answer.request_id, answer.consent_id, answer.right) != (  # 1
            self.request_id,
            self.consent_id,
            self.right,
        ):
            raise OutOfRangeError("rights request: the answer is about another request")
        answered = told.answered_at or told.filed_at
        if not self.at - CLOCKS_APART <= told.filed_at <= answered <= now + CLOCKS_APART:  # 2
            raise OutOfRangeError("rights request: the answer names moments that cannot be")
        if known is not None and known.filed_at != told.filed_at:  # 3
            raise OutOfRangeError("rights request: the answer names another day on which it came")
        if self.state.is_over:  # 4
            return self
        if known is not None and known.because not in (None, told.because):  # 5
            raise OutOfRangeError("rights request: the answer tells another reason for more time")
        if known is not None and known.because == told.because and known.due_at != told.due_at:
            raise OutOfRangeError("rights request: the answer is due on another day than it was")
        return replace(self, standing=told, signed=None)

    def not_taken(self, reason: str) -> "RightsCase":
        """After the marketplace did not take the request in."""
        return replace(self, refusal=reason[:MAX_ANSWER], signed=None)

    def to_document(self) -> dict[str, Json]:
        """The request as a document to be sealed."""
        return {**self.told(), "signed": self.signed}

    def told(self) -> dict[str, Json]:
        """The request for the person, without what was signed."""
        return {
            "request_id": self.request_id,
            "consent_id": self.consent_id,
            "right": self.right.value,
            "at": utc_text(self.at),
            "words": self.words or None,
            "standing": self.standing.to_document() if self.standing else None,
            "refusal": self.refusal,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "RightsCase":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "rights request")
        case = cls(
            row_id=row_id,
            request_id=fields.text("request_id", max_length=MAX_ID),
            consent_id=read_consent_id(fields),
            right=fields.choice("right", Right),
            at=fields.moment("at"),
            words=fields.text("words", max_length=MAX_WORDS) if fields.has("words") else "",
            signed=fields.text("signed", max_length=MAX_REQUEST) if fields.has("signed") else None,
            standing=_standing(fields) if fields.has("standing") else None,
            refusal=_told(fields, "refusal"),
            revision=revision,
        )
        fields.done()
        return case


def _standing(fields: Fields) -> CaseStanding:
    section = fields.section("standing")
    standing = CaseStanding.read(section)
    section.done()
    return standing


def _told(fields: Fields, name: str) -> str | None:
    return fields.text(name, max_length=MAX_ANSWER) if fields.has(name) else None
