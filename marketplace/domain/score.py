"""What is known of scores: who offers them, who asked for one, at which price, and what became of it.

The marketplace sees consents, ciphertexts, weights and money. It holds no key to a score and never learns
one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from consent.score_request import ScoreRequest, unverified_score_request
from consent.score_terms import ScoreTerms
from crypto.encoding import Json
from crypto.reading import utc_text
from crypto.signing import VerifyingKey
from marketplace.domain.account import Buyer
from marketplace.domain.split import PEOPLE_PERCENT, PLATFORM_WEIGHT


class ScoreState(StrEnum):
    """How a request stands: asked, answered, settled in turn; from the others the money comes back."""

    ASKED = "asked"
    ANSWERED = "answered"
    SETTLED = "settled"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self not in {ScoreState.ASKED, ScoreState.ANSWERED}


@dataclass(frozen=True)
class ScoreOffering:
    """One person's offer of scores; nothing in it is private.

    `person` is the pairwise handle of the credential, `public` its public attributes, `document` the offer as
    it came, None once it was withdrawn.
    """

    consent_id: str
    person: str
    holder_key: VerifyingKey
    terms: ScoreTerms
    public: Mapping[str, str]
    document: str | None = field(repr=False)
    request_digest: str
    answer: Mapping[str, Json] = field(repr=False, hash=False)
    received_at: datetime
    log_index: int
    withdrawn_at: datetime | None = None
    withdrawal_log_index: int | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may ask under it at a moment."""
        return self.withdrawn_at is None and self.terms.covers(now)


@dataclass(frozen=True)
class ScorePrice:
    """The price of one score in cents, and what of it each receives."""

    compensation_cents: int
    platform_fee_cents: int

    @property
    def gross_cents(self) -> int:
        """What the buyer pays."""
        return self.compensation_cents + self.platform_fee_cents

    def to_json(self) -> dict[str, Json]:
        """The price as a document."""
        return {
            "compensation_cents": self.compensation_cents,
            "platform_fee_cents": self.platform_fee_cents,
            "gross_cents": self.gross_cents,
        }


def price_of_score(compensation_cents: int) -> ScorePrice:
    """The price of a score for which the person receives this much.

    Person and platform have the proportions that they have in any answer, 70 to 15; no node works, so none is
    paid. The platform's part is rounded up to a cent, and the person's is hers whole.
    """
    return ScorePrice(compensation_cents, -(-compensation_cents * PLATFORM_WEIGHT // PEOPLE_PERCENT))


@dataclass(frozen=True)
class ScoreDispute:
    """What looking into an answer showed."""

    proven: bool
    reason: str
    at: datetime


@dataclass(frozen=True)
class ScoreOrder:
    """One request for a score with the papers of both sides, as they were when it was made.

    `offer` is the offer that was asked under, kept as long as the buyer needs its ciphertext to open the
    answer; `answer` is the wallet's signed word. `settle_at` is when an answer that nobody disputed is paid.
    """

    request_id: str
    account_id: str
    consent_id: str
    buyer: Buyer
    token: str = field(repr=False)
    credential: str = field(repr=False)
    escrow_receipt: str = field(repr=False)
    offer: str | None = field(repr=False)
    price: ScorePrice
    state: ScoreState
    placed_at: datetime
    valid_until: datetime
    updated_at: datetime
    log_index: int
    answer: str | None = field(default=None, repr=False)
    settle_at: datetime | None = None
    reason: str | None = None
    use_log_index: int | None = None
    dispute: ScoreDispute | None = None

    @cached_property
    def request(self) -> ScoreRequest:
        """What was asked; the buyer's signature was checked when it came."""
        return unverified_score_request(self.token)

    @property
    def hold_id(self) -> str:
        """The transfer that holds the price."""
        return f"{self.request_id}/hold"

    def moved(self, state: ScoreState, at: datetime, reason: str | None = None) -> "ScoreOrder":
        """The order in a later state; what comes to nothing keeps no ciphertext and no answer."""
        moved = replace(self, state=state, updated_at=at, reason=reason or self.reason)
        return moved if state in _KEPT else replace(moved, offer=None, answer=None)

    def to_json(self) -> dict[str, Json]:
        """The order as its buyer sees it."""
        dispute: Json = None
        if self.dispute is not None:
            dispute = {"proven": self.dispute.proven, "reason": self.dispute.reason}
        return {
            "request_id": self.request_id,
            "consent_id": self.consent_id,
            "state": self.state.value,
            "request": self.token,
            "price": self.price.to_json(),
            "placed_at": utc_text(self.placed_at),
            "valid_until": utc_text(self.valid_until),
            "updated_at": utc_text(self.updated_at),
            "settle_at": None if self.settle_at is None else utc_text(self.settle_at),
            "reason": self.reason,
            "dispute": dispute,
        }


_KEPT = frozenset({ScoreState.ASKED, ScoreState.ANSWERED, ScoreState.SETTLED})
