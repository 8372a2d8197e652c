"""How is a credential believed whose issuer nobody listed? By the key that its own name leads to.

A stranger's name is an https address or a DID. A credential proves that whoever controls that name signed it;
who that is in life, nobody vouches for. The registry is replaced by one that names this stranger alone, so
that every other check stays the one that listed issuers pass (`ssi.sd_jwt_vc`):

- a DID: its document names the key;
- an address: its `/.well-known/jwt-vc-issuer` lists the key;
- a certificate (`x5c`): only for the very address that the credential was collected from, whose TLS
  connection proved the name already; its chain must hold, and ends in itself.

Limit. Nothing here says that a stranger is who she seems to be. Such a credential counts for no computation.
"""

from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.address import origin_of, same_origin
from ssi.issuer_anchors import IssuerAnchors
from ssi.issuer_keys import MAX_ISSUER
from ssi.jws import UnverifiedJws
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry
from ssi.x509 import read_chain

_WHERE: Final = "credential"


def registry_of_stranger(
    unverified: UnverifiedJws, collected_from: str, registry: TrustRegistry
) -> TrustRegistry:
    """A registry whose one issuer is whoever a token names, by the keys that the name leads to.

    Raises:
        MalformedError: the token names nobody, or not in the form of a name.
    """
    fields = Fields(unverified.payload, _WHERE)
    name = (
        fields.text("iss", max_length=MAX_ISSUER) if fields.has("iss") else _named(unverified, collected_from)
    )
    named = origin_of(name) is not None or name.startswith("did:")
    if (
        not named or not name.isascii() or not name.isprintable() or " " in name
    ):  # RFC 3986 §2, W3C DID 1.0 §3.1
        raise MalformedError(f"{_WHERE}.iss: expected an address or a DID")
    entry = IssuerEntry(
        id=name,
        name=name,
        keys={},
        credential_types=frozenset({fields.text("vct", max_length=MAX_ISSUER)}),
        status_uri_prefix=f"{origin_of(_status_address(fields) or collected_from)}/",
        valid_from=registry.issued_at,
        valid_until=registry.valid_until,
        anchors=_anchors(unverified, name, collected_from),
    )
    return replace(registry, issuers=(entry,))


def _named(unverified: UnverifiedJws, collected_from: str) -> str:
    """Without `iss`, the DID that names the key, or the address that a certificate has to name."""
    kid = unverified.kid or ""
    return kid.partition("#")[0] if kid.startswith("did:") else str(origin_of(collected_from))


def _anchors(unverified: UnverifiedJws, name: str, collected_from: str) -> IssuerAnchors:
    if name.startswith("did:"):
        return IssuerAnchors(dids=(name,))
    if "x5c" not in unverified.header:
        return IssuerAnchors(metadata=True)
    if not same_origin(name, collected_from):
        raise MalformedError(f"{_WHERE}.x5c: a certificate of another address than it was collected from")
    last = read_chain(unverified.header["x5c"], f"{_WHERE}.x5c")[-1]
    return IssuerAnchors(x509_roots=(last.public_bytes(Encoding.PEM).decode(),))


def _status_address(fields: Fields) -> str | None:
    status: Json = fields.any("status") if fields.has("status") else None
    listed = status.get("status_list") if isinstance(status, dict) else None
    uri = listed.get("uri") if isinstance(listed, dict) else None
    return uri if isinstance(uri, str) else None
