"""A person is reminded of agreements, and answers; an agreement that ended is offered again as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ssi.dataset import data_set
from wallet.domain.clock import Clock
from wallet.domain.held_consent import HeldConsent
from wallet.domain.offer_draft import STEPS, OfferDraft
from wallet.domain.record import newest_version
from wallet.domain.reminder import LATER, Life, Reason, reason_to_remind
from wallet.domain.renewal import choices_of, makes_the_same
from wallet.domain.session import Session
from wallet.services.draft_offer import DraftOffer
from wallet.services.ports import Store


@dataclass(frozen=True)
class Remind:
    """Looks at what is going, and keeps what the person answered. Nothing is sent to anybody."""

    consents: Store[HeldConsent]
    draft_offer: DraftOffer
    clock: Clock

    def due(self, session: Session) -> Mapping[str, Reason]:
        """Why to remind of which agreement, by its name in this wallet."""
        now = self.clock()
        found = {
            held.row_id: reason_to_remind(_life(held), held.put_off, now)
            for held in self.consents.all(session)
            if held.state(now).is_active and not held.is_paused
        }
        return {row_id: reason for row_id, reason in found.items() if reason is not None}

    def answer(self, session: Session, row_id: str, reason: Reason, *, for_good: bool) -> None:
        """Put a reminder off, for good or for a while.

        Raises:
            NotInWalletError: this wallet has no such agreement.
            ConflictError: it changed in another window at the same moment.
        """
        held = self.consents.get(session, row_id)
        until = None if for_good else self.clock().replace(microsecond=0) + LATER
        self.consents.save(session, replace(held, put_off=held.put_off.answered(reason, until)))

    def renew(self, session: Session, row_id: str) -> OfferDraft:
        """Begin an offer of the record that counts now, with the choices of an agreement that ended.

        Where the choices make the same agreement it is open at its last step, for the person to read and
        agree; where they do not, at its first. A draft that was begun for the record is replaced.

        Raises:
            NotInWalletError: this wallet has no such agreement, or its record is gone.
            ChoiceError: the record cannot be offered now, or still is.
        """
        held = self.consents.get(session, row_id)
        described = data_set(held.policy.data_set)
        choices = choices_of(held.policy, described)
        done = len(STEPS) - 1 if makes_the_same(choices, held.policy, described) else 0
        credentials = self.draft_offer.credentials
        newest = newest_version(credentials.get(session, held.credential_id), credentials.all(session))
        draft = self.draft_offer.begin(session, newest.row_id)
        return self.draft_offer.drafts.save(session, replace(draft, choices=choices, done=done))


def _life(held: HeldConsent) -> Life:
    used = max((use.at for use in held.uses), default=None)
    return Life(held.policy.given_at, held.policy.valid_until, used)
