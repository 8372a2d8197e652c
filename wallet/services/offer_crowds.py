"""A person agrees: her wallet may take part in sums over many people, on her terms."""

import uuid
from dataclasses import dataclass

from consent.crowd_consent import CrowdConsent, sign_crowd_consent
from consent.crowd_offer import CrowdOffer
from consent.crowd_terms import CrowdTerms
from consent.crowd_wording import describe_crowd_terms
from consent.weighed_wording import TermsWords
from crypto.randomness import RandomBytes, random_bytes
from ssi.credential import present
from ssi.dataset import DataSet
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.crowd_memory import CrowdMemory, first_crowd_memory
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.objection import require_open
from wallet.domain.offerable import NotOfferable, require_offerable
from wallet.domain.session import Session
from wallet.domain.use_words import LANGUAGE
from wallet.services.deliver_offers import DeliverOffers
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.ports import Store, Trust

_WORDS = NotOfferable(
    nothing="There are no sums of this kind of record: too few of its numbers are there for everybody.",
    running="This record takes part in sums already. End that offer first, then make a new one.",
)


@dataclass(frozen=True)
class CrowdProposal:
    """What an offer would say: shown before anything is signed."""

    held: HeldCredential
    data_set: DataSet
    terms: CrowdTerms
    words: TermsWords


@dataclass(frozen=True)
class OfferCrowds:
    """Turns choices into a signed consent and an offer. Nothing of the record goes with it."""

    credentials: Store[HeldCredential]
    offers: Store[HeldCrowdOffer]
    memories: Store[CrowdMemory]
    trust: Trust
    deliver: DeliverOffers[HeldCrowdOffer]
    preferences: KeepPreferences
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(
        self, session: Session, credential_id: str, choices: CrowdChoices, *, language: str = LANGUAGE
    ) -> HeldCrowdOffer:
        """Sign and send an offer, in the words of the language that the person read it in.

        When the marketplace cannot be reached, the offer is kept and sent at the next refresh. When it
        refuses, nothing is kept.

        Raises:
            NotInWalletError: the wallet has no such record.
            ChoiceError: the record or a choice cannot be offered; the message says what to change.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: its receipt, or the list of partners, does not hold.
            LogForkedError: the public log contradicts what this wallet saw before.
            ConflictError: the same record is being offered in another window at this moment.
        """
        proposal = self.propose(session, credential_id, choices, language=language)
        self._remember(session, proposal.held)
        return self.deliver.first(session, self._signed(proposal))

    def propose(
        self, session: Session, credential_id: str, choices: CrowdChoices, *, language: str = LANGUAGE
    ) -> CrowdProposal:
        """What the offer would say, in English or German; nothing is signed or sent.

        Raises:
            NotInWalletError, ChoiceError: as calling it.
        """
        held = self.credentials.get(session, credential_id)
        described = self.require_offerable(session, held)
        require_open(choices.purposes, self.preferences.objections(session), described)
        terms = choices.terms(described, now=self.clock())
        return CrowdProposal(held, described, terms, describe_crowd_terms(terms, described, language))

    def require_offerable(self, session: Session, held: HeldCredential) -> DataSet:
        """The data set of a record that can be offered; for one record there is one running offer at a time.

        Raises:
            ChoiceError: the record does not count any more, has no numbers, or is being offered already.
        """
        return require_offerable(
            held, self.credentials.all(session), self.offers.all(session), now=self.clock(), words=_WORDS
        )

    def _remember(self, session: Session, held: HeldCredential) -> None:
        if not any(memory.is_of(held) for memory in self.memories.all(session)):
            self.memories.save(session, first_crowd_memory(held))

    def _signed(self, proposal: CrowdProposal) -> HeldCrowdOffer:
        held, terms = proposal.held, proposal.terms
        consent = CrowdConsent(
            consent_id=f"urn:uuid:{self._new_id()}",
            subject=held.handle,
            controller=self.trust.registry().marketplace.id,
            terms=terms,
            credential_digest=held.digest,
            notice=proposal.words.notice,
        )
        signed = sign_crowd_consent(consent, held.holder_key)
        return HeldCrowdOffer(
            row_id=self._new_id(),
            consent_id=consent.consent_id,
            credential_id=held.row_id,
            terms=terms,
            signed=signed,
            notice=proposal.words.text,
            document=CrowdOffer(signed, present(held.compact, frozenset())).to_json(),
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))
