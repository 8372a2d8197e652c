"""A credential as values: VC Data Model 2.0 §4 and §5; §4 of 1.1 for credentials of the years before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ssi.errors import MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from ssi.vcdm.attachments import Attachment, RelatedResource, attachments, related_resources
from ssi.vcdm.members import (
    Document,
    LanguageText,
    contexts,
    identified,
    language_texts,
    moment,
    object_of,
    objects,
    optional_url,
    refuse,
    types,
)

CREDENTIAL_TYPE: Final = "VerifiableCredential"
_WHERE: Final = "credential"
_V1_DATES: Final = ("issuanceDate", "expirationDate")
_V2_DATES: Final = ("validFrom", "validUntil")


@dataclass(frozen=True)
class Issuer:
    """Who says it: a URL, and what the document adds about them."""

    id: str
    names: tuple[LanguageText, ...] = ()
    descriptions: tuple[LanguageText, ...] = ()


@dataclass(frozen=True)
class Subject:
    """About whom something is said; `claims` is the object with all that is said, its `id` included."""

    id: str | None
    claims: Document = field(repr=False, hash=False)


@dataclass(frozen=True)
class CredentialModel:
    """What a credential says, once its form was checked; nobody vouches for it yet.

    `version` is 2.0 or 1.1. `valid_from` and `valid_until` are in UTC; each may be absent.
    """

    version: str
    contexts: tuple[Any, ...] = field(repr=False, hash=False)
    id: str | None
    types: tuple[str, ...]
    issuer: Issuer
    valid_from: datetime | None
    valid_until: datetime | None
    subjects: tuple[Subject, ...] = field(repr=False)
    names: tuple[LanguageText, ...]
    descriptions: tuple[LanguageText, ...]
    statuses: tuple[Attachment, ...]
    schemas: tuple[Attachment, ...]
    terms_of_use: tuple[Attachment, ...]
    evidence: tuple[Attachment, ...]
    refresh_services: tuple[Attachment, ...]
    related_resources: tuple[RelatedResource, ...]


def read_credential(document: object) -> CredentialModel:
    """Read a credential, secured or not.

    Raises:
        MalformedCredentialError: a member is missing or not of its form; the message names its path.
    """
    fields = object_of(document, _WHERE)
    found = contexts(fields, _WHERE)
    version = _version(found[0])
    _check_proofs(fields)
    valid_from, valid_until = _validity(fields, version)
    return CredentialModel(
        version=version,
        contexts=found,
        id=optional_url(fields, "id", _WHERE),
        types=types(fields, _WHERE, required=CREDENTIAL_TYPE),
        issuer=_issuer(fields),
        valid_from=valid_from,
        valid_until=valid_until,
        subjects=_subjects(fields),
        names=language_texts(fields, "name", _WHERE),
        descriptions=language_texts(fields, "description", _WHERE),
        statuses=attachments(fields, "credentialStatus", _WHERE, with_id=version == "1.1"),
        schemas=attachments(fields, "credentialSchema", _WHERE, with_id=True),
        terms_of_use=attachments(fields, "termsOfUse", _WHERE),
        evidence=attachments(fields, "evidence", _WHERE),
        refresh_services=attachments(fields, "refreshService", _WHERE, with_id=version == "1.1"),
        related_resources=related_resources(fields, _WHERE),
    )


def _version(first_context: object) -> str:
    versions = {CREDENTIALS_V2: "2.0", CREDENTIALS_V1: "1.1"}
    if not isinstance(first_context, str) or first_context not in versions:
        raise refuse(f"{_WHERE}.@context[0]", CREDENTIALS_V2)
    return versions[first_context]


def _issuer(fields: Document) -> Issuer:
    if "issuer" not in fields:
        raise refuse(f"{_WHERE}.issuer", "a URL, or an object with a URL as its id")
    issuer_id, about = identified(fields["issuer"], f"{_WHERE}.issuer")
    where = f"{_WHERE}.issuer"
    return Issuer(
        issuer_id,
        language_texts(about or {}, "name", where),
        language_texts(about or {}, "description", where),
    )


def _validity(fields: Document, version: str) -> tuple[datetime | None, datetime | None]:
    start_name, end_name = _V2_DATES if version == "2.0" else _V1_DATES
    if version == "1.1" and start_name not in fields:
        raise refuse(f"{_WHERE}.{start_name}", "a moment")
    start, end = moment(fields, start_name, _WHERE), moment(fields, end_name, _WHERE)
    if start is not None and end is not None and end < start:
        raise MalformedCredentialError(f"{_WHERE}.{end_name}: it lies before {start_name}")
    return start, end


def _subjects(fields: Document) -> tuple[Subject, ...]:
    if "credentialSubject" not in fields:
        raise refuse(f"{_WHERE}.credentialSubject", "one or more objects")
    found = []
    for place, entry in objects(fields, "credentialSubject", _WHERE):
        if not entry:
            raise refuse(place, "an object that says something")
        found.append(Subject(optional_url(entry, "id", place), entry))
    return tuple(found)


def _check_proofs(fields: Document) -> None:
    for place, proof in objects(fields, "proof", _WHERE):
        types(proof, place)
