"""A person ends her offer of scores: in the same moment nobody can ask under it, or be answered, any more."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.record import unverified_consent_id, verify_withdrawal
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.reading import utc_text
from marketplace.domain.log import Log
from marketplace.domain.score import ScoreOffering, ScoreState
from marketplace.errors import ContributionRefusedError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.end_score import refund
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import Books

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
            try:
                verify_withdrawal(withdrawal, offer.holder_key)
            except (ConsentError, CryptoError) as error:
                raise ContributionRefusedError(f"the withdrawal is not the person's: {error}") from error
            if offer.withdrawn_at is None:
                offer = self._end(books, offer, withdrawal)
            return self._answer(books, offer)

    def _end(self, books: Books, offer: ScoreOffering, withdrawal: str) -> ScoreOffering:
        at = self.desk.now()
        body: dict[str, Json] = {
            "consent_id": offer.consent_id,
            "withdrawal_digest": b64url_encode(sha256(withdrawal.encode())),
        }
        (index,) = append(self.desk, books, "withdrawal", [body], at)
        Log(books.log).erase(offer.log_index)
        books.scores.withdraw(offer.consent_id, at=at, log_index=index)
        for order in books.scores.of_consent(offer.consent_id):
            if order.state is ScoreState.ASKED:
                refund(self.desk, books, order, ScoreState.WITHDRAWN, ENDED)
        return books.scores.offer(offer.consent_id) or offer

    def _answer(self, books: Books, offer: ScoreOffering) -> dict[str, Json]:
        if offer.withdrawn_at is None or offer.withdrawal_log_index is None:
            raise UnknownOfferError(f"there is no withdrawal of consent {offer.consent_id}")
        return {
            "consent_id": offer.consent_id,
            "withdrawn_at": utc_text(offer.withdrawn_at),
            "log": shown(self.desk, Log(books.log), offer.withdrawal_log_index),
        }
