"""The issuer's document as a did:web: by which keys it says things (DID Core 1.0, did:web of the W3C CCG).

A verifier that finds keys by DID asks the issuer's own server for it, and believes what that server says: the
document is as good as the name of the host and its certificate. It lies at the issuer's address, so the
identifier is made of that; one that the issuer goes by elsewhere is named beside it, and counts only if the
document there lists the same keys.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.signing import VerifyingKey
from ssi.did.did_web import PREFIX, document_url
from ssi.did.document import Purpose
from ssi.did.public_key import PublicKey
from ssi.errors import IdentifierError

DOCUMENT_TYPE: Final = "application/did+json"
_CONTEXTS: Final = ("https://www.w3.org/ns/did/v1", "https://www.w3.org/ns/cid/v1")


def did_web_of(url: str) -> str | None:
    """The did:web of an address; None where there is none: an IP address, or http beyond localhost."""
    parts = urlsplit(url)
    did = f"{PREFIX}{parts.netloc.replace(':', '%3A')}{parts.path.replace('/', ':')}"
    try:
        where = document_url(did)
    except IdentifierError:
        return None
    return did if where.startswith(f"{parts.scheme}://") else None


def did_document(did: str, keys: Mapping[str, VerifyingKey], *, issuer_id: str) -> dict[str, Json]:
    """The document: each key that asserts by its kid, and once more by its Multikey as Data Integrity has it.

    `keys` are the keys by their kids, each a fragment of a DID URL; `issuer_id` is how credentials name the
    issuer.
    """
    methods = [method for kid, key in keys.items() for method in _methods(did, kid, PublicKey.of(key))]
    document: dict[str, Json] = {
        "@context": list(_CONTEXTS),
        "id": did,
        "verificationMethod": list(methods),
        Purpose.ASSERTION.value: [method["id"] for method in methods],
    }
    if issuer_id != did:
        document["alsoKnownAs"] = [issuer_id]
    return document


def _methods(did: str, kid: str, key: PublicKey) -> tuple[dict[str, Json], dict[str, Json]]:
    jwk: dict[str, Json] = {**key.to_jwk(), "kid": kid}
    multikey = key.to_multikey()
    return (
        {"id": f"{did}#{kid}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk},
        {"id": f"{did}#{multikey}", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey},
    )
