"""What is known of crowd sums: who may be asked, who asked, who takes part, and what became of it.

The marketplace carries messages between wallets and holds the money. It sees consents, weights, ephemeral
keys and masked words; it holds no key to a sum and never learns one.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from consent.crowd_offer import CrowdOffer
from consent.crowd_order import CrowdOrder, unverified_crowd_order
from consent.crowd_release import HeardPart
from consent.crowd_terms import CrowdTerms
from crypto.encoding import Json, parse_json
from crypto.reading import utc_text
from marketplace.domain.direct import DirectPurchase, StandingOffer


class CrowdState(StrEnum):
    """How an order stands: four rounds in turn, released, settled; from the others the money comes back."""

    JOINING = "joining"
    SHARING = "sharing"
    MASKING = "masking"
    REVEALING = "revealing"
    RELEASED = "released"
    SETTLED = "settled"
    FAILED = "failed"
    DISPUTED = "disputed"

    @property
    def is_running(self) -> bool:
        """Whether wallets have something to do in it."""
        return self in _RUNNING


_RUNNING = frozenset({CrowdState.JOINING, CrowdState.SHARING, CrowdState.MASKING, CrowdState.REVEALING})


@dataclass(frozen=True, kw_only=True)
class CrowdOffering(StandingOffer[CrowdTerms]):
    """One person's offer to take part."""

    @property
    def presentation(self) -> str:
        """The presentation of her credential."""
        return CrowdOffer.from_json(parse_json(self.document or "null"), "stored crowd offer").presentation


@dataclass(frozen=True, kw_only=True)
class CrowdPurchase(DirectPurchase[CrowdState]):
    """One order with its papers, as far as it has come.

    `price` is that of one person in the sum. `until` is when the present state ends by itself. `cohort` is
    the marketplace's signed statement; `partners` and `heard` are its signed words, `release` the one about
    what the buyer got.
    """

    order_id: str
    until: datetime | None
    cohort: str | None = field(default=None, repr=False)
    cohort_digest: str | None = None
    partners: str | None = field(default=None, repr=False)
    heard: str | None = field(default=None, repr=False)
    release: str | None = field(default=None, repr=False)

    @property
    def purchase_id(self) -> str:
        """The id of the order."""
        return self.order_id

    @cached_property
    def order(self) -> CrowdOrder:
        """What was ordered; the buyer's signature was checked when it came."""
        return unverified_crowd_order(self.token)

    @property
    def most_cents(self) -> int:
        """The price if as many take part as may."""
        return self.order.people * self.price.gross_cents

    def moved(
        self, state: CrowdState, at: datetime, *, until: datetime | None = None, reason: str | None = None
    ) -> "CrowdPurchase":
        """The order in a later state."""
        return replace(self, state=state, updated_at=at, until=until, reason=reason or self.reason)

    def to_json(self) -> dict[str, Json]:
        """The order as its buyer sees it."""
        return {
            **self.standing_json(),
            "order_id": self.order_id,
            "order": self.token,
            "most_cents": self.most_cents,
            "until": None if self.until is None else utc_text(self.until),
        }


@dataclass(frozen=True)
class CrowdMember:
    """One wallet in one order: what it signed to join, and what it said since.

    `place` is there once the cohort is fixed. The digests are those of its messages, so that the same one
    again changes nothing; of its word only what a buyer needs is kept.
    """

    order_id: str
    consent_id: str
    person: str
    join: str = field(repr=False)
    presentation: str = field(repr=False)
    place: int | None = None
    shares_digest: str | None = None
    word_digest: str | None = None
    word: HeardPart | None = field(default=None, repr=False)
    reveal_digest: str | None = None
    revealed: bytes | None = field(default=None, repr=False)
    left: str | None = None
    use_log_index: int | None = None

    def leaving(self, state: CrowdState, reason: str) -> "CrowdMember":
        """The member after it went in a state of the order.

        Until the partners are fixed it is as if it had never shared, until the heard are fixed as if it had
        not been heard; from then on it is in the sum.
        """
        gone = replace(self, left=reason)
        if state in {CrowdState.JOINING, CrowdState.SHARING}:
            return replace(gone, shares_digest=None)
        if state is CrowdState.MASKING:
            return replace(gone, word=None, word_digest=None)
        return gone
