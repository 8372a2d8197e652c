"""What does the trust registry say about one issuer, one node, the marketplace, the dealer?

Each entry is made by the party's own `init` command as a *part*, `{"issuer": {…}}`, `{"node": {…}}`,
`{"marketplace": {…}}` or `{"dealer": {…}}`, holding public things only. The authority looks at the part, adds
from when to when it trusts the party, and signs all of them together. `read` and `to_json` are inverses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import cast
from urllib.parse import urlsplit

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingPublicKey
from crypto.signing import VerifyingKey
from ssi.errors import UnknownIssuerError
from ssi.issuer_anchors import IssuerAnchors
from ssi.x509 import MAX_CERTIFICATE, certificate_hash, read_pem

MAX_ID = 200
MAX_URL = 500
MAX_KEYS = 20
_HTTPS_PORT = 443
_LAST_PORT = 65535
_URL_CHARACTERS = re.compile(r"[A-Za-z0-9:/._~%\[\]-]+", re.ASCII)


class _Listed:
    """What is listed for a time."""

    valid_from: datetime
    valid_until: datetime

    def holds_at(self, moment: datetime) -> bool:
        """Whether the authority trusts this party at a moment; the last second is excluded."""
        return self.valid_from <= moment < self.valid_until


class _Reachable:
    """A party that is recognised by its TLS certificate."""

    tls_certificate: str

    @cached_property
    def tls_fingerprint(self) -> str:
        """The base64url SHA-256 of the TLS certificate in DER form."""
        return certificate_fingerprint(self.tls_certificate)


@dataclass(frozen=True)
class IssuerEntry(_Listed):
    """An organisation whose credentials count, for the types named here, and how its keys are known.

    `keys` may be empty if `anchors` name another way to find them. `note` says why and under which rules the
    authority trusts it. Every status list of its credentials lies under `status_uri_prefix`, which ends in a
    slash.
    """

    id: str
    name: str
    keys: Mapping[str, VerifyingKey] = field(hash=False)
    credential_types: frozenset[str]
    status_uri_prefix: str
    valid_from: datetime
    valid_until: datetime
    note: str = ""
    anchors: IssuerAnchors = field(default_factory=IssuerAnchors)

    def key(self, kid: str | None) -> VerifyingKey:
        """The key that a token names by its kid.

        Raises:
            UnknownIssuerError: the token names none, or none of this issuer's.
        """
        found = None if kid is None else self.keys.get(kid)
        if found is None:
            raise UnknownIssuerError(f"issuer {self.id} has no key {str(kid)[:200]!r} in the trust registry")
        return found

    def covers_status(self, uri: str) -> bool:
        """Whether this address lies under the issuer's prefix, spelled so that it cannot climb out of it."""
        plain = _URL_CHARACTERS.fullmatch(uri) is not None and "/." not in uri and "%" not in uri
        return plain and uri.startswith(self.status_uri_prefix)

    @classmethod
    def read(cls, fields: Fields) -> "IssuerEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        anchors = IssuerAnchors.read(fields)
        entry = cls(
            id=read_words(fields, "id"),
            name=read_words(fields, "name"),
            keys=_keys(fields, least=0 if anchors.find_keys else 1),
            credential_types=frozenset(_types(fields)),
            status_uri_prefix=_prefix(fields),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
            note=read_words(fields, "note", max_length=1000) if fields.has("note") else "",
            anchors=anchors,
        )
        fields.done()
        return entry

    def to_json(self) -> dict[str, Json]:
        """The entry as it stands in the signed document."""
        document: dict[str, Json] = {
            "id": self.id,
            "name": self.name,
            "keys": [{"kid": kid, **key.to_jwk()} for kid, key in self.keys.items()],
            "credential_types": sorted(self.credential_types),
            "status_uri_prefix": self.status_uri_prefix,
            "valid_from": utc_text(self.valid_from),
            "valid_until": utc_text(self.valid_until),
            **self.anchors.to_json(),
        }
        return {**document, "note": self.note} if self.note else document


@dataclass(frozen=True)
class NodeEntry(_Listed, _Reachable):
    """A computation node: who runs it, where it answers and the three keys it is known by.

    `peer_address` is where the other nodes open their connections for computing (``host:port``). An entry may
    leave it out: then it is the port after that of `url`.
    """

    id: str
    operator: str
    url: str
    verifying_key: VerifyingKey
    sealing_key: SealingPublicKey
    tls_certificate: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    peer_address: str = ""

    @cached_property
    def peer_endpoint(self) -> tuple[str, int]:
        """Host and port for the connections of other nodes."""
        return read_address(self.peer_address) if self.peer_address else next_port(self.url)

    @classmethod
    def read(cls, fields: Fields) -> "NodeEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=read_words(fields, "id"),
            operator=read_words(fields, "operator"),
            url=_url(fields, "url", schemes=("https",)),
            verifying_key=_key(fields.any("verifying_key")),
            sealing_key=SealingPublicKey.from_bytes(fields.binary("sealing_key")),
            tls_certificate=_certificate(fields),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
            peer_address=fields.text("peer_address", max_length=MAX_URL)
            if fields.has("peer_address")
            else "",
        )
        _require_endpoint(entry, fields.where)
        fields.done()
        return entry

    def to_json(self) -> dict[str, Json]:
        """The entry as it stands in the signed document."""
        document: dict[str, Json] = {
            "id": self.id,
            "operator": self.operator,
            "url": self.url,
            "verifying_key": dict(self.verifying_key.to_jwk()),
            "sealing_key": b64url_encode(self.sealing_key.to_bytes()),
            "tls_certificate": self.tls_certificate,
            "valid_from": utc_text(self.valid_from),
            "valid_until": utc_text(self.valid_until),
        }
        return {**document, "peer_address": self.peer_address} if self.peer_address else document


@dataclass(frozen=True)
class MarketplaceEntry(_Reachable):
    """The marketplace: where it answers, the key it signs with and the certificate it is recognised by."""

    id: str
    name: str
    url: str
    verifying_key: VerifyingKey
    tls_certificate: str = field(repr=False)

    @classmethod
    def read(cls, fields: Fields) -> "MarketplaceEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=read_words(fields, "id"),
            name=read_words(fields, "name"),
            url=_url(fields, "url"),
            verifying_key=_key(fields.any("verifying_key")),
            tls_certificate=_certificate(fields),
        )
        fields.done()
        return entry

    def to_json(self) -> dict[str, Json]:
        """The entry as it stands in the signed document."""
        return {
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "verifying_key": dict(self.verifying_key.to_jwk()),
            "tls_certificate": self.tls_certificate,
        }


@dataclass(frozen=True)
class DealerEntry(_Listed, _Reachable):
    """Who deals random numbers to the nodes: where it answers, its signing key and its certificate.

    Together with any one node it could read what is multiplied, so its operator runs none
    (`ssi.trust.TrustRegistry`).
    """

    id: str
    operator: str
    url: str
    verifying_key: VerifyingKey
    tls_certificate: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def read(cls, fields: Fields) -> "DealerEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=read_words(fields, "id"),
            operator=read_words(fields, "operator"),
            url=_url(fields, "url", schemes=("https",)),
            verifying_key=_key(fields.any("verifying_key")),
            tls_certificate=_certificate(fields),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
        )
        fields.done()
        return entry

    def to_json(self) -> dict[str, Json]:
        """The entry as it stands in the signed document."""
        return {
            "id": self.id,
            "operator": self.operator,
            "url": self.url,
            "verifying_key": dict(self.verifying_key.to_jwk()),
            "tls_certificate": self.tls_certificate,
            "valid_from": utc_text(self.valid_from),
            "valid_until": utc_text(self.valid_until),
        }


def certificate_fingerprint(pem: str) -> str:
    """The base64url SHA-256 digest of the DER form of the one certificate in a PEM text.

    Raises:
        MalformedError: not exactly one X.509 certificate.
    """
    return certificate_hash(read_pem(pem, "certificate"))


def read_words(fields: Fields, name: str, *, max_length: int = MAX_ID) -> str:
    """A text that people are shown: without control characters and marks that turn text around.

    Otherwise a party could write its own lines into what the authority reads on its screen before it signs.

    Raises:
        MalformedError: it has one of them, or is no text of 1 to `max_length` characters.
    """
    text = fields.text(name, max_length=max_length)
    if not text.isprintable():
        raise MalformedError(f"{fields.where}.{name}: expected text on one line, without control characters")
    return text


def read_address(text: str) -> tuple[str, int]:
    """The host and the port of an address ``host:port``; an IPv6 host stands in brackets.

    Raises:
        MalformedError: no such address.
    """
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = f"[{host}]" if host and ":" in host else host
    if not host or not port or text.lower() != f"{plain}:{port}" or not _URL_CHARACTERS.fullmatch(text):
        raise MalformedError("expected an address of the form host:port")
    return host, port


def next_port(url: str) -> tuple[str, int]:
    """The host of an https address, and the port after its own.

    Raises:
        MalformedError: there is no port after its own.
    """
    parts = urlsplit(url)
    port = (parts.port or _HTTPS_PORT) + 1
    if not parts.hostname or port > _LAST_PORT:
        raise MalformedError("expected an address with a port below 65535")
    return parts.hostname, port


def _types(fields: Fields) -> tuple[str, ...]:
    types = fields.texts("credential_types", least=1, most=100)
    if not all(type_.isprintable() for type_ in types):
        raise MalformedError(f"{fields.where}.credential_types: expected names without control characters")
    return types


def _require_endpoint(entry: NodeEntry, where: str) -> None:
    try:
        _ = entry.peer_endpoint
    except MalformedError as error:
        raise MalformedError(f"{where}.peer_address: {error}") from error


def _certificate(fields: Fields) -> str:
    pem = fields.text("tls_certificate", max_length=MAX_CERTIFICATE)
    read_pem(pem, f"{fields.where}.tls_certificate")
    return pem


def _key(jwk: Json) -> VerifyingKey:
    return VerifyingKey.from_jwk(cast("Mapping[str, object]", jwk))


def _keys(fields: Fields, *, least: int) -> dict[str, VerifyingKey]:
    keys: dict[str, VerifyingKey] = {}
    for entry in fields.entries("keys", least=least, most=MAX_KEYS):
        kid = Fields.of(entry, f"{fields.where}.keys").text("kid", max_length=MAX_ID)
        if kid in keys:
            raise MalformedError(f"{fields.where}.keys: two keys share the kid {kid!r}")
        keys[kid] = _key(entry)
    return keys


def _prefix(fields: Fields) -> str:
    prefix = _url(fields, "status_uri_prefix")
    if not prefix.endswith("/"):
        # Without the slash, `https://a.example` would also cover `https://a.example.attacker.example`.
        raise MalformedError(f"{fields.where}.status_uri_prefix: expected an address that ends in /")
    return prefix


def _url(fields: Fields, name: str, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    url = fields.text(name, max_length=MAX_URL)
    try:
        parts = urlsplit(url)
        well_formed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or parts.scheme not in schemes or parts.username is not None:
        raise MalformedError(f"{fields.where}.{name}: expected an address that starts with {schemes[0]}://")
    if parts.query or parts.fragment or not _URL_CHARACTERS.fullmatch(url):
        raise MalformedError(f"{fields.where}.{name}: expected an address without query and fragment")
    return url
