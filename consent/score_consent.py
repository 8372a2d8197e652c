"""What did one person consent to about scores of her record, and did she sign it?

A score consent is signed by the holder key of the credential it is about, as a JWS of type
`score-consent+jwt`: a JSON-LD record in the profile of `consent.record_document`, and beside it the terms
that machines check. Reading is by writing again, as for `consent.record`: what says more, less or otherwise
than what is enforced is no score consent. A withdrawal is that of `consent.record`, signed by the same key.
"""

from dataclasses import dataclass

from consent.errors import MismatchError, TermsError
from consent.record_document import CONTEXT, NOTICE_PREFIX, RECORD_PROFILE, Notice
from consent.score_function import scored_attributes
from consent.score_terms import ScoreTerms
from consent.signed import MAX_ID, is_consent_id, read_consent_id, read_digest, read_signed
from consent.vocabulary import ConsentStatus
from crypto.encoding import Json, canonical_json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.attribute import Sensitivity
from ssi.dataset import data_set
from ssi.errors import DataSetError
from ssi.jws import sign_jws

SCORE_CONSENT_TYP = "score-consent+jwt"
MAX_LANGUAGE = 20


@dataclass(frozen=True)
class ScoreConsent:
    """One consent to scores: whose, on which terms, about which ciphertext, after which notice.

    `subject` is the pairwise handle in the credential, `controller` the marketplace that answers to the
    person, `credential_digest` names the credential and `inputs_digest` key, ciphertext and proof.
    """

    consent_id: str
    subject: str
    controller: str
    terms: ScoreTerms
    credential_digest: str
    inputs_digest: str
    notice: Notice

    def __post_init__(self) -> None:
        """Refuse an id that is none.

        Raises:
            TermsError: the consent id is not of its form.
        """
        if not is_consent_id(self.consent_id):
            raise TermsError("expected a consent id of the form urn:uuid:…")

    @property
    def digest(self) -> str:
        """The digest by which receipts and log entries name it."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """What is signed: the JSON-LD record, and beside it the members that machines check."""
        return {
            "record": _document(self),
            "consent_id": self.consent_id,
            "subject": self.subject,
            "controller": self.controller,
            "terms": self.terms.to_json(),
            "credential_digest": self.credential_digest,
            "inputs_digest": self.inputs_digest,
            "notice_digest": self.notice.digest,
            "language": self.notice.language,
        }


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

    1. The holder key signed it, as a score consent. 2. It is well-formed and consistent. 3. It says nothing
    else than what it stands for. 4. It is about this person's handle, credential and ciphertext.

    Raises:
        MalformedError: it is not a score consent, or says something else than what it stands for.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its terms contradict themselves.
        MismatchError: it is about another person, credential or ciphertext.
    """
    fields = read_signed(token, holder_key, typ=SCORE_CONSENT_TYP, where="score consent")  # 1
    document = {name: fields.any(name) for name in _MEMBERS}
    fields.done()
    consent = _read(Fields(document, "score consent"))  # 2
    try:
        rewritten = canonical_json(consent.to_json())
    except DataSetError as error:
        raise MalformedError(f"score consent: {error}") from error
    if rewritten != canonical_json(document):  # 3
        raise MalformedError("score consent: the record says something else than the consent")
    named = (consent.subject, consent.credential_digest, consent.inputs_digest)
    if named != (subject, credential_digest, inputs_digest):  # 4
        raise MismatchError("score consent: it is about another person, credential or ciphertext")
    return consent


_MEMBERS = (
    "record",
    "consent_id",
    "subject",
    "controller",
    "terms",
    "credential_digest",
    "inputs_digest",
    "notice_digest",
    "language",
)


def _read(fields: Fields) -> ScoreConsent:
    return ScoreConsent(
        consent_id=read_consent_id(fields),
        subject=fields.text("subject", max_length=MAX_ID),
        controller=fields.text("controller", max_length=MAX_ID),
        terms=ScoreTerms.from_fields(fields.section("terms")),
        credential_digest=read_digest(fields, "credential_digest"),
        inputs_digest=read_digest(fields, "inputs_digest"),
        notice=Notice(read_digest(fields, "notice_digest"), fields.text("language", max_length=MAX_LANGUAGE)),
    )


def _document(consent: ScoreConsent) -> dict[str, Json]:
    terms, consent_id = consent.terms, consent.consent_id
    given = utc_text(terms.given_at)
    return {
        "@context": list(CONTEXT),
        "@id": consent_id,
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent_id,
        "dct:conformsTo": RECORD_PROFILE,
        "dpv:hasDataSubject": [{"@id": consent.subject}],
        "dpv:hasDataController": [consent.controller],
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a-explicit-consent", *_special_basis(terms)],
        "dpv:hasProcess": [_process(terms)],
        "dpv:hasNotice": [
            {
                "@id": NOTICE_PREFIX + consent.notice.digest,
                "@type": "dpv:ConsentNotice",
                "dct:language": consent.notice.language,
                "dct:date": given,
            }
        ],
        "dpv:hasConsentControl": [
            {"@type": ["dpv:WithdrawConsent"], "dpv:isExercisedAt": f"/scores/{consent_id}/withdrawal"}
        ],
        "dpv:hasConsentStatus": [
            {
                "@type": [ConsentStatus.GIVEN.value, "dpv:ExplicitlyExpressedConsent"],
                "dpv:isIndicatedBy": "dpv:DataSubject",
                "dpv:isIndicatedAtTime": given,
            }
        ],
    }


def _process(terms: ScoreTerms) -> dict[str, Json]:
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": sorted(purpose.value for purpose in terms.purposes),
        "dpv:hasProcessing": ["dpv:Derive"],
        "dpv:hasPersonalData": [
            {"dct:identifier": f"{terms.data_set}#{each.name}", "dpv:hasNecessity": "dpv:Required"}
            for each in scored_attributes(data_set(terms.data_set))
        ],
        "dpv:hasRecipient": [
            {"@id": kind.iri, "skos:broader": kind.broader_iri}
            for kind in sorted(terms.recipient_kinds, key=lambda kind: kind.value)
        ],
        "dpv:hasTechnicalMeasure": ["dpv:Encryption"],
        "dpv:hasStorageCondition": [
            {
                "@type": "dpv:StorageDuration",
                "dpv:hasDuration": [
                    {"@type": "dpv:UntilTimeDuration", "rdf:value": utc_text(terms.valid_until)}
                ],
            }
        ],
    }


def _special_basis(terms: ScoreTerms) -> list[Json]:
    scored = scored_attributes(data_set(terms.data_set))
    return ["eu-gdpr:A9-2-a"] if any(each.sensitivity is Sensitivity.HEALTH for each in scored) else []
