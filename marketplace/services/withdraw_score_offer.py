"""A person ends her offer of scores: in the same moment nobody can ask under it, or be answered, any more."""

from dataclasses import dataclass

from consent.record import unverified_consent_id
from crypto.encoding import Json
from marketplace.domain.score import ScoreOffering, ScoreState
from marketplace.errors import UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.end_score import refund
from marketplace.services.ports import Books
from marketplace.services.signed_withdrawal import log_withdrawal, require_signed, shown_withdrawal

ENDED = "the person ended her offer before she answered"


@dataclass(frozen=True)
class WithdrawScoreOffer:
    """Ends an offer on the signed word of the person; again changes nothing, the first moment stays.

    The ciphertext is deleted, body and salt of the log's entry are erased, and the money of every request
    that she has not answered goes back.
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
            offer = books.scores.offer(consent_id)
            if offer is None:
                raise UnknownOfferError(f"there is no offer of scores for consent {consent_id}")
            require_signed(withdrawal, offer.holder_key)
            if offer.withdrawn_at is None:
                offer = self._end(books, offer, withdrawal)
            ended = (offer.consent_id, offer.withdrawn_at, offer.withdrawal_log_index)
            return shown_withdrawal(self.desk, books, *ended)

    def _end(self, books: Books, offer: ScoreOffering, withdrawal: str) -> ScoreOffering:
        at = self.desk.now()
        index = log_withdrawal(self.desk, books, offer, withdrawal, at=at)
        books.scores.withdraw(offer.consent_id, at=at, log_index=index)
        for order in books.scores.of_consent(offer.consent_id):
            if order.state is ScoreState.ASKED:
                refund(self.desk, books, order, ScoreState.WITHDRAWN, ENDED)
        return books.scores.offer(offer.consent_id) or offer
