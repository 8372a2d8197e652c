"""A person pauses her offer or goes on with it: it counts from this transaction on."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.pause import PauseStatement, is_news, unverified_paused_consent, verify_pause
from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from marketplace.domain.offer import OfferState
from marketplace.errors import ContributionRefusedError, OfferConflictError, UnknownOfferError
from marketplace.services.desk import Desk


@dataclass(frozen=True)
class PauseOffer:
    """Keeps what the person said last about pausing; the same again changes nothing.

    While she pauses, no order includes her and no output that includes her is released. Her contribution
    stays, and so does what she earned. The worker tells the nodes. It is not in the log: a pause passes, and
    the log would tell for good when she did.
    """

    desk: Desk

    def __call__(self, token: str) -> dict[str, Json]:
        """Whether the offer is paused now.

        Raises:
            MalformedError: it is no such statement.
            UnknownOfferError: there is no such offer.
            ContributionRefusedError: the person did not sign it.
            OvertakenError: she said something later.
            OfferConflictError: the offer was withdrawn.
        """
        consent_id = unverified_paused_consent(token)
        with self.desk.store.writing() as books:
            offer = books.offers.get(consent_id)
            if offer is None:
                raise UnknownOfferError(f"there is no offer for consent {consent_id}")
            said = _signed(token, offer.holder_key)
            if offer.state is OfferState.WITHDRAWN:
                raise OfferConflictError("the offer was withdrawn, so nothing uses it")
            if is_news(said, sequence=offer.pause_sequence, paused=offer.paused):
                books.offers.pause(said, token, at=self.desk.now())
        return {"consent_id": consent_id, "paused": said.paused, "sequence": said.sequence}


def _signed(token: str, holder_key: VerifyingKey) -> PauseStatement:
    try:
        return verify_pause(token, holder_key)
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(f"the statement is not the person's: {error}") from error
