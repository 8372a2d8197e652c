"""A person looks at the sums that her wallet takes part in."""

from dataclasses import dataclass

from wallet.domain.clock import Clock
from wallet.domain.crowd_part import PartState
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.services.ports import Store

_TOLD = frozenset({PartState.MASKED, PartState.REVEALED, PartState.PAID})


@dataclass(frozen=True)
class ReadCrowds:
    """Reads without changing or asking anybody."""

    kept: Store[HeldCrowdOffer]
    clock: Clock

    def offers(self, session: Session) -> tuple[HeldCrowdOffer, ...]:
        """All offers, newest first."""
        return tuple(
            sorted(
                self.kept.all(session), key=lambda each: (each.terms.given_at, each.consent_id), reverse=True
            )
        )

    def offer(self, session: Session, row_id: str) -> HeldCrowdOffer:
        """One offer by its name in this wallet.

        Raises:
            NotInWalletError: this wallet has no such offer.
        """
        return self.kept.get(session, row_id)

    def uses(self, session: Session) -> tuple[UseEntry, ...]:
        """Every sum that this wallet gave its numbers to, as a line of "who used my data"."""
        return tuple(
            part.use() for held in self.kept.all(session) for part in held.parts if part.state in _TOLD
        )
