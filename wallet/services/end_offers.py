"""A person ends an offer: from now on her wallet answers nothing and takes no further step in any sum."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from consent.record import sign_withdrawal
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_offer import EndedOffer, HeldOffer
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, PartnerError
from wallet.services.offer_ports import OfferMarket
from wallet.services.ports import Store

HeldT = TypeVar("HeldT", bound=HeldOffer)

ENDED = "You ended this offer."


@dataclass(frozen=True)
class EndOffers(Generic[HeldT]):
    """Ends offers of one kind and tells the marketplace."""

    credentials: Store[HeldCredential]
    offers: Store[HeldT]
    market: OfferMarket
    clock: Clock

    def __call__(self, session: Session, consent_id: str) -> HeldT:
        """End an offer. Ending it again keeps the first moment and tells the marketplace if it does not know.

        What is secret in it is forgotten at once: the master key of scores, the seeds of running sums.

        Raises:
            NotInWalletError: the wallet has no such offer.
            ConflictError: it changed in another window at the same moment.
        """
        found = [each for each in self.offers.all(session) if each.consent_id == consent_id]
        if not found:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        held = found[0]
        if held.ended is None:
            key = self.credentials.get(session, held.credential_id).holder_key
            at = max(self.clock().replace(microsecond=0), held.terms.given_at)
            signed = sign_withdrawal(held.consent_id, at, key)
            held = self.offers.save(session, held.end(EndedOffer(signed, at), ENDED))
        return self.tell(session, held)

    def tell(self, session: Session, held: HeldT) -> HeldT:
        """Tell the marketplace about an end that it does not know yet."""
        if held.ended is None or held.ended.marketplace_told:
            return held
        try:
            self.market.withdraw(held.ended.signed)
        except PartnerError:
            return held
        told = replace(held.ended, marketplace_told=True)
        return self.offers.save(session, replace(held, ended=told))
