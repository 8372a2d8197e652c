"""Bring the offers of scores up to date: what is to be sent, what was asked, what was paid.

It is a part of every refresh. Requests that hold are kept for the person; where she said so, her wallet
answers them by her rules at once.
"""

from dataclasses import dataclass, replace

from consent.errors import ConsentError, ExpiredDocumentError
from crypto.errors import CryptoError
from ssi.errors import CredentialError
from ssi.revocation import check_status
from wallet.domain.asked_score import AskState
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_score_offer import HeldScoreOffer, ScoreOfferState
from wallet.domain.history import LoggedReceipt
from wallet.domain.score_news import (
    DeliveredRequest,
    ScoreNews,
    read_payment,
    verify_payment,
    verify_request,
)
from wallet.domain.session import Session
from wallet.domain.use import Proof
from wallet.errors import (
    LogForkedError,
    NotInWalletError,
    PartnerError,
    PartnerFaultError,
    PartnerRefusedError,
)
from wallet.services.answer_score_request import AnswerScoreRequest
from wallet.services.deliver_scores import DeliverScores
from wallet.services.end_scores import EndScores
from wallet.services.ports import Issuers, Store, Trust
from wallet.services.score_ports import ScoreMarket
from wallet.services.watch_log import WatchLog


@dataclass(frozen=True)
class FollowScores:
    """Asks the marketplace for news about scores, and checks what it says."""

    credentials: Store[HeldCredential]
    offers: Store[HeldScoreOffer]
    trust: Trust
    issuers: Issuers
    market: ScoreMarket
    log: WatchLog
    deliver: DeliverScores
    end: EndScores
    answer: AnswerScoreRequest
    clock: Clock

    def all(self, session: Session) -> tuple[HeldScoreOffer, ...]:
        """The offers that there are, for one after the other to be brought up to date."""
        return self.offers.all(session)

    def __call__(self, session: Session, held: HeldScoreOffer) -> list[str]:
        """Bring one offer up to date and return what must not be, in words.

        Raises:
            PartnerError: the marketplace does not answer, or not as promised.
            LogForkedError: the log contradicts what this wallet saw before.
            ConflictError: another window does the same at this moment.
        """
        held = self.end.tell(session, self._delivered(session, held))
        if held.receipt is None:
            return []  # the marketplace never had it, so there is no news
        for asked in held.asked:
            held = self.answer.send(session, held, asked)
        key = self.credentials.get(session, held.credential_id).holder_key
        news = self.market.news(held.consent_id, key)
        alarms: list[str] = []
        held = self._with_payments(session, _with_ends(held, news), news, alarms)
        held = self._with_requests(held, news, alarms)
        held = self.offers.save(session, replace(held, refreshed_at=self.clock()))
        self._answer_by_itself(session, held)
        return alarms

    def _delivered(self, session: Session, held: HeldScoreOffer) -> HeldScoreOffer:
        try:
            return self.deliver(session, held)
        except PartnerRefusedError as error:
            self.deliver.refused(session, held, str(error))
            raise

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
        try:
            token = self.issuers.status_list(verified.credential.status.uri)
            check_status(verified.credential, token, registry, now=now)
        except PartnerError:
            return held  # it is delivered again at the next refresh, and looked at again
        except CredentialError:
            alarms.append(f"{verified.asked.buyer.name} asked for a score without a valid credential.")
            return held
        return held.with_asked(verified.asked)

    def _with_payments(
        self, session: Session, held: HeldScoreOffer, news: ScoreNews, alarms: list[str]
    ) -> HeldScoreOffer:
        for logged in news.uses:
            try:
                held = self._with_payment(session, held, logged, alarms)
            except (CryptoError, ConsentError, NotInWalletError):
                alarms.append("The marketplace sent a receipt that it did not sign, or that is not yours.")
        return held

    def _with_payment(
        self, session: Session, held: HeldScoreOffer, logged: LoggedReceipt, alarms: list[str]
    ) -> HeldScoreOffer:
        registry = self.trust.registry()
        asked, payment = read_payment(logged, held, registry)
        try:
            self.log.tie(session, verify_payment(logged, asked, payment, registry))
        except (CryptoError, ConsentError, LogForkedError, PartnerFaultError):
            alarms.append("A score of your record is not in the public log as it should be.")
            return held.with_asked(asked.paid(replace(payment, proof=Proof.BROKEN)))
        return held.with_asked(asked.paid(replace(payment, proof=Proof.CHECKED)))

    def _answer_by_itself(self, session: Session, held: HeldScoreOffer) -> None:
        if held.terms.asks_first or held.state(self.clock()) is not ScoreOfferState.ACTIVE:
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
