"""What the use cases about any offer of weighted sums need from the marketplace."""

from typing import Protocol

from crypto.encoding import Json
from wallet.domain.history import LoggedReceipt


class OfferMarket(Protocol):
    """Takes offers and their ends. Every method raises the errors that `publish` names."""

    def publish(self, offer: Json) -> LoggedReceipt:
        """Hand in an offer; the same one twice is one offer.

        Raises:
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal; an offer that never arrived counts as withdrawn."""
        ...
