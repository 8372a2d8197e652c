"""A person ends her offer to take part in crowd sums: at once she is in no sum that still gathers."""

from dataclasses import dataclass

from consent.record import unverified_consent_id
from crypto.encoding import Json
from marketplace.domain.crowd import CrowdOffering, CrowdState
from marketplace.errors import UnknownOfferError
from marketplace.services.advance_crowd import advance
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.signed_withdrawal import log_withdrawal, require_signed, shown_withdrawal

ENDED = "the person ended her offer"


@dataclass(frozen=True)
class WithdrawCrowdOffer:
    """Ends an offer on the signed word of the person; again changes nothing, the first moment stays.

    She leaves every order in which it is not yet fixed who is heard: her word there is deleted, and what she
    sealed to others as long as they share. Once they mask, her masks are in their words, and the sealed
    shares that take them out again stay until the order ends; they say nothing about her record. The document
    of her offer is deleted too, and body and salt of the log's entry are erased.
    """

    desk: Desk

    def __call__(self, withdrawal: str) -> dict[str, Json]:
        """When it ended, with the log's proof.

        Raises:
            MalformedError: it is not a withdrawal.
            UnknownOfferError: there is no such offer.
            ContributionRefusedError: the person did not sign it.
        """
        consent_id = unverified_consent_id(withdrawal)
        with self.desk.store.writing() as books:
            offer = books.crowds.offer(consent_id)
            if offer is None:
                raise UnknownOfferError(f"there is no offer to crowds for consent {consent_id}")
            require_signed(withdrawal, offer.holder_key)
            if offer.withdrawn_at is None:
                offer = self._end(books, offer, withdrawal)
            ended = (offer.consent_id, offer.withdrawn_at, offer.withdrawal_log_index)
            return shown_withdrawal(self.desk, books, *ended)

    def _end(self, books: Books, offer: CrowdOffering, withdrawal: str) -> CrowdOffering:
        at = self.desk.now()
        index = log_withdrawal(self.desk, books, offer, withdrawal, at=at)
        books.crowds.withdraw(offer.consent_id, at=at, log_index=index)
        for member in books.crowds.of_consent(offer.consent_id):
            purchase = books.crowds.get(member.order_id)
            if purchase is not None and purchase.state.is_running and member.left is None:
                books.crowds.save_members([member.leaving(purchase.state, ENDED)])
                if purchase.state is CrowdState.SHARING:
                    books.crowds.forget_shares(purchase.order_id, sender=member.place)
                advance(self.desk, books, purchase)
        return books.crowds.offer(offer.consent_id) or offer
