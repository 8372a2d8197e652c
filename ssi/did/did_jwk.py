"""did:jwk: the identifier is a public JSON Web Key in base64url, so its document is computed."""

from collections.abc import Mapping
from typing import Final, cast

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.did.document import SIGNING_PURPOSES, DidDocument, Purpose, single_key_document
from ssi.did.public_key import PublicKey
from ssi.errors import IdentifierError

PREFIX: Final = "did:jwk:"
FRAGMENT: Final = "0"
_MAX_JWK: Final = 4_000


def did_jwk(key: PublicKey) -> str:
    """An identifier of a key: the one whose JWK holds the required members in canonical JSON."""
    return f"{PREFIX}{b64url_encode(canonical_json(key.to_jwk()))}"


def resolve_did_jwk(did: str) -> DidDocument:
    """The document of a did:jwk; a key whose `use` is encryption signs for nothing.

    Raises:
        IdentifierError: not base64url of a public JWK of a known type.
    """
    try:
        jwk = parse_json(b64url_decode(did.removeprefix(PREFIX)), max_bytes=_MAX_JWK)
        fields = Fields.of(jwk, "did:jwk")
        use = fields.text("use", max_length=20) if fields.has("use") else "sig"
        key = PublicKey.from_jwk(cast("Mapping[str, object]", jwk))
    except MalformedError as error:
        raise IdentifierError(f"{did[:80]}: {error}") from error
    purposes = frozenset({Purpose.KEY_AGREEMENT}) if use == "enc" else SIGNING_PURPOSES
    return single_key_document(did, FRAGMENT, key, purposes)
