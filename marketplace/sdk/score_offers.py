"""Whom may a program ask for a score, and is what stands there to be believed?

A list is the marketplace's word and decides nothing. Before anything is paid, the one offer that is meant is
checked: that its issuer is trusted and did not take the credential back, that the person's own key signed the
consent, and that the ciphertext holds exactly the numbers that the issuer committed to.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from consent.errors import ConsentError
from consent.score_offer import ScoreOffer, VerifiedScoreOffer, verify_score_offer
from consent.score_terms import ScoreTerms
from crypto.errors import CryptoError
from crypto.reading import Fields
from marketplace.sdk.buyer import API, MAX_CENTS, Buyer
from marketplace.sdk.errors import OfferRefusedError
from marketplace.sdk.pages import all_of
from ssi.errors import CredentialError
from ssi.http.address import origin_of
from ssi.http.client import Client
from ssi.http.status_list import fetch_status_list
from ssi.revocation import check_status
from ssi.trust import TrustRegistry

CheckStanding = Callable[[VerifiedScoreOffer, TrustRegistry, datetime], None]
"""Returns only if the issuer says that the credential of an offer still holds."""


@dataclass(frozen=True)
class ListedScoreOffer:
    """One unchecked line of the catalogue: public attributes of somebody who may be asked, and her terms."""

    consent_id: str
    public: Mapping[str, str]
    terms: ScoreTerms
    price_cents: int


def list_score_offers(buyer: Buyer, data_set: str) -> tuple[ListedScoreOffer, ...]:
    """Who may be asked, as the marketplace says; nothing of it is checked."""
    path = f"{API}/score-offers?data_set={quote(data_set, safe='/')}"
    return tuple(_listed(each) for each in all_of(buyer.client, path, "offers"))


def check_score_offer(
    buyer: Buyer, consent_id: str, *, standing: CheckStanding | None = None
) -> VerifiedScoreOffer:
    """An offer after everything about it was checked, also whether the issuer took the credential back.

    `standing` replaces how that is asked, for a caller that has the issuer's list by other ways.

    Raises:
        OfferRefusedError: a part of it does not hold, or the issuer took the credential back.
        PeerError: the marketplace or the issuer does not answer.
    """
    answer = buyer.client.get_json(f"{API}/score-offers/{quote(consent_id, safe=':')}")
    registry, now = buyer.registry(), buyer.clock()
    try:
        offer = ScoreOffer.from_json(Fields.of(answer, "answer").any("offer"))
        verified = verify_score_offer(offer, registry, marketplace=registry.marketplace.id, now=now)
        if verified.consent.consent_id != consent_id:
            raise OfferRefusedError("the marketplace handed out another offer than was asked for")
        (standing or require_in_force)(verified, registry, now)
    except (CryptoError, ConsentError, CredentialError) as error:
        raise OfferRefusedError(str(error)) from error
    return verified


def require_in_force(offer: VerifiedScoreOffer, registry: TrustRegistry, now: datetime) -> None:
    """Ask the issuer whether the credential still holds; it learns of a whole status list that was fetched.

    Raises:
        CredentialError: it was taken back, or the list is not the issuer's.
        PeerError: the issuer does not answer.
    """
    uri = offer.credential.status.uri
    with closing(Client(origin_of(uri) or uri)) as client:
        check_status(offer.credential, fetch_status_list(uri, client), registry, now=now)


def _listed(fields: Fields) -> ListedScoreOffer:
    public = fields.any("public")
    named = public if isinstance(public, Mapping) else {}
    return ListedScoreOffer(
        consent_id=fields.text("consent_id"),
        public={name: str(value) for name, value in named.items()},
        terms=ScoreTerms.from_fields(fields.section("terms")),
        price_cents=fields.section("price").integer("gross_cents", least=0, most=MAX_CENTS),
    )
