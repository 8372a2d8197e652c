"""Somebody with a real record who makes offers by hand, with the wallet's own functions and dishonestly."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from consent.contribution import Contribution, bundle_context
from consent.policy import Policy
from consent.record import ConsentRecord, sign_consent, sign_withdrawal
from consent.wording import describe_policy
from crypto.encoding import b64url_encode, sha256
from crypto.randomness import random_bytes
from crypto.sealing import seal
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey
from examples.people import DEMONSTRATION_PASSWORD, Person, invite
from examples.records import Record
from ssi.credential import verify_record
from ssi.issuance import IssuerKey, Subject, Terms, issue_credential
from ssi.issuer_service.folder import open_folder
from ssi.jws import parse_jws
from ssi.record import Record as OpenedRecord
from tests.journeys.crowds import EXAM, STUDENTS
from tests.journeys.neighbourhood import Neighbourhood
from wallet.domain.acceptance import opened
from wallet.domain.credential import HeldCredential
from wallet.domain.offering import SignedOffer, make_offer
from wallet.domain.offering import Terms as OfferTerms
from wallet.services.publish_offer import Proposal

ISSUER = "university"


@dataclass(frozen=True)
class Applicant:
    """A person with a wallet and a verified credential, who has offered nothing yet."""

    neighbourhood: Neighbourhood
    proposal: Proposal = field(repr=False)
    record: OpenedRecord = field(repr=False)

    @classmethod
    def arrive(cls, neighbourhood: Neighbourhood, record: Record) -> "Applicant":
        """Open a wallet and fetch a record, the way of everybody."""
        wallets = neighbourhood.wallets
        (invitation,) = invite(neighbourhood.town, ISSUER, EXAM, [record], STUDENTS)
        session = wallets.create_wallet(invitation.login, DEMONSTRATION_PASSWORD)
        received = wallets.receive_credential(session, invitation.offer_uri)
        proposal = wallets.publish_offer.propose(session, received.credential_id, STUDENTS)
        verified = verify_record(proposal.held.compact, neighbourhood.registry, now=datetime.now(UTC))
        return cls(neighbourhood, proposal, opened(verified))

    @classmethod
    def of(cls, neighbourhood: Neighbourhood, person: Person) -> "Applicant":
        """Somebody who has offered her record before, on the terms that she chose then."""
        wallets, held = neighbourhood.wallets, neighbourhood.credential(person)
        (consent,) = wallets.consents(neighbourhood.session(person))
        now = datetime.now(UTC)
        registry = neighbourhood.registry
        opened_record = opened(verify_record(held.compact, registry, now=now))
        described = opened_record.data_set
        nodes = tuple(registry.node(node_id, now=now) for node_id in consent.policy.node_ids)
        words = describe_policy(consent.policy, described, "en")
        return cls(neighbourhood, Proposal(held, described, consent.policy, nodes, words), opened_record)

    @property
    def held(self) -> HeldCredential:
        """Her credential with all its disclosures."""
        return self.proposal.held

    def offer(
        self,
        *,
        policy: Policy | None = None,
        held: HeldCredential | None = None,
        record: OpenedRecord | None = None,
        consent_id: str | None = None,
    ) -> SignedOffer:
        """An offer as the wallet makes it, of another record or on other terms where they are given."""
        policy = policy or self.proposal.policy
        known = {node.id: node for node in self.proposal.nodes}
        # Somebody whom the registry does not know gets a known node's key: there is no other to seal to.
        nodes = [
            replace(known.get(node_id, self.proposal.nodes[0]), id=node_id) for node_id in policy.node_ids
        ]
        terms = OfferTerms(
            consent_id or f"urn:uuid:{uuid.uuid4()}",
            policy,
            self.neighbourhood.registry.marketplace.id,
            self.proposal.words.notice,
        )
        return make_offer(held or self.held, record or self.record, terms, nodes=nodes, random=random_bytes)

    def reissued(self, issuer: IssuerKey, *, valid_for: timedelta = timedelta(days=30)) -> HeldCredential:
        """Her record again, signed by somebody else or for another time; the commitment stays the same."""
        now = datetime.now(UTC).replace(microsecond=0)
        compact = issue_credential(
            self.record,
            Subject(self.held.handle, self.held.holder_key.public),
            issuer=issuer,
            terms=Terms(self.held.status, now - timedelta(days=400), now + valid_for),
        )
        issuer_signed = compact.partition("~")[0]
        digest = b64url_encode(sha256(issuer_signed.rpartition(".")[0].encode()))
        return replace(self.held, compact=compact, digest=digest, issuer_id=issuer.issuer_id)

    @property
    def university(self) -> IssuerKey:
        """The key that her issuer really signs with."""
        return open_folder(self.neighbourhood.town.home(ISSUER)).issuer

    def with_shares(self, committed: Sequence[Component], sealed: Sequence[Component]) -> Contribution:
        """An offer that commits to some shares and seals others."""
        made = self.offer()
        commitments = tuple(
            each.commitment(self.record.data_set.commitment_domain).to_bytes() for each in committed
        )
        bundles = {
            node.id: seal(
                encode_bundle(role, sealed),
                node.sealing_key,
                context=bundle_context(made.record.consent_id, node_id=node.id, role=role, data_set=EXAM),
            )
            for role, node in enumerate(self.proposal.nodes)
        }
        return self.signed_again(replace(made.contribution, commitments=commitments, bundles=bundles))

    def withdrawal(self, offer: SignedOffer) -> str:
        """Her signed word that an offer has ended."""
        return sign_withdrawal(offer.record.consent_id, offer.record.policy.given_at, self.held.holder_key)

    def signed_again(self, contribution: Contribution, *, key: SigningKey | None = None) -> Contribution:
        """A changed contribution, with a consent that names the changed inputs."""
        changed = replace(record_of(contribution), inputs_digest=contribution.inputs_digest)
        return replace(contribution, consent=sign_consent(changed, key or self.held.holder_key))

    def components(self) -> tuple[Component, Component, Component]:
        """Her record, cut."""
        return split(self.record.encoded, self.record.data_set.bits, self.record.blinding, random_bytes)


def altered(record: OpenedRecord, **values: float | str) -> OpenedRecord:
    """A record with better values, and with the blinding of the true one."""
    values_now = {**record.values, **values}
    return replace(record, values=values_now, encoded=record.data_set.encode(values_now))


def record_of(contribution: Contribution) -> ConsentRecord:
    """The consent in a contribution."""
    return ConsentRecord.from_json(parse_jws(contribution.consent, "consent").payload)
