"""Who asks to be shown something, and how well is that known?

A request proves a client identifier (`ssi.openid4vp.request_check`); a person needs a name to rely on. For an
organisation of the trust registry it is the name there. For others it is only what was proved: the name in a
certificate of a known authority, or else the host that the answer goes to, which TLS proves when it is sent.
What somebody calls itself is shown as that, and never in place of a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from ssi.errors import CredentialError
from ssi.http.address import origin_of
from ssi.openid4vp.client_id import ClientIdPrefix
from ssi.openid4vp.request_check import RequestTrust, VerifiedRequest
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry
from ssi.x509 import names_of, read_chain, verify_chain

_WEB = "did:web:"
_WHERE = "request object.x5c"


class Known(StrEnum):
    """How well an asker is known, the best first."""

    REGISTERED = "registered"
    CERTIFIED = "certified"
    NAMED = "named"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: the name that was proved, how, and the host that gets the answer.

    `registered`: it stands in the trust registry, under this name. `certified`: an authority that counts here
    confirms the name. `named`: it proved that it is the same all along, and nobody known vouches for it; the
    name is the host of the answer. `unsigned`: only an address speaks for it, which happens in development.
    """

    name: str
    known: Known
    host: str
    client_id: str
    calls_itself: str | None = None

    def to_document(self) -> dict[str, Json]:
        """The asker as a document to be sealed."""
        return {
            "name": self.name,
            "known": self.known.value,
            "host": self.host,
            "client_id": self.client_id,
            "calls_itself": self.calls_itself,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Asker":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        asker = cls(
            name=fields.text("name"),
            known=fields.choice("known", Known),
            host=fields.text("host"),
            client_id=fields.text("client_id"),
            calls_itself=fields.text("calls_itself") if fields.has("calls_itself") else None,
        )
        fields.done()
        return asker


def who_asks(
    verified: VerifiedRequest, x5c: Json, registry: TrustRegistry, own: RequestTrust, *, now: datetime
) -> Asker:
    """The asker of a verified request; `x5c` is the certificate chain in its header, if there is one.

    `own` are the authorities that the installation relies on for any name; those of an organisation in the
    registry count for its own names only.
    """
    request = verified.request
    host = (origin_of(request.response_uri) or "").partition("://")[2]
    said = None if request.metadata is None else request.metadata.name
    asker = Asker(host, Known.NAMED, host, str(request.client_id), _printable(said))
    match request.client_id.prefix:
        case ClientIdPrefix.REDIRECT_URI:
            return replace(asker, known=Known.UNSIGNED)
        case ClientIdPrefix.DECENTRALIZED_IDENTIFIER:
            return _identified(asker, request.client_id.name, registry, now)
        case ClientIdPrefix.X509_HASH | ClientIdPrefix.X509_SAN_DNS:
            return _certified(asker, x5c, registry, own, now)


def _identified(asker: Asker, did: str, registry: TrustRegistry, now: datetime) -> Asker:
    try:
        found = registry.issuer(did, now=now)
    except CredentialError:
        return asker
    return replace(asker, name=found.name, known=Known.REGISTERED)


def _certified(asker: Asker, x5c: Json, registry: TrustRegistry, own: RequestTrust, now: datetime) -> Asker:
    names, host = names_of(read_chain(x5c, _WHERE)[0]), urlsplit(f"//{asker.host}").hostname
    if host is None or host not in names.dns:
        return asker  # whoever has the certificate is not known to be at the address of the answer
    for issuer in (each for each in registry.issuers if each.holds_at(now)):
        # The root of an authority that certifies many says which authority it was, not which organisation.
        if _is_named(issuer, names.uris, names.dns) and _leads_to(
            x5c, RequestTrust(roots=issuer.anchors.roots), now
        ):
            return replace(asker, name=issuer.name, known=Known.REGISTERED)
    return replace(asker, name=host, known=Known.CERTIFIED) if _leads_to(x5c, own, now) else asker


def _is_named(issuer: IssuerEntry, uris: Sequence[str], dns: Sequence[str]) -> bool:
    own = {issuer.id, *issuer.anchors.dids}
    hosts = {_host_of(each) for each in own} - {None}
    return bool(own & set(uris)) or bool(hosts & set(dns))


def _host_of(identifier: str) -> str | None:
    """The host that an issuer's identifier stands for: a did:web without a path, or an https address."""
    if identifier.startswith(_WEB) and ":" not in identifier.removeprefix(_WEB):
        return identifier.removeprefix(_WEB).lower()
    return urlsplit(identifier).hostname if origin_of(identifier) is not None else None


def _leads_to(x5c: Json, trust: RequestTrust, now: datetime) -> bool:
    try:
        verify_chain(read_chain(x5c, _WHERE), trust.roots, now=now)
    except (MalformedError, SignatureError):
        return False
    return True


def _printable(said: str | None) -> str | None:
    """What an asker calls itself, without signs that do not print or that turn text around."""
    plain = "".join(sign for sign in said or "" if sign.isprintable()).strip()
    return plain or None
