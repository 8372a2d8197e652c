"""A person looks at her offers of scores, and at the requests that wait for her."""

from dataclasses import dataclass

from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.clock import Clock
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.errors import NotInWalletError
from wallet.services.ports import Store

_TOLD = frozenset({AskState.GRANTED, AskState.PAID})


@dataclass(frozen=True)
class ReadScores:
    """Reads without changing or asking anybody."""

    kept: Store[HeldScoreOffer]
    clock: Clock

    def offers(self, session: Session) -> tuple[HeldScoreOffer, ...]:
        """All offers, newest first."""
        return tuple(
            sorted(
                self.kept.all(session), key=lambda each: (each.terms.given_at, each.consent_id), reverse=True
            )
        )

    def offer(self, session: Session, row_id: str) -> HeldScoreOffer:
        """One offer by its name in this wallet.

        Raises:
            NotInWalletError: this wallet has no such offer.
        """
        return self.kept.get(session, row_id)

    def offer_of(self, session: Session, consent_id: str) -> HeldScoreOffer:
        """One offer by its public id.

        Raises:
            NotInWalletError: this wallet has no such offer.
        """
        for held in self.kept.all(session):
            if held.consent_id == consent_id:
                return held
        raise NotInWalletError("It was removed, or it was never in this wallet.")

    def waiting(self, session: Session) -> tuple[tuple[HeldScoreOffer, AskedScore], ...]:
        """The requests that wait for a decision, the one whose time ends first in front."""
        now = self.clock()
        found = [(held, asked) for held in self.offers(session) for asked in held.waiting(now)]
        return tuple(sorted(found, key=lambda each: each[1].request.valid_until))

    def uses(self, session: Session) -> tuple[UseEntry, ...]:
        """Every request that was answered with a key, as a line of "who used my data"."""
        return tuple(
            asked.use() for held in self.kept.all(session) for asked in held.asked if asked.state in _TOLD
        )
