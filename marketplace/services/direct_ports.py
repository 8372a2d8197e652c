"""What do the use cases about offers by people themselves need from outside? One book of each kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from marketplace.domain.direct import DirectPurchase, StandingOffer, StateT

OfferT = TypeVar("OfferT", bound=StandingOffer[Any])
PurchaseT = TypeVar("PurchaseT", bound=DirectPurchase[Any])


class DirectBook(Protocol[OfferT, PurchaseT, StateT]):
    """Keeps the offers of one kind, and what buyers purchase under them."""

    def add_offer(self, offer: OfferT) -> None:
        """Keep a new offer."""
        ...

    def offer(self, consent_id: str) -> OfferT | None:
        """An offer by its consent."""
        ...

    def open_offers(self, data_set: str, *, now: datetime, limit: int | None = None) -> Sequence[OfferT]:
        """The offers of a data set that are neither withdrawn nor over, newest first."""
        ...

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its document is deleted."""
        ...

    def add(self, purchase: PurchaseT) -> None:
        """Keep a new purchase."""
        ...

    def get(self, purchase_id: str) -> PurchaseT | None:
        """A purchase by its id."""
        ...

    def save(self, purchase: PurchaseT) -> None:
        """Replace what may change of a purchase."""
        ...

    def of_account(self, account_id: str) -> Sequence[PurchaseT]:
        """A buyer's purchases, newest first."""
        ...

    def due(self, now: datetime) -> Sequence[PurchaseT]:
        """The purchases whose present state ends by itself now, oldest first."""
        ...

    def state_counts(self) -> Mapping[StateT, int]:
        """How many purchases are in which state."""
        ...
