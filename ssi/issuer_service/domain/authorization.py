"""What a wallet asks to be allowed: the authorisation request as it was pushed (RFC 9126, 7636, 9396).

Nobody registers wallets here, so a request is believed in nothing but that its sender holds the code verifier
and, with DPoP, the key. What a person must know before she says yes, name and address of the wallet, is shown
to her.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

from crypto.encoding import Json, b64url_encode, parse_json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.address import origin_of
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError

CHALLENGE_METHOD: Final = "S256"
DETAILS_TYPE: Final = "openid_credential"
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_SHA_256: Final = re.compile(r"[A-Za-z0-9\-_]{43}")
_APP_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.\-]*")
_HOST: Final = re.compile(r"[a-z0-9.\-_:]*")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_NOT_FOR_APPS: Final = frozenset(
    {"javascript", "data", "file", "vbscript", "blob", "about", "ws", "wss", "ftp", "mailto", "view-source"}
)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_TEXT: Final = 1000
"""The longest name of a wallet and the longest address that are taken, in characters."""
_MAX_DETAILS: Final = 10_000


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a wallet asks for, and where the answer goes. `claim_code` is the `issuer_state` of an offer."""

    client_id: str
    redirect_uri: str
    configuration_id: str
    code_challenge: str
    by_details: bool
    state: str | None = None
    claim_code: str | None = field(default=None, repr=False)
    key_thumbprint: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The request as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> "AuthorizationRequest":
        """Read what `to_json` wrote."""
        return cls(**document)  # type: ignore[arg-type]

    def answer(self, **parameters: str) -> str:
        """The address to which the person is sent back (RFC 6749 §4.1.2)."""
        if self.state is not None:
            parameters["state"] = self.state
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{joint}{urlencode(parameters)}"


def check_redirect_uri(address: str) -> str:
    """An address to which an answer may go: https, http at this machine, or the scheme of an app.

    Raises:
        ProtocolRefusalError: `invalid_request`: another scheme, a fragment, credentials, or no address.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError as error:
        raise _bad("redirect_uri: expected an address") from error
    if not _VISIBLE.fullmatch(address) or len(address) > MAX_TEXT or "#" in address or "@" in parts.netloc:
        raise _bad("redirect_uri: expected an address without fragment and credentials")
    if host is not None and not _HOST.fullmatch(host):  # it stands in a header of the approval page
        raise _bad("redirect_uri: expected a host name in ASCII")
    has_origin = origin_of(address) is not None
    fits = {"https": has_origin, "http": has_origin and host in _LOOPBACK}
    is_app = bool(_APP_SCHEME.fullmatch(parts.scheme)) and parts.scheme not in _NOT_FOR_APPS
    if not fits.get(parts.scheme, is_app):
        raise _bad("redirect_uri: expected https, http at this machine, or the scheme of an app")
    return address


def check_challenge(challenge: str | None, method: str | None) -> str:
    """The code challenge of a request (RFC 7636 §4.3).

    Raises:
        ProtocolRefusalError: `invalid_request`: it is missing, or not by the method S256.
    """
    if challenge is None or method != CHALLENGE_METHOD or not _SHA_256.fullmatch(challenge):
        raise _bad("PKCE is needed: send code_challenge with code_challenge_method S256")
    return challenge


def check_thumbprint(thumbprint: str) -> str:
    """The thumbprint of a DPoP key as a request states it (RFC 9449 §10): SHA-256 in base64url (RFC 7638).

    Raises:
        ProtocolRefusalError: `invalid_request`: it is not 43 characters of base64url.
    """
    if not _SHA_256.fullmatch(thumbprint):
        raise _bad("dpop_jkt: expected 43 characters of base64url")
    return thumbprint


def fits_challenge(verifier: str | None, challenge: str) -> bool:
    """Whether a code verifier is the one behind a challenge (RFC 7636 §4.6)."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(b64url_encode(sha256(verifier.encode())), challenge)


def read_details(text: str) -> str:
    """The configuration id in `authorization_details` (OpenID4VCI 1.0 §5.1.1); other members are ignored.

    Raises:
        ProtocolRefusalError: `invalid_authorization_details`: not one object of type `openid_credential`.
    """
    try:
        return _configuration_in(parse_json(text, max_bytes=_MAX_DETAILS))
    except MalformedError as error:
        raise ProtocolRefusalError(ErrorCode.INVALID_DETAILS, str(error)) from error


def _configuration_in(details: Json) -> str:
    if not isinstance(details, list) or len(details) != 1:
        raise MalformedError("authorization_details: expected a list with one object")
    fields = Fields.of(details[0], "authorization_details")
    if fields.text("type", max_length=100) != DETAILS_TYPE:
        raise MalformedError(f"authorization_details.type: expected {DETAILS_TYPE}")
    return fields.text("credential_configuration_id", max_length=200)


def _bad(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_REQUEST, description)
