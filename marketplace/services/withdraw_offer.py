"""A person withdraws: her offer ends in the same moment, whatever else is under way."""

from dataclasses import dataclass

from consent.record import unverified_consent_id
from crypto.encoding import Json
from marketplace.domain.offer import Offer, OfferState
from marketplace.errors import UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.signed_withdrawal import log_withdrawal, require_signed, shown_withdrawal
from marketplace.services.status_credentials import credentials_of
from marketplace.services.tell_recipients import tell_recipients


@dataclass(frozen=True)
class WithdrawOffer:
    """Ends an offer on the signed word of the person; again changes nothing, the first moment stays.

    From this transaction on no order includes her and no output that includes her is released. Her
    contribution is deleted, body and salt of the log's entry about her offer are erased, who holds an answer
    with her is told, and the worker tells the nodes.
    """

    desk: Desk

    def __call__(self, withdrawal: str) -> dict[str, Json]:
        """When it ended, with the log's proof, and the receipts for each status up to this one.

        Raises:
            MalformedError: it is not a withdrawal.
            UnknownOfferError: there is no such offer.
            ContributionRefusedError: the person did not sign it.
        """
        consent_id = unverified_consent_id(withdrawal)
        with self.desk.store.writing() as books:
            offer = books.offers.get(consent_id)
            if offer is None:
                raise UnknownOfferError(f"there is no offer for consent {consent_id}")
            require_signed(withdrawal, offer.holder_key)
            if offer.state is not OfferState.WITHDRAWN:
                self._end(books, offer, withdrawal)
            return self._answer(books, consent_id)

    def _end(self, books: Books, offer: Offer, withdrawal: str) -> None:
        at = self.desk.now()
        index = log_withdrawal(self.desk, books, offer, withdrawal, at=at)
        books.offers.withdraw(offer.consent_id, withdrawal=withdrawal, at=at, log_index=index)
        tell_recipients(books, offer.consent_id, at)

    def _answer(self, books: Books, consent_id: str) -> dict[str, Json]:
        ended, kept = books.offers.get(consent_id), books.offers.withdrawal(consent_id)
        at = None if ended is None else ended.withdrawn_at
        index = None if kept is None else kept[1]
        shown = shown_withdrawal(self.desk, books, consent_id, at, index)
        return (
            shown if ended is None else {**shown, "status_receipts": credentials_of(self.desk, books, ended)}
        )
