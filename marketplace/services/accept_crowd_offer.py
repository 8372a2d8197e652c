"""A person offers to take part in crowd sums: the offer is checked, and stands until it or she ends it."""

from dataclasses import dataclass
from functools import partial

from consent.crowd_offer import CrowdOffer, verify_crowd_offer
from consent.crowd_receipt import CrowdOfferReceipt, sign_crowd_offer_receipt
from crypto.encoding import Json, canonical_json
from marketplace.domain.crowd import CrowdOffering
from marketplace.services.crowd_ports import CrowdBook
from marketplace.services.desk import Desk
from marketplace.services.ports import Books, StatusLists
from marketplace.services.take_in_offer import CheckedOffer, TakeInOffer, refused_where_unproven


@dataclass(frozen=True)
class AcceptCrowdOffer:
    """Takes an offer in. The same one again gets the same answer."""

    desk: Desk
    status_lists: StatusLists

    def __call__(self, document: object) -> dict[str, Json]:
        """The signed receipt, and the proof that the offer stands in the log.

        Raises:
            MalformedError: the document does not have its form.
            CredentialError: the credential is not to be believed, or its issuer took it back.
            ContributionRefusedError: the parts do not belong together, or the consent is not in force or for
                another marketplace.
            OfferConflictError: another offer came for this consent, or it was withdrawn.
            PeerError: the issuer's status list cannot be had now.
        """
        offer, now = CrowdOffer.from_json(document), self.desk.now()
        with refused_where_unproven():
            verified = verify_crowd_offer(
                offer, self.desk.registry(), marketplace=self.desk.marketplace_id, now=now
            )
        consent = verified.consent
        entry: dict[str, Json] = {
            "consent_id": consent.consent_id,
            "consent_digest": consent.digest,
            "data_set": consent.terms.data_set,
        }
        checked = CheckedOffer(
            consent_id=consent.consent_id,
            document=canonical_json(offer.to_json()).decode(),
            request_digest=offer.digest,
            credential=verified.credential,
            entry=entry,
            receipt=lambda at: sign_crowd_offer_receipt(
                CrowdOfferReceipt(consent.consent_id, consent.digest, at), self.desk.key
            ),
            offering=partial(CrowdOffering, terms=consent.terms),
        )
        return TakeInOffer(self.desk, self.status_lists, _book)(checked, now=now)


def _book(books: Books) -> CrowdBook:
    return books.crowds
