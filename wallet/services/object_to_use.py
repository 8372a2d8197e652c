"""A person says no: to a purpose for all her data, or to any secondary use of her health data.

Her objection is kept first, so that nothing new is agreed to from that moment; then every agreement and offer
that allows what she objects to is ended or paused, as she chose. Where a partner cannot be reached, her word
is kept and sent again as any other; until one computing partner knows it, they may still compute.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from wallet.domain.clock import Clock
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_offer import HeldOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.objection import Objection, Objections, meets_policy, meets_terms
from wallet.domain.pausing import PauseChange, with_change
from wallet.domain.session import Session
from wallet.services.end_offers import EndOffers
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.pause_consents import PauseConsents
from wallet.services.ports import Store
from wallet.services.withdraw_consent import WithdrawConsent

HeldT = TypeVar("HeldT", bound=HeldOffer)
_NEXT = timedelta(seconds=1)


class Running(StrEnum):
    """What becomes of agreements that allow what is objected to."""

    END = "end"
    PAUSE = "pause"


@dataclass(frozen=True)
class Touched:
    """The agreements and offers that run, or are paused, and allow something that is objected to."""

    consents: tuple[HeldConsent, ...]
    scores: tuple[HeldScoreOffer, ...]
    crowds: tuple[HeldCrowdOffer, ...]

    @property
    def going(self) -> int:
        """How many of them are not paused."""
        paused = [each.is_paused for each in self.consents]
        paused += [each.is_paused for each in self.scores]
        paused += [each.is_paused for each in self.crowds]
        return paused.count(False)

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.consents) + len(self.scores) + len(self.crowds)


@dataclass(frozen=True)
class RunningOffers(Generic[HeldT]):
    """The offers of one kind, to be ended or paused."""

    offers: Store[HeldT]
    end: EndOffers[HeldT]
    clock: Clock

    def touched(self, session: Session, objections: Objections) -> tuple[HeldT, ...]:
        """Those that run and allow something that is objected to."""
        now = self.clock()
        running = (each for each in self.offers.all(session) if each.state(now).is_active)
        return tuple(each for each in running if meets_terms(each.terms, objections))

    def stop(self, session: Session, objections: Objections, then: Running) -> None:
        """End or pause them.

        Raises:
            ConflictError: one changed in another window at the same moment.
        """
        for held in self.touched(session, objections):
            if then is Running.END:
                self.end(session, held.consent_id)
            elif not held.is_paused:
                change = PauseChange(paused=True, at=self.clock().replace(microsecond=0))
                self.offers.save(session, replace(held, pauses=with_change(held.pauses, change)))


@dataclass(frozen=True)
class ObjectToUse:
    """Keeps objections, and stops what runs against them."""

    preferences: KeepPreferences
    consents: Store[HeldConsent]
    withdraw: WithdrawConsent
    pause: PauseConsents
    scores: RunningOffers[HeldScoreOffer]
    crowds: RunningOffers[HeldCrowdOffer]
    clock: Clock

    def __call__(self, session: Session, what: str, then: Running) -> None:
        """Object to something (`wallet.domain.objection.HEALTH`, or a purpose by name), and stop what runs.

        Objecting again keeps the first moment, and stops what runs still.

        Raises:
            MalformedError: there is no such thing to object to.
            ConflictError: something changed in another window at this moment. The objection stands if it was
                kept; do it again for what still runs.
        """
        objections = self.preferences.objections(session)
        if not objections.stands(what):
            objections = self._say(session, objections, what, stands=True)
        self.scores.stop(session, objections, then)
        self.crowds.stop(session, objections, then)
        for held in self._touched_consents(session, objections):
            if then is Running.END:
                self.withdraw(session, held.consent_id)
            else:
                self.pause(session, held.consent_id, paused=True)

    def take_back(self, session: Session, what: str) -> None:
        """Take an objection back. What ended stays ended; what was paused can go on when she says so.

        Raises:
            ConflictError: something was chosen in another window at the same moment; do it again.
        """
        objections = self.preferences.objections(session)
        if objections.stands(what):
            self._say(session, objections, what, stands=False)

    def would_touch(self, session: Session, what: str) -> Touched:
        """What would be ended or paused if she objected to this as well.

        Raises:
            MalformedError: there is no such thing to object to.
        """
        objections = self.preferences.objections(session)
        if not objections.stands(what):
            objections = objections.with_one(Objection(what, stands=True, at=self.clock()))
        return self.touched(session, objections)

    def touched(self, session: Session, objections: Objections) -> Touched:
        """Everything that runs and allows something that is objected to."""
        return Touched(
            self._touched_consents(session, objections),
            self.scores.touched(session, objections),
            self.crowds.touched(session, objections),
        )

    def _touched_consents(self, session: Session, objections: Objections) -> tuple[HeldConsent, ...]:
        now = self.clock()
        running = (each for each in self.consents.all(session) if each.state(now).is_active)
        return tuple(each for each in running if meets_policy(each.policy, objections))

    def _say(self, session: Session, before: Objections, what: str, *, stands: bool) -> Objections:
        # Within one second the later word must still be told from the earlier one.
        latest = max((each.at + _NEXT for each in before.said if each.what == what), default=None)
        now = self.clock().replace(microsecond=0)
        at = now if latest is None else max(now, latest)
        return self.preferences.object_to(session, Objection(what, stands, at))
