"""What the wallet keeps of every offer of weighted sums of a record, whether of scores or to crowds.

`wallet.domain.held_score_offer` and `wallet.domain.held_crowd_offer` add what was asked under it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, TypedDict

from consent.weighed_terms import WeighedTerms
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from wallet.domain.held_consent import MAX_NOTICE, GivenReceipt
from wallet.domain.pausing import PauseChange, paused_by, read_changes


class OfferState(StrEnum):
    """How an offer stands for the person; the first two are still going, the others have ended."""

    SENDING = "sending"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_active(self) -> bool:
        """Whether there is something to end."""
        return self in {OfferState.SENDING, OfferState.ACTIVE}


@dataclass(frozen=True)
class EndedOffer:
    """A signed withdrawal on its way to the marketplace."""

    signed: str = field(repr=False)
    at: datetime
    marketplace_told: bool = False

    def to_document(self) -> dict[str, Json]:
        """The withdrawal as a document to be sealed."""
        return {"signed": self.signed, "at": utc_text(self.at), "marketplace_told": self.marketplace_told}

    @classmethod
    def from_fields(cls, fields: Fields) -> "EndedOffer":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        ended = cls(fields.text("signed"), fields.moment("at"), fields.boolean("marketplace_told"))
        fields.done()
        return ended


class SharedMembers(TypedDict):
    """The members that all these offers have, without their terms."""

    consent_id: str
    credential_id: str
    signed: str
    notice: str
    document: Json
    receipt: GivenReceipt | None
    refusal: str | None
    ended: EndedOffer | None
    pauses: tuple[PauseChange, ...]
    refreshed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldOffer(ABC):
    """One offer. `notice` are the words the person agreed to; `signed` is the consent she signed.

    `document` is what has to reach the marketplace, kept until it did. `pauses` has the oldest first.
    """

    row_id: str
    consent_id: str
    credential_id: str
    terms: WeighedTerms
    signed: str = field(repr=False)
    notice: str = field(repr=False)
    document: Json = field(default=None, repr=False, hash=False)
    receipt: GivenReceipt | None = None
    refusal: str | None = None
    ended: EndedOffer | None = None
    pauses: tuple[PauseChange, ...] = ()
    refreshed_at: datetime | None = None
    revision: int = 0

    def state(self, now: datetime) -> OfferState:
        """How the offer stands at a moment."""
        if self.ended is not None:
            return OfferState.WITHDRAWN
        if self.refusal is not None:
            return OfferState.REFUSED
        if now >= self.terms.valid_until:
            return OfferState.EXPIRED
        return OfferState.SENDING if self.receipt is None else OfferState.ACTIVE

    @property
    def is_paused(self) -> bool:
        """Whether the person paused it, and neither went on nor ended it since."""
        return self.ended is None and paused_by(self.pauses)

    def arrived(self, receipt: GivenReceipt) -> Self:
        """After the marketplace gave its receipt; what was to be sent is let go of."""
        return replace(self, document=None, receipt=receipt)

    def refused(self, reason: str) -> Self:
        """After the marketplace refused it for good; nothing of it is kept to be sent."""
        return replace(self, refusal=reason, document=None)

    @abstractmethod
    def end(self, ended: EndedOffer, reason: str) -> Self:
        """After the person ended it; what is left of it comes to nothing, for this reason."""

    def to_document(self) -> dict[str, Json]:
        """The offer as a document to be sealed."""
        return {
            "consent_id": self.consent_id,
            "credential_id": self.credential_id,
            "terms": self.terms.to_json(),
            "signed": self.signed,
            "notice": self.notice,
            "document": self.document,
            "receipt": self.receipt.to_document() if self.receipt else None,
            "refusal": self.refusal,
            "ended": None if self.ended is None else self.ended.to_document(),
            "pauses": [each.to_document() for each in self.pauses],
            "refreshed_at": utc_text(self.refreshed_at) if self.refreshed_at else None,
        }


def read_shared(fields: Fields) -> SharedMembers:
    """The members that all these offers have, without their terms.

    Raises:
        MalformedError: one is missing or has another form.
    """
    return SharedMembers(
        consent_id=fields.text("consent_id"),
        credential_id=fields.text("credential_id"),
        signed=fields.text("signed"),
        notice=fields.text("notice", max_length=MAX_NOTICE),
        document=fields.any("document"),
        receipt=GivenReceipt.from_fields(fields.section("receipt")) if fields.has("receipt") else None,
        refusal=fields.text("refusal") if fields.has("refusal") else None,
        ended=EndedOffer.from_fields(fields.section("ended")) if fields.has("ended") else None,
        pauses=read_changes(fields, "pauses"),
        refreshed_at=fields.moment("refreshed_at") if fields.has("refreshed_at") else None,
    )
