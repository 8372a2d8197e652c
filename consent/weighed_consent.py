"""How is a consent to weighted sums of a record's numbers written, signed and read?

It is signed by the holder key of the credential it is about, as a JWS of its own type: a JSON-LD record in
the profile of `consent.record_document`, and beside it the terms that machines check. Reading is by writing
again, as for `consent.record`: what says more, less or otherwise than what is enforced is no such consent. A
withdrawal is that of `consent.record`, signed by the same key.

`consent.score_consent` and `consent.crowd_consent` are the two kinds. A `ConsentKind` says what differs in
how they are written; no token of one kind can be read as the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypedDict, TypeVar

from consent.errors import TermsError
from consent.record_document import (
    CONTEXT,
    RECORD_PROFILE,
    Notice,
    StatusChange,
    notice_relation,
    recipient_relations,
    status_relation,
    storage_relation,
)
from consent.score_function import scored_attributes
from consent.signed import MAX_ID, is_consent_id, read_consent_id, read_digest, read_signed
from consent.vocabulary import ConsentStatus
from consent.weighed_terms import WeighedTerms
from crypto.encoding import Json, canonical_json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.attribute import Sensitivity
from ssi.dataset import data_set
from ssi.errors import DataSetError

C = TypeVar("C", bound="WeighedConsent")

MAX_LANGUAGE = 20


@dataclass(frozen=True)
class ConsentKind:
    """How one kind of consent is written.

    `name` is that in errors, `typ` the type of its tokens, `processing` and `measures` are terms of DPV, and
    `path` is where it is withdrawn. `own_digests` are the digests that this kind names beside the credential.
    """

    name: str
    typ: str
    processing: str
    measures: tuple[str, ...]
    path: str
    own_digests: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Everything that is signed."""
        shared = ("record", "consent_id", "subject", "controller", "terms", "credential_digest")
        return (*shared, *self.own_digests, "notice_digest", "language")


class SharedMembers(TypedDict):
    """The members that all these consents have, without their terms."""

    consent_id: str
    subject: str
    controller: str
    credential_digest: str
    notice: Notice


@dataclass(frozen=True, kw_only=True)
class WeighedConsent:
    """One consent: whose, on which terms, about which credential, after which notice.

    `subject` is the pairwise handle in the credential, `controller` the marketplace that answers to the
    person.
    """

    kind: ClassVar[ConsentKind]

    consent_id: str
    subject: str
    controller: str
    terms: WeighedTerms
    credential_digest: str
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
            "notice_digest": self.notice.digest,
            "language": self.notice.language,
        }


def read_consent(token: str, holder_key: VerifyingKey, kind: ConsentKind, read: Callable[[Fields], C]) -> C:
    """A consent of one kind, after these checks; whom and what it is about remains to be looked at.

    1. The holder key signed it, as this kind. 2. It is well-formed and consistent. 3. It says nothing else
    than what it stands for.

    Raises:
        MalformedError: it is not of this kind, or says something else than what it stands for.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its terms contradict themselves.
    """
    fields = read_signed(token, holder_key, typ=kind.typ, where=kind.name)  # 1
    document = {name: fields.any(name) for name in kind.members}
    fields.done()
    consent = read(Fields(document, kind.name))  # 2
    try:
        rewritten = canonical_json(consent.to_json())
    except DataSetError as error:
        raise MalformedError(f"{kind.name}: {error}") from error
    if rewritten != canonical_json(document):  # 3
        raise MalformedError(f"{kind.name}: the record says something else than the consent")
    return consent


def read_shared(fields: Fields) -> SharedMembers:
    """The members that all these consents have, without their terms.

    Raises:
        MalformedError: one is missing or not of its form.
    """
    return SharedMembers(
        consent_id=read_consent_id(fields),
        subject=fields.text("subject", max_length=MAX_ID),
        controller=fields.text("controller", max_length=MAX_ID),
        credential_digest=read_digest(fields, "credential_digest"),
        notice=Notice(read_digest(fields, "notice_digest"), fields.text("language", max_length=MAX_LANGUAGE)),
    )


def _document(consent: WeighedConsent) -> dict[str, Json]:
    terms, consent_id, kind = consent.terms, consent.consent_id, consent.kind
    withdrawal = f"{kind.path}/{consent_id}/withdrawal"
    return {
        "@context": list(CONTEXT),
        "@id": consent_id,
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent_id,
        "dct:conformsTo": RECORD_PROFILE,
        "dpv:hasDataSubject": [{"@id": consent.subject}],
        "dpv:hasDataController": [consent.controller],
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a-explicit-consent", *_special_basis(terms)],
        "dpv:hasProcess": [_process(terms, kind)],
        "dpv:hasNotice": [notice_relation(consent.notice, terms.given_at)],
        "dpv:hasConsentControl": [{"@type": ["dpv:WithdrawConsent"], "dpv:isExercisedAt": withdrawal}],
        "dpv:hasConsentStatus": [status_relation(StatusChange(ConsentStatus.GIVEN, terms.given_at))],
    }


def _process(terms: WeighedTerms, kind: ConsentKind) -> dict[str, Json]:
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": sorted(purpose.value for purpose in terms.purposes),
        "dpv:hasProcessing": [kind.processing],
        "dpv:hasPersonalData": [
            {"dct:identifier": f"{terms.data_set}#{each.name}", "dpv:hasNecessity": "dpv:Required"}
            for each in scored_attributes(data_set(terms.data_set))
        ],
        "dpv:hasRecipient": recipient_relations(terms.recipient_kinds),
        "dpv:hasTechnicalMeasure": list(kind.measures),
        "dpv:hasStorageCondition": [storage_relation(terms.valid_until)],
    }


def _special_basis(terms: WeighedTerms) -> list[Json]:
    weighed = scored_attributes(data_set(terms.data_set))
    return ["eu-gdpr:A9-2-a"] if any(each.sensitivity is Sensitivity.HEALTH for each in weighed) else []
