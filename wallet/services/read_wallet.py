"""A person looks into her wallet: records, consents, uses, earnings, and all of it at a glance."""

from dataclasses import dataclass

from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.earnings import Earnings, earnings_of
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.log_memory import LogMemory
from wallet.domain.record import Record, describe, describe_all
from wallet.domain.session import Session
from wallet.domain.shown_credential import ShownCredential
from wallet.domain.use import UseEntry
from wallet.errors import NotInWalletError
from wallet.services.ports import Store
from wallet.services.read_crowds import ReadCrowds
from wallet.services.read_scores import ReadScores
from wallet.services.watch_log import WatchLog


@dataclass(frozen=True)
class Overview:
    """The whole wallet as of its last refresh."""

    records: tuple[Record, ...]
    consents: tuple[HeldConsent, ...]
    score_offers: tuple[HeldScoreOffer, ...]
    crowd_offers: tuple[HeldCrowdOffer, ...]
    uses: tuple[UseEntry, ...]
    earnings: Earnings
    log: LogMemory
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True)
class ReadWallet:
    """Reads without changing or asking anybody."""

    credentials: Store[HeldCredential]
    kept_consents: Store[HeldConsent]
    shown: Store[ShownCredential]
    arrivals: Store[Arrival]
    scores: ReadScores
    crowds: ReadCrowds
    log: WatchLog
    clock: Clock

    def records(self, session: Session) -> tuple[Record, ...]:
        """All records: those that count first, and the newest of each sort first."""
        return describe_all(self.credentials.all(session), now=self.clock())

    def record(self, session: Session, credential_id: str) -> Record:
        """One record.

        Raises:
            NotInWalletError: this wallet has no such record.
        """
        held = self.credentials.get(session, credential_id)
        return describe(held, among=self.credentials.all(session), now=self.clock())

    def only_shown(self, session: Session) -> tuple[ShownCredential, ...]:
        """All credentials that can be shown and not computed with, newest first."""
        return tuple(sorted(self.shown.all(session), key=lambda each: each.received_at, reverse=True))

    def shown_one(self, session: Session, row_id: str) -> ShownCredential:
        """One of them.

        Raises:
            NotInWalletError: this wallet has no such credential.
        """
        return self.shown.get(session, row_id)

    def arriving(self, session: Session) -> tuple[Arrival, ...]:
        """What is on its way: asked for and being made, or come and to be looked at."""
        return tuple(each for each in self.arrivals.all(session) if each.grant or each.delivered)

    def consents(self, session: Session) -> tuple[HeldConsent, ...]:
        """All consents, newest first."""
        kept = self.kept_consents.all(session)
        return tuple(sorted(kept, key=lambda each: (each.policy.given_at, each.consent_id), reverse=True))

    def consent(self, session: Session, row_id: str) -> HeldConsent:
        """One consent by its name in this wallet.

        Raises:
            NotInWalletError: this wallet has no such consent.
        """
        return self.kept_consents.get(session, row_id)

    def consent_of(self, session: Session, consent_id: str) -> HeldConsent:
        """One consent by its public id.

        Raises:
            NotInWalletError: this wallet has no such consent.
        """
        for held in self.kept_consents.all(session):
            if held.consent_id == consent_id:
                return held
        raise NotInWalletError("It was removed, or it was never in this wallet.")

    def history(self, session: Session) -> tuple[UseEntry, ...]:
        """Every use, newest first, as of the last refresh."""
        uses = [use for held in self.kept_consents.all(session) for use in held.uses]
        uses += self.scores.uses(session)
        uses += self.crowds.uses(session)
        return tuple(sorted(uses, key=lambda use: (use.at, use.job_id), reverse=True))

    def earnings(self, session: Session) -> Earnings:
        """Every paid use, as of the last refresh."""
        return earnings_of(self.history(session))

    def overview(self, session: Session) -> Overview:
        """Everything at a glance."""
        uses = self.history(session)
        return Overview(
            records=self.records(session),
            consents=self.consents(session),
            score_offers=self.scores.offers(session),
            crowd_offers=self.crowds.offers(session),
            uses=uses,
            earnings=earnings_of(uses),
            log=self.log.memory(session),
            arrivals=self.arriving(session),
        )
