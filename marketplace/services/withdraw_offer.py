"""A person withdraws: her offer ends in the same moment, whatever else is under way."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.record import unverified_consent_id, verify_withdrawal
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.reading import utc_text
from marketplace.domain.log import Log
from marketplace.domain.offer import Offer, OfferState
from marketplace.errors import ContributionRefusedError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import Books


@dataclass(frozen=True)
class WithdrawOffer:
    """Ends an offer on the signed word of the person; again changes nothing, the first moment stays.

    From this transaction on no order includes her and no output that includes her is released. Her
    contribution is deleted, body and salt of the log's entry about her offer are erased, and the worker tells
    the nodes.
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
            offer = books.offers.get(consent_id)
            if offer is None:
                raise UnknownOfferError(f"there is no offer for consent {consent_id}")
            try:
                verify_withdrawal(withdrawal, offer.holder_key)
            except (ConsentError, CryptoError) as error:
                raise ContributionRefusedError(f"the withdrawal is not the person's: {error}") from error
            if offer.state is not OfferState.WITHDRAWN:
                self._end(books, offer, withdrawal)
            return self._answer(books, consent_id)

    def _end(self, books: Books, offer: Offer, withdrawal: str) -> None:
        at = self.desk.now()
        body: dict[str, Json] = {
            "consent_id": offer.consent_id,
            "withdrawal_digest": b64url_encode(sha256(withdrawal.encode())),
        }
        (index,) = append(self.desk, books, "withdrawal", [body], at)
        Log(books.log).erase(offer.log_index)
        books.offers.withdraw(offer.consent_id, withdrawal=withdrawal, at=at, log_index=index)

    def _answer(self, books: Books, consent_id: str) -> dict[str, Json]:
        ended, kept = books.offers.get(consent_id), books.offers.withdrawal(consent_id)
        if ended is None or ended.withdrawn_at is None or kept is None:
            raise UnknownOfferError(f"there is no withdrawal of consent {consent_id}")
        return {
            "consent_id": consent_id,
            "withdrawn_at": utc_text(ended.withdrawn_at),
            "log": shown(self.desk, Log(books.log), kept[1]),
        }
