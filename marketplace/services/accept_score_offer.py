"""A person offers scores of her record: the offer is checked and stands until it ends or she ends it."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.score_offer import ScoreOffer, VerifiedScoreOffer, verify_score_offer
from consent.score_receipt import ScoreOfferReceipt, sign_offer_receipt
from crypto.encoding import Json, canonical_json
from crypto.errors import CryptoError
from marketplace.domain.log import Log
from marketplace.domain.score import ScoreOffering
from marketplace.errors import ContributionRefusedError, OfferConflictError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import Books, StatusLists


@dataclass(frozen=True)
class AcceptScoreOffer:
    """Takes an offer in. The same one again gets the same answer.

    That the ciphertext holds what the issuer signed is checked here, so that no wallet that lies gets into
    the catalogue; each buyer checks it again, because the marketplace is not believed.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(self, document: object) -> dict[str, Json]:
        """The signed receipt, and the proof that the offer stands in the log.

        Raises:
            MalformedError: the document does not have its form.
            CredentialError: the credential is not to be believed, or its issuer took it back.
            ContributionRefusedError: the parts do not belong together, the consent is not in force or for
                another marketplace, or the ciphertext does not hold what the issuer signed.
            OfferConflictError: another offer came for this consent, or it was withdrawn.
            PeerError: the issuer's status list cannot be had now.
        """
        offer, now = ScoreOffer.from_json(document), self.desk.now()
        try:
            verified = verify_score_offer(
                offer, self.desk.registry(), marketplace=self.desk.marketplace_id, now=now
            )
        except (ConsentError, CryptoError) as error:
            raise ContributionRefusedError(str(error)) from error
        with self.desk.store.reading() as books:
            answer = _answered(books, offer, verified)
        if answer is not None:
            return answer
        self.status_lists.check(verified.credential, now=now)
        with self.desk.store.writing() as books:
            return _answered(books, offer, verified) or self._keep(books, offer, verified)

    def _keep(self, books: Books, offer: ScoreOffer, verified: VerifiedScoreOffer) -> dict[str, Json]:
        consent, now = verified.consent, self.desk.now()
        body: dict[str, Json] = {
            "consent_id": consent.consent_id,
            "consent_digest": consent.digest,
            "inputs_digest": consent.inputs_digest,
            "data_set": consent.terms.data_set,
        }
        (index,) = append(self.desk, books, "offer", [body], now)
        receipt = ScoreOfferReceipt(consent.consent_id, consent.digest, now)
        answer: dict[str, Json] = {
            "consent_id": consent.consent_id,
            "receipt": sign_offer_receipt(receipt, self.desk.key),
            "log": shown(self.desk, Log(books.log), index),
        }
        credential = verified.credential
        books.scores.add_offer(
            ScoreOffering(
                consent_id=consent.consent_id,
                person=credential.handle,
                holder_key=credential.holder_key,
                terms=consent.terms,
                public={name: str(value) for name, value in credential.claims.items()},
                document=canonical_json(offer.to_json()).decode(),
                request_digest=offer.digest,
                answer=answer,
                received_at=now,
                log_index=index,
            )
        )
        return answer


def _answered(books: Books, offer: ScoreOffer, verified: VerifiedScoreOffer) -> dict[str, Json] | None:
    """The answer that the same offer got before, if it came before."""
    consent_id = verified.consent.consent_id
    known = books.scores.offer(consent_id)
    if known is None:
        return None
    if known.request_digest != offer.digest:
        raise OfferConflictError(f"another offer came for consent {consent_id}")
    if known.withdrawn_at is not None:
        raise OfferConflictError(f"consent {consent_id} was withdrawn; give a new one")
    return dict(known.answer)
