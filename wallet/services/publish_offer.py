"""A person agrees: her record may be part of computations, on her terms."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from consent.policy import Policy
from consent.wording import PolicyWords, describe_policy
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from ssi.credential import verify_record
from ssi.dataset import DataSet, data_set
from ssi.errors import CredentialError
from ssi.trust_entries import NodeEntry
from wallet.domain.acceptance import opened
from wallet.domain.choices import PolicyChoices
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.join_keys import join_keys, joins_of
from wallet.domain.objection import narrowed
from wallet.domain.offering import SignedOffer, Terms, make_offer
from wallet.domain.record import describe
from wallet.domain.session import Session
from wallet.errors import ChoiceError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.ports import Store, Trust

LANGUAGE = "en"


@dataclass(frozen=True)
class Proposal:
    """What an offer would say: shown before anything is signed."""

    held: HeldCredential
    data_set: DataSet
    policy: Policy
    nodes: tuple[NodeEntry, ...]
    words: PolicyWords
    join_keys: Mapping[str, SigningKey] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PublishOffer:
    """Turns choices into a signed consent, sealed shares and an offer."""

    credentials: Store[HeldCredential]
    consents: Store[HeldConsent]
    trust: Trust
    deliver: DeliverConsent
    preferences: KeepPreferences
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(
        self, session: Session, credential_id: str, choices: PolicyChoices, *, language: str = LANGUAGE
    ) -> HeldConsent:
        """Sign and send an offer, in the words of the language that the person read it in.

        When the marketplace cannot be reached, the consent is kept and sent at the next refresh: its state is
        then SENDING. When the marketplace refuses, nothing is kept.

        Raises:
            NotInWalletError: the wallet has no such record.
            ChoiceError: the record or a choice cannot be offered; the message says what to change.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: its receipt, or the list of partners, does not hold. An offer that may have
                arrived stays in the wallet, so that it can be ended.
            LogForkedError: the public log contradicts what this wallet saw before.
        """
        proposal = self.propose(session, credential_id, choices, language=language)
        signed = self._signed(proposal)
        held = self.consents.save(session, self._to_keep(proposal, signed))
        try:
            return self.deliver(session, held)
        except PartnerUnreachableError:
            return held
        except PartnerRefusedError:
            self.consents.remove(session, held.row_id)
            raise

    def propose(
        self, session: Session, credential_id: str, choices: PolicyChoices, *, language: str = LANGUAGE
    ) -> Proposal:
        """What the offer would say, in English or German, with what she objects to forbidden.

        Nothing is signed or sent.

        Raises:
            NotInWalletError, ChoiceError, PartnerRefusedError, PartnerUnreachableError: as calling it.
        """
        held = self.credentials.get(session, credential_id)
        self.require_offerable(session, held)
        registry = self.trust.registry()
        described = data_set(held.data_set)
        choices = narrowed(choices, self.preferences.objections(session), described)
        now = self.clock()
        known = [node.id for node in sorted(registry.nodes, key=lambda node: node.id) if node.holds_at(now)]
        keys = join_keys(
            session, marketplace=registry.marketplace.id, data_set=described.ref, others=choices.joins
        )
        policy = choices.policy(described, known_nodes=known, now=now, joins=joins_of(keys))
        nodes = tuple(registry.node(node_id, now=now) for node_id in policy.node_ids)
        partners = [node.operator for node in nodes]
        words = describe_policy(policy, described, language, partners=partners)
        return Proposal(held, described, policy, nodes, words, keys)

    def require_offerable(self, session: Session, held: HeldCredential) -> None:
        """Return only if a record can be offered.

        A person is counted once, and her privacy budget is spent once: for one record there is one running
        agreement at a time.

        Raises:
            ChoiceError: the record does not count any more, or is being offered already.
        """
        now, among = self.clock(), self.credentials.all(session)
        if not describe(held, among=among, now=now).can_be_offered:
            raise ChoiceError("This record cannot be offered any more: it is not valid now.", "record")
        same = {each.row_id for each in among if (each.handle, each.data_set) == (held.handle, held.data_set)}
        for consent in self.consents.all(session):
            if consent.credential_id in same and consent.state(now).is_active:
                raise ChoiceError(
                    "You already share this record. End that agreement first, then make a new one.", "record"
                )

    def _signed(self, proposal: Proposal) -> SignedOffer:
        registry, now = self.trust.registry(), self.clock()
        try:
            credential = verify_record(proposal.held.compact, registry, now=now)
        except CredentialError as error:
            raise ChoiceError("This record does not pass the checks any more.", "record") from error
        terms = Terms(
            consent_id=f"urn:uuid:{self._new_id()}",
            policy=proposal.policy,
            controller=registry.marketplace.id,
            notice=proposal.words.notice,
            aggregation_key=registry.aggregation_key,
            join_keys=proposal.join_keys,
        )
        return make_offer(proposal.held, opened(credential), terms, nodes=proposal.nodes, random=self.random)

    def _to_keep(self, proposal: Proposal, signed: SignedOffer) -> HeldConsent:
        return HeldConsent(
            row_id=self._new_id(),
            consent_id=signed.record.consent_id,
            credential_id=proposal.held.row_id,
            policy=proposal.policy,
            signed=signed.contribution.consent,
            notice=proposal.words.text,
            contribution=signed.contribution.to_json(),
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))
