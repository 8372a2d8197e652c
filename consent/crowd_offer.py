"""What does a wallet hand in so that it can be asked to take part in crowd sums?

A crowd offer is a signed consent, and a presentation of the credential that shows no attribute at all.
Nothing of the record is in it, encrypted or otherwise: the wallet computes when there is something to
compute.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import MAX_TOKEN
from consent.crowd_consent import CrowdConsent, verify_crowd_consent
from consent.errors import ExpiredDocumentError, MismatchError
from crypto.encoding import Json, digest_of
from crypto.reading import Fields
from ssi.credential import RecordCredential, verify_record
from ssi.trust import TrustRegistry


@dataclass(frozen=True)
class CrowdOffer:
    """What a wallet hands in. The parts are unverified: their form is right, no more."""

    consent: str = field(repr=False)
    presentation: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What tells the same offer from another."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The document that the wallet sends."""
        return {"consent": self.consent, "presentation": self.presentation}

    @classmethod
    def from_json(cls, document: object, where: str = "crowd offer") -> "CrowdOffer":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        offer = cls(*(fields.text(name, max_length=MAX_TOKEN) for name in ("consent", "presentation")))
        fields.done()
        return offer


@dataclass(frozen=True)
class VerifiedCrowdOffer:
    """An offer whose every claim was checked; made by `verify_crowd_offer` only."""

    consent: CrowdConsent
    credential: RecordCredential = field(repr=False)


def verify_crowd_offer(
    offer: CrowdOffer, registry: TrustRegistry, *, marketplace: str, now: datetime
) -> VerifiedCrowdOffer:
    """The offer, after these checks, in this order; the code carries the numbers.

    1. The credential is by a trusted issuer, unaltered, in its time, and shows no attribute. 2. The consent
    is signed by the holder of that credential, about it, for this marketplace. 3. Its terms are about the
    credential's data set, and in force.

    Whether the issuer took the credential back is asked separately.

    Raises:
        CredentialError, MalformedError: step 1 fails, or a part does not have its form.
        SignatureError, TermsError, MismatchError: step 2 or 3 fails.
        ExpiredDocumentError: the consent is not in force.
    """
    credential = verify_silent(offer.presentation, registry, now=now)  # 1
    consent = verify_crowd_consent(  # 2
        offer.consent,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
    )
    if consent.controller != marketplace:
        raise MismatchError("crowd offer: the consent was given to another marketplace")
    if consent.terms.data_set != credential.data_set.ref:  # 3
        raise MismatchError("crowd offer: the consent is about another data set than the credential")
    if not consent.terms.covers(now):
        raise ExpiredDocumentError("crowd offer: the consent is not in force at this moment")
    return VerifiedCrowdOffer(consent, credential)


def verify_silent(presentation: str, registry: TrustRegistry, *, now: datetime) -> RecordCredential:
    """A credential that holds and shows no attribute.

    Raises:
        CredentialError: it does not hold.
        MismatchError: it shows an attribute, or the blinding of its commitment.
    """
    credential = verify_record(presentation, registry, now=now)
    if credential.claims or credential.blinding is not None:
        raise MismatchError("crowd offer: the presentation shows attributes")
    return credential
