"""A person ends an offer of scores: from this moment on nothing is answered, whoever knows of it already."""

from dataclasses import dataclass, replace

from consent.record import sign_withdrawal
from wallet.domain.asked_score import AskState
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_score_offer import EndedOffer, HeldScoreOffer
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, PartnerError
from wallet.services.ports import Store
from wallet.services.score_ports import ScoreMarket

ENDED = "You ended this offer."


@dataclass(frozen=True)
class EndScores:
    """Ends offers of scores and tells the marketplace."""

    credentials: Store[HeldCredential]
    offers: Store[HeldScoreOffer]
    market: ScoreMarket
    clock: Clock

    def __call__(self, session: Session, consent_id: str) -> HeldScoreOffer:
        """End an offer. Ending it again keeps the first moment and tells the marketplace if it does not know.

        The master key is forgotten at once; requests that wait, and keys still to be sent, come to nothing.

        Raises:
            NotInWalletError: the wallet has no such offer.
            ConflictError: it changed in another window at the same moment.
        """
        found = [each for each in self.offers.all(session) if each.consent_id == consent_id]
        if not found:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        held = found[0]
        if held.ended is None:
            held = self.offers.save(session, self._ended(session, held))
        return self.tell(session, held)

    def tell(self, session: Session, held: HeldScoreOffer) -> HeldScoreOffer:
        """Tell the marketplace about an end that it does not know yet."""
        if held.ended is None or held.ended.marketplace_told:
            return held
        try:
            self.market.withdraw(held.ended.signed)
        except PartnerError:
            return held
        told = replace(held.ended, marketplace_told=True)
        return self.offers.save(session, replace(held, ended=told))

    def _ended(self, session: Session, held: HeldScoreOffer) -> HeldScoreOffer:
        key = self.credentials.get(session, held.credential_id).holder_key
        at = max(self.clock().replace(microsecond=0), held.terms.given_at)
        ended = held.end(EndedOffer(sign_withdrawal(held.consent_id, at, key), at))
        for each in held.asked:
            if each.state is AskState.WAITING or each.waits_to_be_sent:
                ended = ended.with_asked(each.over(ENDED))
        return ended
