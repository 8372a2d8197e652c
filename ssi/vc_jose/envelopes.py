"""How does a token stand where a document is expected? In an envelope (VC Data Model 2.0 §4.13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ssi.data_integrity.credentials import Verification, VerifiedCredential
from ssi.errors import MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.vc_jose.credentials import TYP as CREDENTIAL_TOKEN
from ssi.vc_jose.credentials import verify_token
from ssi.vc_jose.selective import TYP as SELECTIVE_TOKEN
from ssi.vc_jose.selective import verify_selective_token
from ssi.vcdm.presentation import ENVELOPED_CREDENTIAL_TYPE, Envelope, read_envelope

_PREFIX: Final = "application/"
_ANY_TOKEN: Final = "application/jwt"  # noqa: S105 — a media type, under which the token's own typ decides
_MEDIA_TYPES: Final = frozenset({f"{_PREFIX}{CREDENTIAL_TOKEN}", _ANY_TOKEN})


def in_envelope(token: str, typ: str, enveloped_type: str) -> dict[str, Any]:
    """The object of an enveloped type that stands for a token."""
    return {"@context": [CREDENTIALS_V2], "type": enveloped_type, "id": f"data:{_PREFIX}{typ},{token}"}


def token_in(envelope: Envelope) -> str:
    """The token of an envelope.

    Raises:
        MalformedCredentialError: it holds other bytes than a token's.
    """
    try:
        return envelope.content.decode("ascii")
    except UnicodeError as error:
        raise MalformedCredentialError("envelope: expected a token of ASCII characters") from error


def open_credential(envelope: Envelope, verification: Verification, *, now: datetime) -> VerifiedCredential:
    """The credential of an envelope, verified as its media type says.

    Raises:
        MalformedCredentialError: another media type.
        CredentialError: as `verify_token` or `verify_selective_token`.
    """
    if envelope.media_type in _MEDIA_TYPES:
        return verify_token(token_in(envelope), verification, now=now)
    if envelope.media_type == f"{_PREFIX}{SELECTIVE_TOKEN}":
        return verify_selective_token(token_in(envelope), verification, now=now)
    raise MalformedCredentialError(f"envelope: a credential in the form {envelope.media_type} is not taken")


def verify_enveloped_credential(
    document: Mapping[str, Any], verification: Verification, *, now: datetime
) -> VerifiedCredential:
    """The credential of an object of the enveloped type.

    Raises:
        MalformedCredentialError: another type, other contexts than the data model's, or no `data:` URL.
        CredentialError: as `open_credential`.
    """
    check_envelope_contexts(document)
    envelope = read_envelope(document, ENVELOPED_CREDENTIAL_TYPE, "credential")
    return open_credential(envelope, verification, now=now)


def check_envelope_contexts(document: Mapping[str, Any]) -> None:
    """Return only if the contexts of an enveloped object define what it says (§4.13.1).

    Raises:
        MalformedCredentialError: the context of the data model 2.0 is missing.
    """
    found = document.get("@context")
    if CREDENTIALS_V2 not in (found if isinstance(found, list | tuple) else [found]):
        raise MalformedCredentialError(f"envelope: expected the context {CREDENTIALS_V2}")
