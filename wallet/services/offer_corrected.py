"""An issuer corrected a record: agreements about the old one end, and it is offered instead."""

from dataclasses import dataclass

from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.record import describe
from wallet.domain.session import Session
from wallet.errors import NotInWalletError
from wallet.services.ports import Store
from wallet.services.remind import Remind
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass(frozen=True)
class OfferCorrected:
    """Finds agreements about records that were corrected, and renews them."""

    consents: Store[HeldConsent]
    credentials: Store[HeldCredential]
    withdraw: WithdrawConsent
    remind: Remind
    clock: Clock

    def outdated(self, session: Session) -> tuple[HeldConsent, ...]:
        """Agreements that run about a record of which there is a newer one that can be offered."""
        now, among = self.clock(), self.credentials.all(session)
        by_name = {each.row_id: each for each in among}
        newer = {
            each.row_id: by_name[found.replaced_by]
            for each in among
            if (found := describe(each, among=among, now=now)).replaced_by is not None
        }
        return tuple(
            held
            for held in self.consents.all(session)
            if held.state(now).is_active
            and held.credential_id in newer
            and describe(newer[held.credential_id], among=among, now=now).can_be_offered
        )

    def __call__(self, session: Session, row_id: str) -> OfferDraft:
        """End such an agreement, and begin one with the same choices about the corrected record.

        Nothing is agreed to by this: the person reads the draft, and agrees or does not.

        Raises:
            NotInWalletError: this wallet has no such agreement about a record that was corrected.
            ChoiceError: another agreement about the corrected record runs already.
            ConflictError: it changed in another window at the same moment.
        """
        held = next((each for each in self.outdated(session) if each.row_id == row_id), None)
        if held is None:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        self.withdraw(session, held.consent_id)
        return self.remind.renew(session, row_id)
