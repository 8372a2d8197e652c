"""The worker answers what buyers' connectors asked: it agrees, offers something else, finalizes or ends it.

The market agrees to a query that enough people permit now and whose price is at most what was offered.
Where only the price is higher, or a similar query would reach enough people, it offers that; the price it
offers has some room, because people come and go until the order is placed, and the order pays the price of
its moment.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent.errors import ConsentError
from consent.moves import Side
from consent.negotiation import NegotiationMove, NegotiationState
from consent.order_terms import OrderTerms, Parties, agreement_document, offer_document
from consent.query import Query
from marketplace.domain.dsp import (
    MAX_REASON,
    Document,
    agreement_message,
    finalized_message,
    offer_message,
    termination_message,
)
from marketplace.domain.negotiation import Negotiation, Outgoing, urn
from marketplace.errors import MarketplaceError, TooFewPeopleError
from marketplace.services.desk import Desk
from marketplace.services.make_quote import MakeQuote
from marketplace.services.send_messages import Sender
from marketplace.services.talk import Talk
from ssi.errors import CredentialError

MOST_CHANGES: Final = 100
"""After so many changes a negotiation that leads nowhere is ended: each answer costs a quote."""
ROOM_PERCENT: Final = 10
_TERMINATION: Final = "ContractNegotiationTerminationMessage"


@dataclass(frozen=True)
class DriveNegotiations:
    """Takes up the negotiations in which the market has the word."""

    desk: Desk
    quote: MakeQuote
    sender: Sender

    def __call__(self) -> int:
        """How many were taken up."""
        now = self.desk.now()
        due = self._talk.take_up(now)
        for each in due:
            self._advance(each, now)
        return len(due)

    @property
    def _talk(self) -> Talk[Negotiation]:
        return Talk(self.desk, self.sender, lambda books: books.negotiations, _given_up)

    def _advance(self, taken: Negotiation, now: datetime) -> bool:
        found: Negotiation | None = taken
        if taken.outgoing is None:
            found = self._talk.save(taken, self._decided(taken, now))
        return found is not None and self._talk.say(found)

    def _decided(self, found: Negotiation, now: datetime) -> Negotiation:
        if found.state is NegotiationState.VERIFIED:
            body = finalized_message(found.provider_pid, found.consumer_pid)
            return _saying(found, NegotiationMove.FINALIZE, "events", body)
        if found.version > MOST_CHANGES:
            return ending(found, "this negotiation leads nowhere; begin another one")
        try:
            return self._answered(found, now)
        except (MarketplaceError, ConsentError, CredentialError) as error:
            return ending(found, str(error))

    def _answered(self, found: Negotiation, now: datetime) -> Negotiation:
        query = found.terms.query
        may_offer = found.state is NegotiationState.REQUESTED
        try:
            price_cents = self._price(found, query)
        except TooFewPeopleError as error:
            if error.nearby is None or not may_offer:
                raise
            return self._offering(found, OrderTerms(error.nearby, _roomy(self._price(found, error.nearby))))
        if now >= found.until:
            return ending(found, "the offer has run out")
        if price_cents <= found.terms.most_cents:
            return self._agreeing(found, now)
        if may_offer:
            return self._offering(found, OrderTerms(query, _roomy(price_cents)))
        return ending(found, f"the price is {price_cents} cents now")

    def _price(self, found: Negotiation, query: Query) -> int:
        return self.quote(found.account_id, query).price.gross_cents

    def _agreeing(self, found: Negotiation, now: datetime) -> Negotiation:
        agreement_id = urn(self.desk.new_id())
        agreement = agreement_document(
            agreement_id,
            found.terms,
            Parties(self.desk.marketplace_id, found.buyer),
            agreed_at=now,
            until=found.until,
        )
        body = agreement_message(
            found.provider_pid, found.consumer_pid, agreement, callback=self.sender.endpoint
        )
        agreed = replace(found, agreement_id=agreement_id)
        return _saying(agreed, NegotiationMove.AGREE, "agreement", body)

    def _offering(self, found: Negotiation, terms: OrderTerms) -> Negotiation:
        offer_id = urn(self.desk.new_id())
        offer = offer_document(offer_id, terms, buyer=found.buyer, until=found.until)
        offered = replace(found, offer_id=offer_id, terms=terms)
        body = offer_message(found.provider_pid, found.consumer_pid, offer)
        return _saying(offered, NegotiationMove.OFFER, "offers", body)


def ending(found: Negotiation, reason: str) -> Negotiation:
    """With the message that ends it, which is still to be sent."""
    body = termination_message(_TERMINATION, found.provider_pid, found.consumer_pid, reason)
    ended = replace(found, reason=reason[:MAX_REASON])
    return _saying(ended, NegotiationMove.TERMINATE, "termination", body)


def _given_up(found: Negotiation) -> Negotiation:
    return found.moved(NegotiationMove.TERMINATE, Side.PROVIDER)


def _saying(found: Negotiation, move: NegotiationMove, last: str, body: Document) -> Negotiation:
    path = f"negotiations/{found.consumer_pid}/{last}"
    return replace(found, outgoing=Outgoing(move, path, body))


def _roomy(price_cents: int) -> int:
    return price_cents + -(-price_cents * ROOM_PERCENT // 100)
