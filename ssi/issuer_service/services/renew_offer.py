"""Give a person a new link when hers ran out, was locked by wrong codes, or got lost."""

from datetime import datetime

from ssi.issuer_service.domain.entry import Delivery, Offer, Standing
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.services.ports import Books
from ssi.issuer_service.services.register_records import OfferTerms


class RenewOffer:
    """Opens a new offer for an entry whose values still wait for delivery."""

    def __init__(self, books: Books, terms: OfferTerms) -> None:
        self._books = books
        self._terms = terms

    def __call__(self, credential_id: str, *, now: datetime) -> Offer:
        """Open a new offer with a transaction code; every earlier link and code stops working.

        Raises:
            UnknownEntryError: there is no such entry.
            StatusConflictError: it is revoked, on hold, collected, or its values are gone; issue the record
                again.
        """
        with self._books.writing() as register:
            entry = register.entries.get(credential_id)
            if entry.delivery is not Delivery.WAITING or entry.standing is not Standing.VALID:
                raise StatusConflictError(
                    f"credential {credential_id} is {entry.state}: a new link needs the record issued again"
                )
            offer = Offer(
                credential_id,
                entry.offers_made + 1,
                needs_transaction_code=True,
                expires_at=now + self._terms.lifetime,
            )
            register.offers.put([offer])
        return offer
