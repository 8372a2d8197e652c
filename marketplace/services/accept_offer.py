"""A person offers: her contribution is checked, kept, and will be handed to her nodes."""

from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import Contribution
from consent.errors import ConsentError
from consent.record import ConsentRecord, verify_consent
from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.errors import CryptoError
from marketplace.errors import ContributionRefusedError
from marketplace.services.desk import Desk
from marketplace.services.keep_offers import CheckedContribution, KeepOffers
from marketplace.services.ports import StatusLists
from ssi.credential import RecordCredential, verify_record
from ssi.errors import CredentialError
from ssi.http.errors import PeerError


@dataclass(frozen=True)
class AcceptOffer:
    """Takes a contribution in. The same one again gets the same answer.

    The marketplace checks what it can see, so that a mistake is told at once; the nodes check all of it
    again, and what only they can see.
    """

    desk: Desk
    status_lists: StatusLists
    keep: KeepOffers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keep", KeepOffers(self.desk))

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
        checked = self.papers(document)  # 1, 2, 3
        try:
            self._check_policy(checked)  # 4, 5
            self.status_lists.check(checked.credential, now=checked.at)  # 6
        except (ContributionRefusedError, CredentialError, PeerError):
            # What was taken is answered as it was then, also when it would not be taken any more.
            answer = self.keep.answered(checked)
            if answer is None:
                raise
            return answer
        return self.keep(checked)

    def papers(self, document: object) -> CheckedContribution:
        """A contribution whose papers belong together: steps 1 to 3 alone, with the same errors."""
        contribution = Contribution.from_json(document)  # 1
        now = self.desk.now()
        credential = self._credential(contribution, now)  # 2
        record = self._record(contribution, credential)  # 3
        raw = canonical_json(contribution.to_json())
        return CheckedContribution(
            contribution, credential, record, raw.decode(), b64url_encode(sha256(raw)), now
        )

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

    def _check_policy(self, checked: CheckedContribution) -> None:
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
