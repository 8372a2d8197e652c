"""What is bought of people themselves, without computing nodes: scores, and sums over a crowd.

For both a person's offer stands until she ends it, a buyer's purchase is held by its signed order, and person
and platform are paid by the same price.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from crypto.encoding import Json
from crypto.reading import utc_text
from crypto.signing import VerifyingKey
from marketplace.domain.account import Buyer
from marketplace.domain.split import PEOPLE_PERCENT, PLATFORM_WEIGHT


class OfferedTerms(Protocol):
    """What a person allows, and for how long."""

    @property
    def data_set(self) -> str: ...  # noqa: D102 — the type says it
    @property
    def given_at(self) -> datetime: ...  # noqa: D102
    @property
    def valid_until(self) -> datetime: ...  # noqa: D102

    def covers(self, moment: datetime) -> bool:
        """Whether they are in force."""
        ...

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        ...


TermsT = TypeVar("TermsT", bound=OfferedTerms)
StateT = TypeVar("StateT", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class StandingOffer(Generic[TermsT]):
    """One person's offer; nothing in it is private.

    `person` is the pairwise handle of the credential, `document` the offer as it came, None once it was
    withdrawn.
    """

    consent_id: str
    person: str
    holder_key: VerifyingKey
    terms: TermsT
    document: str | None = field(repr=False)
    request_digest: str
    answer: Mapping[str, Json] = field(repr=False, hash=False)
    received_at: datetime
    log_index: int
    withdrawn_at: datetime | None = None
    withdrawal_log_index: int | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the person may be asked under it at a moment."""
        return self.withdrawn_at is None and self.terms.covers(now)


@dataclass(frozen=True)
class DirectPrice:
    """The price of what one person gives in cents, and what of it each receives."""

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


def direct_price(compensation_cents: int) -> DirectPrice:
    """The price for which the person receives this much.

    Person and platform have the proportions that they have in any answer, 70 to 15; no node works, so none is
    paid. The platform's part is rounded up to a cent, and the person's is hers whole.
    """
    return DirectPrice(compensation_cents, -(-compensation_cents * PLATFORM_WEIGHT // PEOPLE_PERCENT))


@dataclass(frozen=True)
class Judgement:
    """What looking into a disputed answer showed."""

    proven: bool
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DirectPurchase(ABC, Generic[StateT]):
    """One buyer's purchase with its papers; `token` is what the buyer signed, `price` that of one person."""

    account_id: str
    buyer: Buyer
    token: str = field(repr=False)
    credential: str = field(repr=False)
    escrow_receipt: str = field(repr=False)
    price: DirectPrice
    state: StateT
    placed_at: datetime
    updated_at: datetime
    log_index: int
    reason: str | None = None
    dispute: Judgement | None = None

    @property
    @abstractmethod
    def purchase_id(self) -> str:
        """The id that the buyer gave it, by which its money is held."""

    @property
    def hold_id(self) -> str:
        """The transfer that holds the price."""
        return f"{self.purchase_id}/hold"

    def standing_json(self) -> dict[str, Json]:
        """How it stands, as its buyer sees it."""
        dispute = self.dispute
        return {
            "state": self.state.value,
            "price": self.price.to_json(),
            "placed_at": utc_text(self.placed_at),
            "updated_at": utc_text(self.updated_at),
            "reason": self.reason,
            "dispute": None if dispute is None else {"proven": dispute.proven, "reason": dispute.reason},
        }
