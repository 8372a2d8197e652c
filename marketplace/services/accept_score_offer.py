"""A person offers scores of her record: the offer is checked and stands until it ends or she ends it."""

from dataclasses import dataclass
from functools import partial

from consent.score_offer import ScoreOffer, verify_score_offer
from consent.score_receipt import ScoreOfferReceipt, sign_offer_receipt
from crypto.encoding import Json, canonical_json
from marketplace.domain.score import ScoreOffering
from marketplace.services.desk import Desk
from marketplace.services.ports import Books, StatusLists
from marketplace.services.score_ports import ScoreBook
from marketplace.services.take_in_offer import CheckedOffer, TakeInOffer, refused_where_unproven


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
        with refused_where_unproven():
            verified = verify_score_offer(
                offer, self.desk.registry(), marketplace=self.desk.marketplace_id, now=now
            )
        consent = verified.consent
        entry: dict[str, Json] = {
            "consent_id": consent.consent_id,
            "consent_digest": consent.digest,
            "inputs_digest": consent.inputs_digest,
            "data_set": consent.terms.data_set,
        }
        public = {name: str(value) for name, value in verified.credential.claims.items()}
        checked = CheckedOffer(
            consent_id=consent.consent_id,
            document=canonical_json(offer.to_json()).decode(),
            request_digest=offer.digest,
            credential=verified.credential,
            entry=entry,
            receipt=lambda at: sign_offer_receipt(
                ScoreOfferReceipt(consent.consent_id, consent.digest, at), self.desk.key
            ),
            offering=partial(ScoreOffering, terms=consent.terms, public=public),
        )
        return TakeInOffer(self.desk, self.status_lists, _book)(checked, now=now)


def _book(books: Books) -> ScoreBook:
    return books.scores
