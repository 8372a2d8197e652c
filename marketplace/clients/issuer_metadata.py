"""What an organisation's sign-in says of itself (OpenID Connect Discovery 1.0), if it fits together."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.outside import read_target

_MOST: Final = 100
_BASIC: Final = "client_secret_basic"
_POST: Final = "client_secret_post"


@dataclass(frozen=True)
class Provider:
    """An OpenID provider. `names_itself` says that it names itself in every answer (RFC 9207 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    authentication: str
    names_itself: bool


def configuration_of(issuer: str) -> str:
    """Where a provider describes itself: below its own path (Discovery §4.1)."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def safe_address(address: str, *, loopback: bool) -> str:
    """An address that may be asked, and where a person may be sent.

    Raises:
        MalformedError: not https, or with a password, a query or a fragment in it.
    """
    if read_target(address, loopback=loopback).query:
        raise MalformedError("expected an address without a question mark")
    return address


def read_provider(document: Json, issuer: str, *, loopback: bool) -> Provider:
    """What a provider says of itself.

    1. It is the one that was asked. 2. Its addresses may be asked, and the page may be gone to. 3. It knows
    the code flow, PKCE by S256 where it says which ways it knows, and a secret in one of the two usual
    forms.

    Raises:
        MalformedError: a step fails.
    """
    fields = Fields.of(document, "configuration")
    if fields.text("issuer") != issuer:  # 1
        raise MalformedError("configuration.issuer: it is another one")
    page = fields.text("authorization_endpoint", max_length=2_000)
    read_target(page, loopback=loopback)  # 2
    others = {name: _address(fields, name, loopback) for name in ("token_endpoint", "jwks_uri")}
    about = _address(fields, "userinfo_endpoint", loopback) if fields.has("userinfo_endpoint") else None
    if "code" not in fields.texts("response_types_supported", most=_MOST):  # 3
        raise MalformedError("configuration: no code flow")
    if "S256" not in _listed(fields, "code_challenge_methods_supported", "S256"):
        raise MalformedError("configuration: no PKCE by S256")
    known = _listed(fields, "token_endpoint_auth_methods_supported", _BASIC)
    method = next((each for each in (_BASIC, _POST) if each in known), None)
    if method is None:
        raise MalformedError("configuration: it takes no secret")
    flag = "authorization_response_iss_parameter_supported"
    return Provider(
        issuer=issuer,
        authorization_endpoint=page,
        userinfo_endpoint=about,
        authentication=method,
        names_itself=fields.has(flag) and fields.boolean(flag),
        **others,
    )


def host_of(page: str) -> str:
    """The host that a person is about to be sent to, as it is told to her."""
    return urlsplit(page).netloc


def _address(fields: Fields, name: str, loopback: bool) -> str:
    return safe_address(fields.text(name, max_length=2_000), loopback=loopback)


def _listed(fields: Fields, name: str, otherwise: str) -> tuple[str, ...]:
    """What is listed, or the one thing that is meant where there is no list."""
    return tuple(fields.texts(name, most=_MOST)) if fields.has(name) else (otherwise,)
