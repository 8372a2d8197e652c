"""A buyer looks whom it may ask for a score, and at one whole offer before it asks."""

from dataclasses import dataclass
from datetime import datetime

from crypto.encoding import Json
from marketplace.domain.account import Organisation
from marketplace.domain.direct import direct_price
from marketplace.domain.score import ScoreOffering
from marketplace.errors import UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.make_quote import registered
from marketplace.services.ports import Books
from ssi.dataset import data_set

MOST_LISTED = 500


@dataclass(frozen=True)
class ListScoreOffers:
    """Shows a buyer whom it may ask, by public attributes only: no ciphertext, no number, no name."""

    desk: Desk

    def __call__(self, account_id: str, data_set_ref: str) -> tuple[ScoreOffering, ...]:
        """The offers that are open to this kind of organisation, newest first, of the 500 newest of all.

        Of a person with several offers the latest one counts, so that nobody is asked or counted twice.

        Raises:
            UnknownAccountError: there is no such account.
            NotRegisteredError: the buyer has no valid credential or mandate on file.
            UnknownDataSetError: there is no such data set.
        """
        now = self.desk.now()
        known = data_set(data_set_ref)
        with self.desk.store.reading() as books:
            buyer = registered(books.accounts.get(account_id), now)
            offers = books.scores.open_offers(known.ref, now=now, limit=MOST_LISTED)
        latest = {offer.person: offer for offer in reversed(offers)}
        return tuple(offer for offer in offers if latest[offer.person] is offer and _may_ask(offer, buyer))


@dataclass(frozen=True)
class FetchScoreOffer:
    """Hands out one whole offer, for a buyer to check before it asks; without a key nobody can read it."""

    desk: Desk

    def __call__(self, account_id: str, consent_id: str) -> str:
        """The offer's document.

        Raises:
            UnknownAccountError, NotRegisteredError: as for the list.
            UnknownOfferError: there is no such offer, it has ended, or is not open to this buyer.
        """
        return self.standing(account_id, consent_id).document or ""

    def standing(self, account_id: str, consent_id: str) -> ScoreOffering:
        """The offer with its terms, which has a document.

        Raises:
            UnknownAccountError, NotRegisteredError, UnknownOfferError: as for the document.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            buyer = registered(books.accounts.get(account_id), now)
            offer = open_offer(books, consent_id, now)
        if not _may_ask(offer, buyer) or offer.document is None:
            raise UnknownOfferError("there is no such offer of scores")
        return offer


def open_offer(books: Books, consent_id: str, now: datetime) -> ScoreOffering:
    """An offer under which somebody may ask now.

    Raises:
        UnknownOfferError: there is no such offer, or it has ended.
    """
    offer = books.scores.offer(consent_id)
    if offer is None or not offer.is_open(now):
        raise UnknownOfferError("there is no such offer of scores, or it has ended")
    return offer


def listed(offer: ScoreOffering) -> dict[str, Json]:
    """What of an offer stands in the list: public attributes and terms."""
    terms = offer.terms.to_json()
    return {
        "consent_id": offer.consent_id,
        "public": dict(offer.public),
        "terms": terms,
        "price": direct_price(offer.terms.compensation_cents).to_json(),
    }


def _may_ask(offer: ScoreOffering, buyer: Organisation) -> bool:
    terms = offer.terms
    return buyer.kind in terms.recipient_kinds and buyer.subject not in terms.excluded_recipients
