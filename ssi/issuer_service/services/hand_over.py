"""What a person is given to collect her credential: a link or a claim code, and a short code besides."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from ssi.issuer_service.domain.entry import Offer
from ssi.issuer_service.domain.secrets import IssuerSecrets

OFFER_SCHEME = "openid-credential-offer://"
OFFERS_PATH = "/credential-offers/"


@dataclass(frozen=True)
class Handover:
    """A link that a wallet opens (OpenID4VCI 1.0 §4.1.3) and its transaction code, if it needs one.

    The claim code does what the link does for a wallet that comes by itself (§5), and can be typed from
    paper: it may travel with the link. The transaction code travels another way than both.
    """

    offer_uri: str = field(repr=False)
    claim_code: str = field(repr=False)
    transaction_code: str | None = field(repr=False)
    expires_at: datetime


class HandOver:
    """Derives links and codes of offers; they are not stored anywhere."""

    def __init__(self, secrets: IssuerSecrets, issuer_url: str) -> None:
        self._secrets = secrets
        self._issuer_url = issuer_url

    def __call__(self, offer: Offer) -> Handover:
        """The link and the codes of an offer: the same whenever it is asked for."""
        offer_id = self._secrets.offer_id(offer.credential_id, offer.number)
        address = quote(f"{self._issuer_url}{OFFERS_PATH}{offer_id}", safe="")
        code = None
        if offer.needs_transaction_code:
            code = self._secrets.transaction_code(offer.credential_id, offer.number)
        claim_code = self._secrets.claim_code(offer.credential_id, offer.number)
        link = f"{OFFER_SCHEME}?credential_offer_uri={address}"
        return Handover(link, claim_code, code, offer.expires_at)
