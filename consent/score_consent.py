"""What did one person consent to about scores of her record, and did she sign it?

A score consent is a JWS of type `score-consent+jwt`, written and read as `consent.weighed_consent` says. It
also names the ciphertext of the record of which scores may be opened.
"""

from dataclasses import dataclass
from typing import ClassVar

from consent.errors import MismatchError
from consent.score_terms import ScoreTerms
from consent.signed import read_digest
from consent.weighed_consent import ConsentKind, WeighedConsent, read_consent, read_shared
from crypto.encoding import Json
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

SCORE_CONSENT_TYP = "score-consent+jwt"


@dataclass(frozen=True, kw_only=True)
class ScoreConsent(WeighedConsent):
    """One consent to scores; `inputs_digest` names key, ciphertext and proof."""

    kind: ClassVar[ConsentKind] = ConsentKind(
        name="score consent",
        typ=SCORE_CONSENT_TYP,
        processing="dpv:Derive",
        measures=("dpv:Encryption",),
        path="/scores",
        own_digests=("inputs_digest",),
    )

    terms: ScoreTerms
    inputs_digest: str

    def to_json(self) -> dict[str, Json]:
        """What is signed: the JSON-LD record, and beside it the members that machines check."""
        return {**super().to_json(), "inputs_digest": self.inputs_digest}


def sign_score_consent(consent: ScoreConsent, key: SigningKey) -> str:
    """Sign a consent with the holder key of its credential.

    Raises:
        UnknownDataSetError: the terms are about a data set that is not known here.
        TermsError: the data set has no scores.
    """
    return sign_jws(consent.to_json(), key, typ=SCORE_CONSENT_TYP)


def verify_score_consent(
    token: str, holder_key: VerifyingKey, *, subject: str, credential_digest: str, inputs_digest: str
) -> ScoreConsent:
    """The consent that the holder of a credential signed about that credential and this ciphertext.

    1. to 3. are those of `consent.weighed_consent.read_consent`. 4. It is about this person's handle,
    credential and ciphertext.

    Raises:
        MalformedError: it is not a score consent, or says something else than what it stands for.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its terms contradict themselves.
        MismatchError: it is about another person, credential or ciphertext.
    """
    consent = read_consent(token, holder_key, ScoreConsent.kind, _read)  # 1 to 3
    named = (consent.subject, consent.credential_digest, consent.inputs_digest)
    if named != (subject, credential_digest, inputs_digest):  # 4
        raise MismatchError("score consent: it is about another person, credential or ciphertext")
    return consent


def _read(fields: Fields) -> ScoreConsent:
    return ScoreConsent(
        **read_shared(fields),
        terms=ScoreTerms.from_fields(fields.section("terms")),
        inputs_digest=read_digest(fields, "inputs_digest"),
    )
