"""What does the trust registry say about one issuer, one node, the marketplace?

Each entry is made by the party's own `init` command as a *part*, `{"issuer": {…}}`, `{"node": {…}}` or
`{"marketplace": {…}}`, holding public things only. The authority looks at the part, adds from when to when it
trusts the party, and signs all of them together. `read` and `to_json` are inverses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import cast
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingPublicKey
from crypto.signing import VerifyingKey
from ssi.errors import UnknownIssuerError

MAX_ID = 200
MAX_URL = 500
MAX_CERTIFICATE = 20_000
MAX_KEYS = 20
_HTTPS_PORT = 443
_LAST_PORT = 65535
_BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_URL_CHARACTERS = re.compile(r"[A-Za-z0-9:/._~%\[\]-]+", re.ASCII)


@dataclass(frozen=True)
class IssuerEntry:
    """An organisation whose credentials count, for the types named here.

    Every status list of its credentials lies under `status_uri_prefix`, which ends in a slash.
    """

    id: str
    name: str
    keys: Mapping[str, VerifyingKey] = field(hash=False)
    credential_types: frozenset[str]
    status_uri_prefix: str
    valid_from: datetime
    valid_until: datetime
    note: str = ""

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

    def holds_at(self, moment: datetime) -> bool:
        """Whether the authority trusts this issuer at a moment; the last second is excluded."""
        return self.valid_from <= moment < self.valid_until

    @classmethod
    def read(cls, fields: Fields) -> "IssuerEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=fields.text("id", max_length=MAX_ID),
            name=fields.text("name", max_length=MAX_ID),
            keys=_keys(fields),
            credential_types=frozenset(fields.texts("credential_types", least=1, most=100)),
            status_uri_prefix=_prefix(fields),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
            note=fields.text("note", max_length=1000) if fields.has("note") else "",
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
        }
        return {**document, "note": self.note} if self.note else document


@dataclass(frozen=True)
class NodeEntry:
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
    def tls_fingerprint(self) -> str:
        """The base64url SHA-256 of the TLS certificate in DER form."""
        return certificate_fingerprint(self.tls_certificate)

    @cached_property
    def peer_endpoint(self) -> tuple[str, int]:
        """Host and port for the connections of other nodes."""
        return read_address(self.peer_address) if self.peer_address else next_port(self.url)

    def holds_at(self, moment: datetime) -> bool:
        """Whether the authority trusts this node at a moment; the last second is excluded."""
        return self.valid_from <= moment < self.valid_until

    @classmethod
    def read(cls, fields: Fields) -> "NodeEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=fields.text("id", max_length=MAX_ID),
            operator=fields.text("operator", max_length=MAX_ID),
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
class MarketplaceEntry:
    """The marketplace: where it answers, the key it signs with and the certificate it is recognised by."""

    id: str
    name: str
    url: str
    verifying_key: VerifyingKey
    tls_certificate: str = field(repr=False)

    @cached_property
    def tls_fingerprint(self) -> str:
        """The base64url SHA-256 of the TLS certificate in DER form."""
        return certificate_fingerprint(self.tls_certificate)

    @classmethod
    def read(cls, fields: Fields) -> "MarketplaceEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        entry = cls(
            id=fields.text("id", max_length=MAX_ID),
            name=fields.text("name", max_length=MAX_ID),
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


def certificate_fingerprint(pem: str) -> str:
    """The base64url SHA-256 digest of the DER form of the one certificate in a PEM text.

    Raises:
        MalformedError: not exactly one X.509 certificate.
    """
    if len(pem) > MAX_CERTIFICATE or pem.count(_BEGIN_CERTIFICATE) != 1:
        raise MalformedError("expected one X.509 certificate in PEM")
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise MalformedError("expected one X.509 certificate in PEM") from error
    return b64url_encode(sha256(certificate.public_bytes(Encoding.DER)))


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


def _require_endpoint(entry: NodeEntry, where: str) -> None:
    try:
        _ = entry.peer_endpoint
    except MalformedError as error:
        raise MalformedError(f"{where}.peer_address: {error}") from error


def _certificate(fields: Fields) -> str:
    pem = fields.text("tls_certificate", max_length=MAX_CERTIFICATE)
    certificate_fingerprint(pem)
    return pem


def _key(jwk: Json) -> VerifyingKey:
    return VerifyingKey.from_jwk(cast("Mapping[str, object]", jwk))


def _keys(fields: Fields) -> dict[str, VerifyingKey]:
    keys: dict[str, VerifyingKey] = {}
    for entry in fields.entries("keys", least=1, most=MAX_KEYS):
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
