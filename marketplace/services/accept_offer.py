"""A person offers: her contribution is checked, kept, and will be handed to her nodes."""

from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import Contribution
from consent.errors import ConsentError
from consent.receipt import ConsentReceipt, sign_consent_receipt
from consent.record import ConsentRecord, verify_consent
from crypto.encoding import Json, canonical_json, digest_of
from crypto.errors import CryptoError
from marketplace.domain.log import Log
from marketplace.domain.offer import Offer, OfferState
from marketplace.errors import ContributionRefusedError, OfferConflictError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import ArrivedOffer, Books, StatusLists
from marketplace.services.status_credentials import first_credential
from ssi.credential import RecordCredential, verify_record


@dataclass(frozen=True)
class _Checked:
    """A contribution whose papers belong together."""

    contribution: Contribution = field(repr=False)
    credential: RecordCredential = field(repr=False)
    record: ConsentRecord = field(repr=False)
    digest: str
    at: datetime


@dataclass(frozen=True)
class AcceptOffer:
    """Takes a contribution in. The same one again gets the same answer.

    The marketplace checks what it can see, so that a mistake is told at once; the nodes check all of it
    again, and what only they can see.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(self, document: object) -> dict[str, Json]:
        """The signed receipt, and the proof that the offer stands in the log.

        1. The document has its form. 2. The credential is by a trusted issuer, unaltered, in its time, and
        shows no private attribute. 3. The consent is signed by the holder of that credential, about it and
        about exactly these inputs, and names this marketplace. 4. Its policy is about the credential's data
        set and names three known nodes, to which the bundles are sealed. 5. It is in force. 6. The issuer did
        not take the credential back.

        Raises:
            MalformedError: step 1 fails.
            CredentialError: step 2, 4 (`UnknownNodeError`) or 6 fails.
            ContributionRefusedError: step 3, 4 or 5 fails.
            OfferConflictError: another contribution came for this consent, or it was withdrawn.
            PeerError: the issuer's status list cannot be had now.
        """
        contribution = Contribution.from_json(document)  # 1
        now = self.desk.now()
        credential = self._credential(contribution, now)  # 2
        record = self._record(contribution, credential)  # 3
        checked = _Checked(contribution, credential, record, digest_of(contribution.to_json()), now)
        with self.desk.store.reading() as books:
            answer = _answered(books, checked)
        if answer is not None:
            return answer
        self._check_policy(checked)  # 4, 5
        self.status_lists.check(credential, now=now)  # 6
        with self.desk.store.writing() as books:
            return _answered(books, checked) or self._keep(books, checked)

    def _credential(self, contribution: Contribution, now: datetime) -> RecordCredential:
        credential = verify_record(contribution.presentation, self.desk.registry(), now=now)
        public = {attribute.name for attribute in credential.data_set.public_attributes}
        if credential.blinding is not None or not set(credential.claims) <= public:
            raise ContributionRefusedError("the presentation shows more than the public attributes")
        return credential

    def _record(self, contribution: Contribution, credential: RecordCredential) -> ConsentRecord:
        try:
            record = verify_consent(
                contribution.consent,
                credential.holder_key,
                subject=credential.handle,
                credential_digest=credential.digest,
                inputs_digest=contribution.inputs_digest,
            )
        except (ConsentError, CryptoError) as error:
            raise ContributionRefusedError(str(error)) from error
        if record.controller != self.desk.marketplace_id:
            raise ContributionRefusedError("the consent was given to another marketplace")
        return record

    def _check_policy(self, checked: _Checked) -> None:
        policy, data_set = checked.record.policy, checked.credential.data_set
        if policy.data_set != data_set.ref:
            raise ContributionRefusedError(
                f"the consent is about {policy.data_set}, the credential about {data_set.ref}"
            )
        unknown = policy.attributes - {attribute.name for attribute in data_set.attributes}
        if unknown:
            raise ContributionRefusedError(f"{data_set.ref} has no attribute {sorted(unknown)[0]!r}")
        registry = self.desk.registry()
        for node_id in policy.node_ids:
            registry.node(node_id, now=checked.at)
        if set(checked.contribution.bundles) != set(policy.node_ids):
            raise ContributionRefusedError("the bundles are sealed to other nodes than the consent names")
        if not policy.covers(checked.at):
            raise ContributionRefusedError("the consent is not in force now")

    def _keep(self, books: Books, checked: _Checked) -> dict[str, Json]:
        record = checked.record
        body: dict[str, Json] = {
            "consent_id": record.consent_id,
            "consent_digest": record.digest,
            "inputs_digest": record.inputs_digest,
            "data_set": record.policy.data_set,
        }
        (index,) = append(self.desk, books, "offer", [body], checked.at)
        answer: dict[str, Json] = {
            "consent_id": record.consent_id,
            "receipt": sign_consent_receipt(ConsentReceipt(record, checked.at), self.desk.key),
            "status_receipts": first_credential(record, self.desk.key, at=checked.at),
            "log": shown(self.desk, Log(books.log), index),
        }
        books.offers.add(
            ArrivedOffer(
                offer=_offer(checked, index),
                contribution=canonical_json(checked.contribution.to_json()).decode(),
                request_digest=checked.digest,
                answer=answer,
            )
        )
        return answer


def _answered(books: Books, checked: _Checked) -> dict[str, Json] | None:
    """The answer that the same contribution got before, if it came before."""
    consent_id = checked.record.consent_id
    arrival, offer = books.offers.arrival(consent_id), books.offers.get(consent_id)
    if arrival is None or offer is None:
        return None
    digest, answer = arrival
    if digest != checked.digest:
        raise OfferConflictError(f"another contribution came for consent {consent_id}")
    if offer.state is OfferState.WITHDRAWN:
        raise OfferConflictError(f"consent {consent_id} was withdrawn; give a new one")
    return dict(answer)


def _offer(checked: _Checked, log_index: int) -> Offer:
    credential, record = checked.credential, checked.record
    return Offer(
        consent_id=record.consent_id,
        person=credential.handle,
        holder_key=credential.holder_key,
        policy=record.policy,
        public={name: str(value) for name, value in credential.claims.items()},
        inputs_digest=record.inputs_digest,
        state=OfferState.WAITING,
        received_at=checked.at,
        log_index=log_index,
    )
