"""What did one person consent to about sums over many wallets, and did she sign it?

A crowd consent is a JWS of type `crowd-consent+jwt`, written and read as `consent.weighed_consent` says.
Unlike other consents it names no inputs: nothing of the record leaves the wallet before a sum.
"""

from dataclasses import dataclass
from typing import ClassVar

from consent.crowd_terms import CrowdTerms
from consent.errors import MismatchError
from consent.weighed_consent import ConsentKind, WeighedConsent, read_consent, read_shared
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

CROWD_CONSENT_TYP = "crowd-consent+jwt"


@dataclass(frozen=True, kw_only=True)
class CrowdConsent(WeighedConsent):
    """One consent to crowd sums."""

    kind: ClassVar[ConsentKind] = ConsentKind(
        name="crowd consent",
        typ=CROWD_CONSENT_TYP,
        processing="dpv:Aggregate",
        measures=("dpv:Encryption", "dpv:DifferentialPrivacy"),
        path="/crowds",
    )

    terms: CrowdTerms


def sign_crowd_consent(consent: CrowdConsent, key: SigningKey) -> str:
    """Sign a consent with the holder key of its credential.

    Raises:
        UnknownDataSetError: the terms are about a data set that is not known here.
        TermsError: the data set has no numbers to be weighed.
    """
    return sign_jws(consent.to_json(), key, typ=CROWD_CONSENT_TYP)


def verify_crowd_consent(
    token: str, holder_key: VerifyingKey, *, subject: str, credential_digest: str
) -> CrowdConsent:
    """The consent that the holder of a credential signed about that credential.

    1. to 3. are those of `consent.weighed_consent.read_consent`. 4. It is about this person's handle and
    credential.

    Raises:
        MalformedError: it is not a crowd consent, or says something else than what it stands for.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its terms contradict themselves.
        MismatchError: it is about another person or credential.
    """
    consent = read_consent(token, holder_key, CrowdConsent.kind, _read)  # 1 to 3
    if (consent.subject, consent.credential_digest) != (subject, credential_digest):  # 4
        raise MismatchError("crowd consent: it is about another person or credential")
    return consent


def _read(fields: Fields) -> CrowdConsent:
    return CrowdConsent(**read_shared(fields), terms=CrowdTerms.from_fields(fields.section("terms")))
