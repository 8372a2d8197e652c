"""A person has her wallet erased: everything it allowed ends now, and the wallet itself after seven days."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.clock import Clock
from wallet.domain.erasure import Erasure, Farewell, Recipient, planned
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_offer import HeldOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.proof import Proof
from wallet.domain.session import Session
from wallet.services.connect_pod import ConnectPod
from wallet.services.end_offers import EndOffers
from wallet.services.erasure_ports import ErasureStore
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Store
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass(frozen=True)
class EraseWallet:
    """Plans the end of a wallet.

    Ending the agreements cannot be taken back; keeping the wallet can be chosen until the time has come.
    """

    open_wallet: OpenWallet
    erasures: ErasureStore
    consents: Store[HeldConsent]
    withdraw: WithdrawConsent
    score_offers: Store[HeldScoreOffer]
    end_scores: EndOffers[HeldScoreOffer]
    crowd_offers: Store[HeldCrowdOffer]
    end_crowds: EndOffers[HeldCrowdOffer]
    pod: ConnectPod
    clock: Clock
    random: RandomBytes = random_bytes

    def plan(self, session: Session, proof: Proof) -> Erasure:
        """End everything that runs, and plan the erasure; planning it again keeps the first date.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
            ConflictError: an agreement changed in another window at this moment; what ended stays ended.
        """
        self.open_wallet.confirm(session, proof)
        farewells = [*self._consents_end(session), *self._offers_end(session)]
        self.pod.disconnect(session)
        return self.erasures.plan(session.wallet_id, planned(self.clock()), farewells)

    def planned(self, session: Session) -> Erasure | None:
        """What is planned for this wallet."""
        return self.erasures.planned(session.wallet_id)

    def keep(self, session: Session) -> None:
        """Let the wallet stay; agreements that ended stay ended."""
        self.erasures.cancel(session.wallet_id)

    def _consents_end(self, session: Session) -> Iterator[Farewell]:
        for each in self.consents.all(session):
            held = each
            if held.state(self.clock()).is_active:
                held = self.withdraw(session, held.consent_id)
            word = held.withdrawal
            if word is None:
                continue
            if not word.marketplace_told:
                yield self._farewell(Recipient.MARKETPLACE, held.consent_id, word.signed)
            for node_id in held.nodes_to_ask:
                yield self._farewell(Recipient.NODE, held.consent_id, word.signed, node_id)

    def _offers_end(self, session: Session) -> Iterator[Farewell]:
        now = self.clock()
        for score in self.score_offers.all(session):
            ended = self.end_scores(session, score.consent_id) if score.state(now).is_active else score
            yield from self._unheard(Recipient.SCORES, ended)
        for crowd in self.crowd_offers.all(session):
            over = self.end_crowds(session, crowd.consent_id) if crowd.state(now).is_active else crowd
            yield from self._unheard(Recipient.CROWDS, over)

    def _unheard(self, recipient: Recipient, held: HeldOffer) -> Iterator[Farewell]:
        if held.ended is not None and not held.ended.marketplace_told:
            yield self._farewell(recipient, held.consent_id, held.ended.signed)

    def _farewell(self, recipient: Recipient, consent_id: str, signed: str, node_id: str = "") -> Farewell:
        name = str(uuid.UUID(bytes=self.random(16), version=4))
        return Farewell(name, recipient, node_id, consent_id, signed, self.clock())
