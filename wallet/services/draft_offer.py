"""A person puts an offer together, step by step; what she chose survives a reload and a locked wallet."""

import uuid
from dataclasses import dataclass, replace

from crypto.randomness import RandomBytes, random_bytes
from ssi.dataset import data_set
from wallet.domain.choices import PolicyChoices, most_private
from wallet.domain.credential import HeldCredential
from wallet.domain.hospital_consent import Objections
from wallet.domain.offer_draft import STEPS, OfferDraft
from wallet.domain.session import Session
from wallet.services.ports import Store
from wallet.services.publish_offer import PublishOffer

MOST_DRAFTS = 10


@dataclass(frozen=True)
class DraftOffer:
    """Keeps what a person has chosen so far."""

    drafts: Store[OfferDraft]
    credentials: Store[HeldCredential]
    publish: PublishOffer
    random: RandomBytes = random_bytes

    def begin(self, session: Session, credential_id: str) -> OfferDraft:
        """Begin an offer with the most private choices, or go on with the one begun for this record.

        Raises:
            NotInWalletError: this wallet has no such record.
            ChoiceError: the record cannot be offered, or is already.
        """
        held = self.credentials.get(session, credential_id)
        self.publish.require_offerable(session, held)
        begun = self.drafts.all(session)
        for draft in begun:
            if draft.credential_id == credential_id:
                return draft
        for draft in begun[MOST_DRAFTS - 1 :]:
            self.drafts.remove(session, draft.row_id)
        row_id = str(uuid.UUID(bytes=self.random(16), version=4))
        return self.drafts.save(
            session, OfferDraft(row_id, credential_id, most_private(data_set(held.data_set)))
        )

    def get(self, session: Session, row_id: str) -> OfferDraft:
        """A draft by its name.

        Raises:
            NotInWalletError: this wallet has no such draft.
        """
        return self.drafts.get(session, row_id)

    def confirm(self, session: Session, draft: OfferDraft, step: str, choices: PolicyChoices) -> OfferDraft:
        """Keep what was chosen on a step.

        Raises:
            ConflictError: the same draft was changed in another window at the same moment.
        """
        return self.drafts.save(session, draft.confirmed(step, choices))

    def narrow(self, session: Session, row_id: str, objections: Objections) -> OfferDraft:
        """Take out of a draft what somebody forbids elsewhere; who may ask, and why, is to be confirmed anew.

        Raises:
            NotInWalletError: this wallet has no such draft.
            ChoiceError: everything is forbidden.
        """
        draft = self.drafts.get(session, row_id)
        narrowed = replace(
            draft, choices=objections.narrow(draft.choices), done=min(draft.done, STEPS.index("who"))
        )
        return self.drafts.save(session, narrowed)

    def cancel(self, session: Session, row_id: str) -> None:
        """Forget a draft; nothing was sent."""
        self.drafts.remove(session, row_id)
