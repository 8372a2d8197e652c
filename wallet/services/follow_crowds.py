"""Bring the offers to crowds up to date: what is to be sent, which sums run, what was paid.

It is a part of every refresh. Where a sum runs, the wallet takes the step that is its turn. While
the person pauses it takes none: it joins nothing, and who waits for it goes on without it.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from consent.errors import ConsentError, ExpiredDocumentError
from crypto.errors import CryptoError
from ssi.errors import CredentialError
from wallet.domain.crowd_news import (
    CrowdNews,
    DeliveredOrder,
    Stage,
    VerifiedOrder,
    read_crowd_payment,
    verify_delivered,
)
from wallet.domain.crowd_part import CrowdPart
from wallet.domain.held_crowd_offer import CrowdOfferState, HeldCrowdOffer
from wallet.domain.history import LoggedReceipt
from wallet.domain.kept_use import Payment
from wallet.domain.session import Session
from wallet.errors import PartnerFaultError
from wallet.services.crowd_ports import CrowdMarket
from wallet.services.follow_offers import FollowOffers
from wallet.services.take_part import TakePart


@dataclass(frozen=True, kw_only=True)
class FollowCrowds(FollowOffers[HeldCrowdOffer, CrowdPart]):
    """Asks the marketplace for news about crowd sums, checks what it says, and takes part."""

    asked: ClassVar[str] = "a sum"
    lost: ClassVar[str] = "A sum that your wallet was in is not in the public log as it should be."

    market: CrowdMarket
    take_part: TakePart

    def __call__(self, session: Session, held: HeldCrowdOffer) -> list[str]:
        """Bring one offer up to date; what must not be is returned in words for the person.

        Raises:
            PartnerError: the marketplace does not answer, or not as promised.
            ConflictError: another window does the same at this moment.
        """
        held = self.end.tell(session, self.deliver.again(session, held))
        if held.receipt is None:
            return []  # the marketplace never had it, so there is no news
        for part in () if held.is_paused else held.parts:
            held = self.take_part.send(session, held, part)
        key = self.credentials.get(session, held.credential_id).holder_key
        news = self.market.news(held.consent_id, key)
        alarms: list[str] = []
        held = self._with_payments(session, _with_ends(held, news), news.uses, alarms)
        held = self.offers.save(session, replace(held, refreshed_at=self.clock()))
        for delivered in news.orders:
            if held.state(self.clock()) is CrowdOfferState.ACTIVE and not held.is_paused:
                held = self._with_one(session, held, delivered, alarms)
        return alarms

    def _with_one(
        self, session: Session, held: HeldCrowdOffer, delivered: DeliveredOrder, alarms: list[str]
    ) -> HeldCrowdOffer:
        try:
            return self._with_order(session, held, delivered, alarms)
        except PartnerFaultError as error:  # what does not hold about one sum keeps no other one waiting
            alarms.append(f"What the marketplace said about one sum has not the promised form: {error}")
            return self.offers.get(session, held.row_id)  # it may have been kept before the answer came

    def _with_order(
        self, session: Session, held: HeldCrowdOffer, delivered: DeliveredOrder, alarms: list[str]
    ) -> HeldCrowdOffer:
        verified = self._verified(held, delivered, alarms)
        if verified is None:
            return held
        part = held.part(verified.order.order_id)
        if part is None:
            if delivered.stage is not Stage.JOINING or not self._is_in_force(verified.credential, alarms):
                return held
            return self.take_part.join(session, held, verified, delivered.order)
        if part.order.digest != verified.order.digest:
            alarms.append("The marketplace passed on another order under the name of one that runs.")
            return held
        held, alarm = self.take_part.step(session, held, part, delivered.stage)
        alarms += [alarm] if alarm else []
        return held

    def _verified(
        self, held: HeldCrowdOffer, delivered: DeliveredOrder, alarms: list[str]
    ) -> VerifiedOrder | None:
        try:
            return verify_delivered(delivered, held, self.trust.registry(), now=self.clock())
        except ExpiredDocumentError:
            return None
        except (CryptoError, ConsentError, CredentialError):
            alarms.append("The marketplace passed on an order for a sum that does not hold.")
            return None

    def _paid(self, logged: LoggedReceipt, held: HeldCrowdOffer) -> tuple[CrowdPart, Payment]:
        return read_crowd_payment(logged, held, self.trust.registry())

    def _with(self, held: HeldCrowdOffer, use: CrowdPart) -> HeldCrowdOffer:
        return held.with_part(use)


def _with_ends(held: HeldCrowdOffer, news: CrowdNews) -> HeldCrowdOffer:
    ended = {each.request_id: each.reason for each in news.ended}
    for part in held.running:
        reason = ended.get(part.order.order_id)
        if reason is not None:
            held = held.with_part(part.over(reason))
    return held
