"""What does a wallet answer? Presentations by the ids of the query, or an error (OpenID4VP 1.0 §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.openid4vp.dcql import QUERY_ID
from ssi.openid4vp.encryption import decrypt
from ssi.openid4vp.errors import ErrorCode, PresentationRefusedError, Reason
from ssi.openid4vp.metadata import ClientMetadata
from ssi.openid4vp.request import ResponseMode

MAX_RESPONSE: Final = 1_000_000
MAX_PRESENTATIONS: Final = 100
_MAX_TEXT: Final = 2_000
_WHERE: Final = "response"

Presentation = str | Mapping[str, Json]
"""One presentation: a text in most formats, an object in `ldp_vc`."""


@dataclass(frozen=True)
class AuthorizationResponse:
    """Presentations by the id of the credential query that each answers. Nothing of it is verified yet."""

    vp_token: Mapping[str, tuple[Presentation, ...]] = field(repr=False, hash=False)
    state: str | None = field(default=None, repr=False)

    def to_claims(self) -> dict[str, Json]:
        """The response's parameters, as JSON."""
        token: dict[str, Json] = {
            name: [one if isinstance(one, str) else dict(one) for one in presented]
            for name, presented in self.vp_token.items()
        }
        return {"vp_token": token, **_state(self.state)}

    def to_form(self, mode: ResponseMode, metadata: ClientMetadata | None) -> dict[str, str]:
        """The form that is posted to the verifier, encrypted where it asks for that.

        Raises:
            RequestRefusedError: the verifier names no key to encrypt to.
        """
        claims = self.to_claims()
        if mode.encrypted:
            return {"response": (metadata or ClientMetadata({})).recipient().encrypt(claims)}
        return {"vp_token": canonical_json(claims["vp_token"]).decode(), **_state(self.state)}


@dataclass(frozen=True)
class ErrorResponse:
    """Why a wallet presents nothing: a code for programs, a sentence for people."""

    error: str
    description: str | None = None
    state: str | None = field(default=None, repr=False)

    def to_form(self) -> dict[str, str]:
        """The form that is posted to the verifier."""
        described = {} if self.description is None else {"error_description": self.description}
        return {"error": self.error, **described, **_state(self.state)}


def declined(state: str | None) -> ErrorResponse:
    """The answer of an owner who does not want to present anything."""
    return ErrorResponse(ErrorCode.ACCESS_DENIED, "the owner of the wallet declined", state)


def read_response(
    form: Mapping[str, str], mode: ResponseMode, key: SigningKey | None
) -> AuthorizationResponse | ErrorResponse:
    """Read what a wallet posted, decrypted with the key of the request.

    Raises:
        PresentationRefusedError: `malformed_response`: it has not the form of §8; `encryption_missing`: it
            came in the open and should not have; `not_decryptable`: see `decrypt`.
    """
    try:
        if "response" in form:
            return _read(_opened(form["response"], mode, key))
        if "error" in form:
            return _read(dict(form))
        if mode.encrypted:
            raise PresentationRefusedError(Reason.ENCRYPTION_MISSING, "response: missing")
        return _read({**form, "vp_token": parse_json(form.get("vp_token", ""), max_bytes=MAX_RESPONSE)})
    except MalformedError as error:
        raise PresentationRefusedError(Reason.MALFORMED_RESPONSE, str(error)) from error


def _opened(message: str, mode: ResponseMode, key: SigningKey | None) -> Mapping[str, Json]:
    if not mode.encrypted or key is None:
        raise MalformedError(f"{_WHERE}.response: an encrypted answer was not asked for")
    document = parse_json(decrypt(message, key), max_bytes=MAX_RESPONSE)
    if not isinstance(document, Mapping):
        raise MalformedError(f"{_WHERE}: expected an object")
    return document


def _read(claims: Mapping[str, Json]) -> AuthorizationResponse | ErrorResponse:
    fields = Fields(claims, _WHERE)
    state = fields.text("state", max_length=_MAX_TEXT) if fields.has("state") else None
    if fields.has("error"):
        has_words = fields.has("error_description")
        words = fields.text("error_description", max_length=_MAX_TEXT) if has_words else None
        return ErrorResponse(fields.text("error", max_length=200), words, state)
    token = fields.any("vp_token")
    if not isinstance(token, Mapping) or not token or not all(map(QUERY_ID.fullmatch, token)):
        raise MalformedError(f"{_WHERE}.vp_token: expected an object with the ids of the query")
    read = {name: _presentations(Fields(token, f"{_WHERE}.vp_token"), name) for name in token}
    return AuthorizationResponse(read, state)


def _presentations(token: Fields, name: str) -> tuple[Presentation, ...]:
    found: list[Presentation] = []
    for one in token.entries(name, least=1, most=MAX_PRESENTATIONS):
        if not isinstance(one, (str, Mapping)) or not one:
            raise MalformedError(f"{token.where}: expected presentations, each a text or an object")
        found.append(one)
    return tuple(found)


def _state(state: str | None) -> dict[str, str]:
    return {} if state is None else {"state": state}
