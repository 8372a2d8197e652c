"""What does a VC-JWT of the data model 1.1 say? Its `vc` or `vp`, with what the token says besides (§6.3.1).

The claims of the token stand for members of the document: `iss`, `jti`, `sub`, `nbf` and `exp`. Where both
are there they must agree, so that nobody reads one and acts upon the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from crypto.encoding import b64url_decode, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.clock import MAX_MOMENT, moment_of
from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.legacy.process import MAX_DOCUMENT
from ssi.timestamps import read_timestamp

_PARTS: Final = 3
_MAX_TEXT: Final = 4_000
_DATES: Final = (("nbf", "issuanceDate"), ("exp", "expirationDate"))


@dataclass(frozen=True)
class UnverifiedLegacyToken:
    """A token whose form is right and whose truth is unknown."""

    kid: str
    unverified_payload: Mapping[str, Any] = field(repr=False)

    @property
    def did(self) -> str:
        """The DID whose key is said to have signed."""
        return self.kid.partition("#")[0]


def read_legacy_token(token: str) -> UnverifiedLegacyToken:
    """Read a token without believing it.

    Raises:
        MalformedCredentialError: not three parts of base64url, no JSON objects, no `kid` that is a DID URL,
            or `crit`.
    """
    parts = token.split(".", _PARTS) if len(token) <= MAX_DOCUMENT else []
    if len(parts) != _PARTS:
        raise MalformedCredentialError(f"token: expected {_PARTS} parts, up to {MAX_DOCUMENT} characters")
    try:
        header = Fields.of(parse_json(b64url_decode(parts[0])), "token header")
        payload = parse_json(b64url_decode(parts[1]))
        kid = header.text("kid", max_length=_MAX_TEXT)
        if (
            header.has("crit")
            or not isinstance(payload, dict)
            or not kid.startswith("did:")
            or "#" not in kid
        ):
            raise MalformedError("token: expected a DID URL as kid, no crit, and an object")  # noqa: TRY301
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    return UnverifiedLegacyToken(kid, payload)


def credential_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The credential of a payload, completed by the claims of the token.

    Raises:
        MalformedCredentialError: no `vc`, one with a proof of its own, or claims of another form.
        AlteredCredentialError: a claim and a member that differ.
    """
    document = _wrapped(payload, "vc")
    document["issuer"] = _agreed("iss", payload.get("iss"), document.get("issuer"))
    _complete(document, "id", "jti", payload)
    subject = document.get("credentialSubject")
    if isinstance(subject, dict) and "sub" in payload:
        document["credentialSubject"] = {"id": payload["sub"], **subject}
        _agreed("sub", payload["sub"], document["credentialSubject"]["id"])
    for claim, member in _DATES:
        if claim in payload:
            moment = _moment(payload, claim)
            said = document.setdefault(member, utc_text(moment))
            if _timestamp(said, member).replace(microsecond=0) != moment:
                raise AlteredCredentialError(f"token.{claim}: it does not say what {member} says")
    return document


def presentation_of(payload: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """The presentation of a payload without its credentials, and these, as they stand there.

    Raises:
        MalformedCredentialError: no `vp`, or one with a proof of its own.
        AlteredCredentialError: `iss` and `holder` differ.
    """
    document = _wrapped(payload, "vp")
    document["holder"] = _agreed("iss", payload.get("iss"), document.get("holder"))
    inner = document.pop("verifiableCredential", [])
    return document, inner if isinstance(inner, list) else [inner]


def period_of(payload: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when until when a token counts.

    Raises:
        MalformedCredentialError: no seconds since 1970.
    """
    start, end = (_moment(payload, name) if name in payload else None for name in ("nbf", "exp"))
    return start, end


def _wrapped(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = payload.get(name)
    if not isinstance(found, dict) or "proof" in found:
        raise MalformedCredentialError(f"token.{name}: expected an object without a proof")
    return dict(found)


def _complete(document: dict[str, Any], member: str, claim: str, payload: Mapping[str, Any]) -> None:
    if claim in payload:
        document[member] = _agreed(claim, payload[claim], document.get(member))


def _agreed(claim: str, said: Any, member: Any) -> Any:
    """What the claim and the member say, of which one may be absent; an object says what its id says."""
    named = member.get("id") if isinstance(member, Mapping) else member
    if said is not None and named is not None and said != named:
        raise AlteredCredentialError(f"token.{claim}: it does not say what the document says")
    return said if member is None else member


def _moment(payload: Mapping[str, Any], name: str) -> datetime:
    value = payload[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_MOMENT:
        raise MalformedCredentialError(f"token.{name}: expected seconds since 1970")
    return moment_of(int(value))


def _timestamp(text: object, where: str) -> datetime:
    try:
        return read_timestamp(text, where)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
