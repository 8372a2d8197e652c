"""A presentation as values, and what is in an envelope: VC Data Model 2.0 §4.13."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ssi.errors import MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from ssi.vcdm.attachments import Attachment, attachments
from ssi.vcdm.credential import CREDENTIAL_TYPE
from ssi.vcdm.members import (
    Document,
    contexts,
    identified,
    object_of,
    objects,
    optional_url,
    refuse,
    types,
)

PRESENTATION_TYPE: Final = "VerifiablePresentation"
ENVELOPED_CREDENTIAL_TYPE: Final = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION_TYPE: Final = "EnvelopedVerifiablePresentation"
_WHERE: Final = "presentation"
_DATA_URL: Final = re.compile(
    r"data:([A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60})((?:;[A-Za-z0-9-]+=[^;,]*)*)(;base64)?,(.+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Envelope:
    """A secured document in another form: its media type, such as `application/vc+jwt`, and its bytes."""

    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class PresentationModel:
    """What a presentation holds, once its form was checked; nobody vouches for it yet.

    `credentials` are the documents of credentials with their proofs, `envelopes` those in another form.
    """

    contexts: tuple[Any, ...] = field(repr=False, hash=False)
    id: str | None
    types: tuple[str, ...]
    holder: str | None
    credentials: tuple[Document, ...] = field(repr=False, hash=False)
    envelopes: tuple[Envelope, ...]
    terms_of_use: tuple[Attachment, ...]


def read_presentation(document: object) -> PresentationModel:
    """Read a presentation, secured or not; its credentials are told apart but not read.

    Raises:
        MalformedCredentialError: a member is missing or not of its form; the message names its path.
    """
    fields = object_of(document, _WHERE)
    found = contexts(fields, _WHERE)
    if found[0] not in (CREDENTIALS_V2, CREDENTIALS_V1):
        raise refuse(f"{_WHERE}.@context[0]", CREDENTIALS_V2)
    for place, proof in objects(fields, "proof", _WHERE):
        types(proof, place)
    credentials, envelopes = _contents(fields)
    return PresentationModel(
        contexts=found,
        id=optional_url(fields, "id", _WHERE),
        types=types(fields, _WHERE, required=PRESENTATION_TYPE),
        holder=identified(fields["holder"], f"{_WHERE}.holder")[0] if "holder" in fields else None,
        credentials=credentials,
        envelopes=envelopes,
        terms_of_use=attachments(fields, "termsOfUse", _WHERE),
    )


def read_envelope(document: object, type_: str, where: str) -> Envelope:
    """Read an object of this enveloped type, whose id is a `data:` URL (§4.13.1, RFC 2397).

    Raises:
        MalformedCredentialError: another type, no context, or no `data:` URL with content.
    """
    fields = object_of(document, where)
    types(fields, where, required=type_)
    if not fields.get("@context"):
        raise refuse(f"{where}.@context", CREDENTIALS_V2)
    url = fields.get("id")
    form = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if form is None:
        raise refuse(f"{where}.id", "a data: URL")
    try:
        content = unquote_to_bytes(form[4])
        return Envelope(form[1].lower(), base64.b64decode(content, validate=True) if form[3] else content)
    except (binascii.Error, UnicodeError) as error:
        raise refuse(f"{where}.id", "a data: URL with content in base64") from error


def _contents(fields: Document) -> tuple[tuple[Document, ...], tuple[Envelope, ...]]:
    credentials: list[Mapping[str, Any]] = []
    envelopes: list[Envelope] = []
    for place, entry in objects(fields, "verifiableCredential", _WHERE):
        kinds = types(entry, place)
        if ENVELOPED_CREDENTIAL_TYPE in kinds:
            envelopes.append(read_envelope(entry, ENVELOPED_CREDENTIAL_TYPE, place))
        elif CREDENTIAL_TYPE in kinds:
            credentials.append(entry)
        else:
            raise MalformedCredentialError(f"{place}.type: expected {CREDENTIAL_TYPE}")
    return tuple(credentials), tuple(envelopes)
