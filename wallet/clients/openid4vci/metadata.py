"""What do an issuer and its authorisation server say about themselves? OpenID4VCI 1.0 §12.2, RFC 8414.

Texts for people are the issuer's own words: bounded, without control characters, shown as they are and
believed in nothing. Every endpoint of the issuer must lie at its own origin, every endpoint of a server at
that server's, so that a token or a code goes to nobody else.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.address import same_origin
from ssi.openid4vp.encryption import CONTENT_ENCRYPTIONS, KEY_AGREEMENT, Recipient, choose_recipient
from ssi.openid4vp.errors import RequestRefusedError
from wallet.domain.collecting import MOST_COPIES, Labels

SD_JWT_VC: Final = "dc+sd-jwt"
MAX_ADDRESS: Final = 1_000
_MAX_NAME: Final = 200
_MAX_LANGUAGES: Final = 30
_MAX_CLAIMS: Final = 200
_UNNAMED: Final = "und"
_ES256: Final = "ES256"
_STRONGEST_FIRST: Final = tuple(reversed(CONTENT_ENCRYPTIONS))


@dataclass(frozen=True)
class Configuration:
    """One kind of credential that an issuer hands out."""

    id: str
    vct: str
    scope: str | None
    title: Labels
    claims: tuple[Labels, ...]


@dataclass(frozen=True)
class IssuerMetadata:
    """Where an issuer takes requests, and how.

    `recipient` is the key to which requests can be encrypted and the encryption of its answers; None where
    it does not know both.
    """

    issuer_url: str
    name: Labels
    credential: str
    nonce: str | None
    deferred: str | None
    notification: str | None
    servers: tuple[str, ...]
    copies: int
    recipient: Recipient | None = field(repr=False)
    configuration: Configuration


@dataclass(frozen=True)
class ServerMetadata:
    """Where an authorisation server takes requests, and how."""

    issuer: str
    token: str
    authorize: str | None
    pushed: str | None
    proves: bool
    names_itself: bool
    anonymous: bool


def well_known(address: str, name: str) -> str:
    """The path of a metadata document: put before the path of the identifier (§12.2.2, RFC 8414 §3.1)."""
    return f"/.well-known/{name}{urlsplit(address).path.rstrip('/')}"


def read_issuer(document: Json, issuer_url: str, configuration_id: str) -> IssuerMetadata:
    """Read issuer metadata, and of what it offers the one kind that is meant.

    Raises:
        MalformedError: it is about another issuer, names an address elsewhere, offers no such credential in
            a form that is known here, or is not of its form.
    """
    fields = Fields.of(document, "metadata")
    if fields.text("credential_issuer", max_length=MAX_ADDRESS) != issuer_url:
        raise MalformedError("metadata: of another issuer")
    servers: tuple[str, ...] = (issuer_url,)
    if fields.has("authorization_servers"):
        servers = fields.texts("authorization_servers", least=1, most=20, max_length=MAX_ADDRESS)
    return IssuerMetadata(
        issuer_url=issuer_url,
        name=_labels(fields, "name"),
        credential=_endpoint(fields, "credential_endpoint", issuer_url),
        nonce=_optional_endpoint(fields, "nonce_endpoint", issuer_url),
        deferred=_optional_endpoint(fields, "deferred_credential_endpoint", issuer_url),
        notification=_optional_endpoint(fields, "notification_endpoint", issuer_url),
        servers=servers,
        copies=_copies(fields),
        recipient=_recipient(fields),
        configuration=_configuration(fields.section("credential_configurations_supported"), configuration_id),
    )


def read_server(document: Json, server: str) -> ServerMetadata:
    """Read the metadata of an authorisation server.

    Raises:
        MalformedError: it is about another server, names an address elsewhere, or is not of its form.
    """
    fields = Fields.of(document, "server")
    # RFC 8414 §3.3: without this check a server could pass for another (mix-up).
    if fields.text("issuer", max_length=MAX_ADDRESS) != server:
        raise MalformedError("server: of another authorisation server")
    return ServerMetadata(
        issuer=server,
        token=_endpoint(fields, "token_endpoint", server),
        authorize=_optional_endpoint(fields, "authorization_endpoint", server),
        pushed=_optional_endpoint(fields, "pushed_authorization_request_endpoint", server),
        proves=_ES256 in _texts(fields, "dpop_signing_alg_values_supported"),
        names_itself=_is_true(fields, "authorization_response_iss_parameter_supported"),
        anonymous=_is_true(fields, "pre-authorized_grant_anonymous_access_supported"),
    )


def _endpoint(fields: Fields, name: str, identifier: str) -> str:
    address = fields.text(name, max_length=MAX_ADDRESS)
    if not same_origin(identifier, address):
        raise MalformedError(f"{fields.where}.{name}: lies at another origin")
    return address


def _optional_endpoint(fields: Fields, name: str, identifier: str) -> str | None:
    return _endpoint(fields, name, identifier) if fields.has(name) else None


def _copies(fields: Fields) -> int:
    if not fields.has("batch_credential_issuance"):
        return 1
    size = fields.section("batch_credential_issuance").integer("batch_size", least=1, most=10**9)
    return min(size, MOST_COPIES)


def _recipient(fields: Fields) -> Recipient | None:
    """Both ways or none: §8.2 wants a request encrypted that says to which key the answer goes.

    Raises:
        MalformedError: the issuer demands encryption in a way that is not known here.
    """
    needed = False
    offered: list[tuple[str, ...]] = []
    for name in ("credential_request_encryption", "credential_response_encryption"):
        if not fields.has(name):
            continue
        section = fields.section(name)
        needed = needed or _is_true(section, "encryption_required")
        offered.append(_texts(section, "enc_values_supported"))
    both = [name for name in _STRONGEST_FIRST if len(offered) > 1 and all(name in each for each in offered)]
    found = _chosen(fields, tuple(both)) if both else None
    if needed and found is None:
        raise MalformedError("metadata: demands an encryption that is not known here")
    return found


def _chosen(fields: Fields, encryptions: tuple[str, ...]) -> Recipient | None:
    answers = fields.section("credential_response_encryption")
    if KEY_AGREEMENT not in _texts(answers, "alg_values_supported"):
        return None
    jwks = fields.section("credential_request_encryption").section("jwks")
    keys = tuple(jwk for jwk in jwks.entries("keys", most=20) if isinstance(jwk, Mapping))
    try:
        return choose_recipient(keys, encryptions)
    except RequestRefusedError:
        return None


def _configuration(offered: Fields, configuration_id: str) -> Configuration:
    fields = offered.section(configuration_id)
    if fields.text("format", max_length=100) != SD_JWT_VC:
        raise MalformedError(f"{fields.where}.format: expected {SD_JWT_VC}")
    told = fields.section("credential_metadata") if fields.has("credential_metadata") else fields
    claims = told.objects("claims", most=_MAX_CLAIMS) if told.has("claims") else ()
    return Configuration(
        id=configuration_id,
        vct=fields.text("vct", max_length=MAX_ADDRESS),
        scope=fields.text("scope", max_length=MAX_ADDRESS) if fields.has("scope") else None,
        title=_labels(told, "name"),
        claims=tuple(labels for claim in claims if (labels := _labels(claim, "name") or _last_step(claim))),
    )


def _labels(fields: Fields, member: str) -> Labels:
    """The names in the `display` of a section, by language; the first of several in one language counts."""
    found: dict[str, str] = {}
    if not fields.has("display"):
        return found
    for shown in fields.objects("display", most=_MAX_LANGUAGES):
        if shown.has(member):
            language = shown.text("locale", max_length=40) if shown.has("locale") else _UNNAMED
            found.setdefault(language.lower(), plain_text(shown.text(member, max_length=10_000)))
    return found


def _last_step(claim: Fields) -> Labels:
    """What a claim without a name is called: the last name in its path."""
    steps = [step for step in claim.entries("path", most=20) if isinstance(step, str) and step]
    return {_UNNAMED: plain_text(steps[-1])} if steps else {}


def plain_text(text: str) -> str:
    """A stranger's text for a page: at most 200 characters, none invisible or turning text around."""
    kept = (mark for mark in text if unicodedata.category(mark)[0] != "C")
    return "".join(kept)[:_MAX_NAME] or "?"


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return fields.texts(name, most=200) if fields.has(name) else ()


def _is_true(fields: Fields, name: str) -> bool:
    return fields.has(name) and fields.boolean(name)
