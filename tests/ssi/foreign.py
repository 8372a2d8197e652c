"""Issuers from elsewhere: known by certificates, DIDs or their web server, not by keys of the registry."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509

from crypto.signing import SigningKey
from ssi.certificates import Authority, Lifetime, make_authority, make_certificate
from ssi.did.did_jwk import did_jwk
from ssi.did.did_key import did_key
from ssi.did.public_key import PublicKey
from ssi.errors import UnresolvableError
from ssi.issuance import IssuerKey, issue_sd_jwt_vc
from ssi.issuer_anchors import IssuerAnchors
from ssi.issuer_metadata import issuer_metadata
from ssi.sd_jwt import Selective
from ssi.trust import TrustRegistry
from ssi.trust_parts import issuer_part
from ssi.x509 import write_chain
from tests.ssi.parties import HOLDER, NOW, YEAR, assembled, es256, parts, random_of

DIPLOMA = "urn:example:diploma:1"
ACADEMY = "https://academy.example"
LIFETIME = Lifetime(NOW - timedelta(days=10), NOW + YEAR)
KEY = es256("academy")
DID_JWK = did_jwk(PublicKey.of(KEY.public))
DID_KEY = did_key(PublicKey.of(KEY.public))
DID_WEB = "did:web:academy.example"
CLAIMS: dict[str, Any] = {
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + YEAR).timestamp()),
    "cnf": {"jwk": HOLDER.public.to_jwk()},
    "status": {"status_list": {"idx": 4, "uri": f"{ACADEMY}/status/1"}},
    "given_name": Selective("Ada"),
    "degrees": Selective([Selective({"name": "BSc", "grade": Selective(1.3)}), Selective({"name": "MSc"})]),
    "address": {"country": "AT", "street": Selective("Ring 1")},
}


@cache
def authority(label: str = "root") -> Authority:
    """A self-made certificate authority by name."""
    return make_authority(f"Authority {label}", es256(f"ca {label}"), LIFETIME, random=random_of(label))


def certificate(
    key: SigningKey = KEY, *, of: str = "root", lifetime: Lifetime = LIFETIME, uri: str = ACADEMY
) -> x509.Certificate:
    """The academy's certificate, unless told otherwise."""
    return make_certificate("Academy", key.public, authority(of), lifetime, uris=(uri,), random=random_of(of))


def anchored(anchors: IssuerAnchors, *, issuer: str = ACADEMY) -> TrustRegistry:
    """A registry of an academy that is known in these ways only, and of the marketplace."""
    part = issuer_part(
        issuer,
        "Academy",
        keys={},
        credential_types=[DIPLOMA],
        status_uri_prefix=f"{ACADEMY}/status/",
        anchors=anchors,
    )
    return assembled([parts()[-1], part])


ROOTED = IssuerAnchors(x509_roots=(authority().pem,))


def issuer_key(
    issuer: str = ACADEMY,
    kid: str = "key-1",
    *,
    chain: tuple[x509.Certificate, ...] = (),
    key: SigningKey = KEY,
) -> IssuerKey:
    """How the academy signs."""
    return IssuerKey(issuer, kid, key, tuple(write_chain(chain)))


def diploma(issuer: IssuerKey, changes: Mapping[str, Any] = {}, *, vct: str = DIPLOMA) -> str:
    """A diploma with changed claims; None leaves one out."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return issue_sd_jwt_vc(vct, claims, issuer=issuer, random=random_of("diploma"))


class Web:
    """Serves documents by their addresses, and remembers which were asked for."""

    def __init__(self, documents: Mapping[str, object]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, url: str, *, max_bytes: int) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise UnresolvableError(f"{url} is not there")
        return json.dumps(self.documents[url]).encode()[:max_bytes]


def metadata_web(**changes: object) -> Web:
    """The academy's metadata on its server."""
    document = {**issuer_metadata(ACADEMY, {"key-1": KEY.public}), **changes}
    return Web({f"{ACADEMY}/.well-known/jwt-vc-issuer": document})


def did_web(key: SigningKey = KEY, *, purpose: str = "assertionMethod") -> Web:
    """The academy's DID document on its server."""
    method = {
        "id": f"{DID_WEB}#key-1",
        "type": "JsonWebKey",
        "controller": DID_WEB,
        "publicKeyJwk": key.public.to_jwk(),
    }
    document = {"id": DID_WEB, "verificationMethod": [method], purpose: [f"{DID_WEB}#key-1"]}
    return Web({f"{ACADEMY}/.well-known/did.json": document})
