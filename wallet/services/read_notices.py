"""Does a breach at the marketplace concern this person? Her wallet finds out by itself.

All notices are read, and held against the agreements in the wallet: the marketplace learns that a wallet with
agreements looked, and not whether a notice concerned it. Nothing is kept: a notice stays public, and is read
again.

NOTE: a marketplace that signs no notice, or hands it to some only, is not found out by this alone; that one
was signed stands in the public log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consent.breach_notice import BreachNotice, verify_notice
from consent.errors import ConsentError
from crypto.errors import CryptoError
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.session import Session
from wallet.errors import PartnerFaultError
from wallet.services.ports import Market, Store, Trust

_NO_NOTICE = "The marketplace published a notice that it did not sign, or that cannot be read."
_Span = tuple[str, datetime, datetime]


@dataclass(frozen=True)
class ReadNotices:
    """Reads the public notices and keeps those apart that concern this wallet."""

    consents: Store[HeldConsent]
    scores: Store[HeldScoreOffer]
    crowds: Store[HeldCrowdOffer]
    market: Market
    trust: Trust

    def __call__(self, session: Session) -> tuple[BreachNotice, ...]:
        """The notices that concern an agreement of this wallet, the latest first.

        Raises:
            PartnerUnreachableError: the marketplace does not answer.
            PartnerFaultError: one of its notices is not signed by it, or cannot be read.
        """
        spans = list(self._spans(session))
        if not spans:
            return ()
        marketplace = self.trust.registry().marketplace
        try:
            notices = [
                verify_notice(token, marketplace.verifying_key, marketplace=marketplace.id)
                for token in self.market.notices()
            ]
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError(_NO_NOTICE) from error
        return tuple(
            notice
            for notice in notices
            if any(notice.concerns(ref, given_at=begun, ended_at=ended) for ref, begun, ended in spans)
        )

    def _spans(self, session: Session) -> Iterator[_Span]:
        for held in self.consents.all(session):
            ended = held.policy.valid_until if held.withdrawal is None else held.withdrawal.at
            yield held.policy.data_set, held.policy.given_at, ended
        offers = (*self.scores.all(session), *self.crowds.all(session))
        for offer in offers:
            ended = offer.terms.valid_until if offer.ended is None else offer.ended.at
            yield offer.terms.data_set, offer.terms.given_at, ended
