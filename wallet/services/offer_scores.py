"""A person agrees: organisations may ask for scores of her own record, on her terms."""

import uuid
from dataclasses import dataclass

from consent.score_authority import record_bits, spent_bits
from consent.score_terms import ScoreTerms
from consent.score_wording import describe_terms
from consent.weighed_wording import TermsWords
from crypto.randomness import RandomBytes, random_bytes
from ssi.credential import verify_record
from ssi.dataset import DataSet
from ssi.errors import CredentialError
from wallet.domain.acceptance import opened
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.objection import require_open
from wallet.domain.offerable import NotOfferable, require_offerable
from wallet.domain.score_choices import ScoreChoices
from wallet.domain.score_memory import ScoreMemory, first_memory
from wallet.domain.score_offering import AgreedScores, SignedScoreOffer, make_score_offer
from wallet.domain.session import Session
from wallet.domain.use_words import LANGUAGE
from wallet.errors import ChoiceError
from wallet.services.deliver_offers import DeliverOffers
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.ports import Store, Trust
from wallet.services.read_exposure import ReadExposure

_WORDS = NotOfferable(
    nothing="There are no scores of this kind of record: too few of its numbers are there for everybody.",
    running="Scores of this record are offered already. End that offer first, then make a new one.",
)


@dataclass(frozen=True)
class ScoreProposal:
    """What an offer would say: shown before anything is signed. `spent_bits` is what was told before."""

    held: HeldCredential
    data_set: DataSet
    terms: ScoreTerms
    words: TermsWords
    spent_bits: float
    record_bits: float


@dataclass(frozen=True)
class OfferScores:
    """Turns choices into a signed consent, an encrypted record and an offer."""

    credentials: Store[HeldCredential]
    offers: Store[HeldScoreOffer]
    memories: Store[ScoreMemory]
    exposure: ReadExposure
    trust: Trust
    deliver: DeliverOffers[HeldScoreOffer]
    preferences: KeepPreferences
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(
        self, session: Session, credential_id: str, choices: ScoreChoices, *, language: str = LANGUAGE
    ) -> HeldScoreOffer:
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
        return self.deliver.first(session, self._to_keep(proposal, self._signed(proposal)))

    def propose(
        self, session: Session, credential_id: str, choices: ScoreChoices, *, language: str = LANGUAGE
    ) -> ScoreProposal:
        """What the offer would say, in English or German; nothing is signed or sent.

        Raises:
            NotInWalletError, ChoiceError: as calling it.
        """
        held = self.credentials.get(session, credential_id)
        described = self.require_offerable(session, held)
        require_open(choices.purposes, self.preferences.objections(session), described)
        terms = choices.terms(described, now=self.clock())
        told = self.exposure(session, held)
        return ScoreProposal(
            held=held,
            data_set=described,
            terms=terms,
            words=describe_terms(terms, described, language),
            spent_bits=spent_bits(told.scores, described, told_millibits=told.millibits),
            record_bits=record_bits(described),
        )

    def require_offerable(self, session: Session, held: HeldCredential) -> DataSet:
        """The data set of a record that can be offered; for one record there is one running offer at a time.

        Raises:
            ChoiceError: the record does not count any more, has no scores, or is being offered already.
        """
        return require_offerable(
            held, self.credentials.all(session), self.offers.all(session), now=self.clock(), words=_WORDS
        )

    def memory(self, session: Session, held: HeldCredential) -> ScoreMemory:
        """What was told of a record so far; empty, and not yet stored, before its first offer."""
        for memory in self.memories.all(session):
            if memory.is_of(held):
                return memory
        return first_memory(held)

    def _remember(self, session: Session, held: HeldCredential) -> None:
        memory = self.memory(session, held)
        if memory.revision == 0:
            self.memories.save(session, memory)

    def _signed(self, proposal: ScoreProposal) -> SignedScoreOffer:
        registry, now = self.trust.registry(), self.clock()
        try:
            credential = verify_record(proposal.held.compact, registry, now=now)
        except CredentialError as error:
            raise ChoiceError("This record does not pass the checks any more.", "record") from error
        agreed = AgreedScores(
            consent_id=f"urn:uuid:{self._new_id()}",
            terms=proposal.terms,
            controller=registry.marketplace.id,
            notice=proposal.words.notice,
        )
        return make_score_offer(proposal.held, opened(credential), agreed, random=self.random)

    def _to_keep(self, proposal: ScoreProposal, signed: SignedScoreOffer) -> HeldScoreOffer:
        return HeldScoreOffer(
            row_id=self._new_id(),
            consent_id=signed.consent.consent_id,
            credential_id=proposal.held.row_id,
            terms=proposal.terms,
            inputs_digest=signed.consent.inputs_digest,
            signed=signed.offer.consent,
            notice=proposal.words.text,
            master_key=signed.master_key,
            document=signed.offer.to_json(),
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))
