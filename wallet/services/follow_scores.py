"""Bring the offers of scores up to date: what is to be sent, what was asked, what was paid.

It is a part of every refresh. Requests that hold are kept for the person; where she said so, her wallet
answers them by her rules at once. While she pauses it answers nothing by itself, and sends nothing.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from consent.errors import ConsentError, ExpiredDocumentError
from crypto.errors import CryptoError
from ssi.errors import CredentialError
from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.held_score_offer import HeldScoreOffer, ScoreOfferState
from wallet.domain.history import LoggedReceipt
from wallet.domain.kept_use import Payment
from wallet.domain.score_news import DeliveredRequest, ScoreNews, read_payment, verify_request
from wallet.domain.session import Session
from wallet.services.answer_score_request import AnswerScoreRequest
from wallet.services.follow_offers import FollowOffers
from wallet.services.score_ports import ScoreMarket


@dataclass(frozen=True, kw_only=True)
class FollowScores(FollowOffers[HeldScoreOffer, AskedScore]):
    """Asks the marketplace for news about scores, and checks what it says."""

    asked: ClassVar[str] = "a score"
    lost: ClassVar[str] = "A score of your record is not in the public log as it should be."

    market: ScoreMarket
    answer: AnswerScoreRequest

    def __call__(self, session: Session, held: HeldScoreOffer) -> list[str]:
        """Bring one offer up to date and return what must not be, in words.

        Raises:
            PartnerError: the marketplace does not answer, or not as promised.
            LogForkedError: the log contradicts what this wallet saw before.
            ConflictError: another window does the same at this moment.
        """
        held = self.end.tell(session, self.deliver.again(session, held))
        if held.receipt is None:
            return []  # the marketplace never had it, so there is no news
        for asked in () if held.is_paused else held.asked:
            held = self.answer.send(session, held, asked)
        key = self.credentials.get(session, held.credential_id).holder_key
        news = self.market.news(held.consent_id, key)
        alarms: list[str] = []
        held = self._with_payments(session, _with_ends(held, news), news.uses, alarms)
        held = self._with_requests(held, news, alarms)
        held = self.offers.save(session, replace(held, refreshed_at=self.clock()))
        self._answer_by_itself(session, held)
        return alarms

    def _with_requests(self, held: HeldScoreOffer, news: ScoreNews, alarms: list[str]) -> HeldScoreOffer:
        if held.state(self.clock()) is not ScoreOfferState.ACTIVE:
            return held
        for delivered in news.requests:
            held = self._with_request(held, delivered, alarms)
        return held

    def _with_request(
        self, held: HeldScoreOffer, delivered: DeliveredRequest, alarms: list[str]
    ) -> HeldScoreOffer:
        registry, now = self.trust.registry(), self.clock()
        try:
            verified = verify_request(delivered, held, registry, now=now)
        except ExpiredDocumentError:
            return held
        except (CryptoError, ConsentError, CredentialError):
            alarms.append("The marketplace passed on a request for a score that does not hold.")
            return held
        if held.knows(verified.asked.request.request_id):
            return held
        if not self._is_in_force(verified.credential, alarms):
            return held
        return held.with_asked(verified.asked)

    def _paid(self, logged: LoggedReceipt, held: HeldScoreOffer) -> tuple[AskedScore, Payment]:
        return read_payment(logged, held, self.trust.registry())

    def _with(self, held: HeldScoreOffer, use: AskedScore) -> HeldScoreOffer:
        return held.with_asked(use)

    def _answer_by_itself(self, session: Session, held: HeldScoreOffer) -> None:
        if held.is_paused or held.terms.asks_first or held.state(self.clock()) is not ScoreOfferState.ACTIVE:
            return
        for asked in held.waiting(self.clock()):
            self.answer(session, held.consent_id, asked.request.request_id, agree=True)


def _with_ends(held: HeldScoreOffer, news: ScoreNews) -> HeldScoreOffer:
    ended = {each.request_id: each.reason for each in news.ended}
    for asked in held.asked:
        reason = ended.get(asked.request.request_id)
        if reason is not None and asked.state is not AskState.ENDED:
            held = held.with_asked(asked.over(reason))
    return held
