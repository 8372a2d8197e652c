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
from marketplace.domain.direct import DirectPurchase, StandingOffer


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


@dataclass(frozen=True, kw_only=True)
class ScoreOffering(StandingOffer[ScoreTerms]):
    """One person's offer of scores; `public` are the public attributes of the credential."""

    public: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ScoreOrder(DirectPurchase[ScoreState]):
    """One request for a score with the papers of both sides, as they were when it was made.

    `offer` is the offer that was asked under, kept as long as the buyer needs its ciphertext to open the
    answer; `answer` is the wallet's signed word. `settle_at` is when an answer that nobody disputed is paid.
    """

    request_id: str
    consent_id: str
    offer: str | None = field(repr=False)
    valid_until: datetime
    answer: str | None = field(default=None, repr=False)
    settle_at: datetime | None = None
    use_log_index: int | None = None

    @property
    def purchase_id(self) -> str:
        """The id of the request."""
        return self.request_id

    @cached_property
    def request(self) -> ScoreRequest:
        """What was asked; the buyer's signature was checked when it came."""
        return unverified_score_request(self.token)

    def moved(self, state: ScoreState, at: datetime, reason: str | None = None) -> "ScoreOrder":
        """The order in a later state; what comes to nothing keeps no ciphertext and no answer."""
        moved = replace(self, state=state, updated_at=at, reason=reason or self.reason)
        return moved if state in _KEPT else replace(moved, offer=None, answer=None)

    def to_json(self) -> dict[str, Json]:
        """The order as its buyer sees it."""
        return {
            **self.standing_json(),
            "request_id": self.request_id,
            "consent_id": self.consent_id,
            "request": self.token,
            "valid_until": utc_text(self.valid_until),
            "settle_at": None if self.settle_at is None else utc_text(self.settle_at),
        }


_KEPT = frozenset({ScoreState.ASKED, ScoreState.ANSWERED, ScoreState.SETTLED})
