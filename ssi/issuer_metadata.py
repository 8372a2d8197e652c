"""Where does an issuer's web server list its keys? JWT VC Issuer Metadata (SD-JWT VC draft 19 §5).

>>> metadata_url("https://university.example/tenant/1")
'https://university.example/.well-known/jwt-vc-issuer/tenant/1'

Whoever verifies asks the server only for issuers whose registry entry says that its metadata counts, and only
through a function that is passed in and that decides which hosts may be asked.
"""

from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.did.did_web import Fetch
from ssi.errors import UnknownIssuerError

WELL_KNOWN: Final = "/.well-known/jwt-vc-issuer"
MAX_METADATA_BYTES: Final = 64 * 1024
MAX_KEYS: Final = 100


def metadata_url(issuer: str) -> str:
    """Where the metadata of an issuer lies: the well-known name between its host and its path.

    Raises:
        MalformedError: the issuer is no https address, or one with a query, a fragment or a user.
    """
    try:
        parts = urlsplit(issuer)
        port = parts.port
    except ValueError as error:
        raise MalformedError("issuer: expected an https address") from error
    plain = f"https://{parts.hostname}{'' if port is None else f':{port}'}"
    if parts.scheme != "https" or not parts.hostname or not issuer.lower().startswith(plain):
        raise MalformedError("issuer: expected an https address")
    if parts.query or parts.fragment or parts.username is not None or "/." in parts.path:
        raise MalformedError("issuer: expected an https address without query, fragment, user and dots")
    return f"{plain}{WELL_KNOWN}{parts.path.rstrip('/')}"


def issuer_metadata(issuer: str, keys: Mapping[str, VerifyingKey]) -> dict[str, Json]:
    """What an issuer serves there: its identifier and its keys by kid, in the document itself."""
    listed: list[Json] = [
        {"kid": kid, "use": "sig", "alg": key.algorithm, **key.to_jwk()} for kid, key in keys.items()
    ]
    return {"issuer": issuer, "jwks": {"keys": listed}}


def fetch_issuer_key(issuer: str, kid: str | None, fetch: Fetch) -> VerifyingKey:
    """The key that an issuer's metadata lists under a kid; without a kid, the only key it lists.

    Raises:
        MalformedError: no https address, or metadata that is not of its form or about somebody else.
        UnknownIssuerError: it lists no such key.
        UnresolvableError: as `fetch`.
    """
    fields = Fields.parse(fetch(metadata_url(issuer), max_bytes=MAX_METADATA_BYTES), "issuer metadata")
    if fields.text("issuer", max_length=2000) != issuer:
        raise MalformedError("issuer metadata.issuer: it is about another issuer")
    by_value, by_reference = fields.has("jwks"), fields.has("jwks_uri")
    if by_value == by_reference:
        raise MalformedError("issuer metadata: expected jwks or jwks_uri, not both")
    if by_reference:
        address = fields.text("jwks_uri", max_length=2000)
        if not address.startswith("https://"):
            raise MalformedError("issuer metadata.jwks_uri: expected an https address")
        return _key(Fields.parse(fetch(address, max_bytes=MAX_METADATA_BYTES), "jwks"), kid, issuer)
    return _key(fields.section("jwks"), kid, issuer)


def _key(jwks: Fields, kid: str | None, issuer: str) -> VerifyingKey:
    found = [jwk for jwk in jwks.entries("keys", most=MAX_KEYS) if _is_meant(Fields.of(jwk, "jwk"), kid)]
    if len(found) != 1:
        raise UnknownIssuerError(
            f"the metadata of {issuer[:200]} lists {len(found)} keys named {str(kid)[:200]!r}"
        )
    return VerifyingKey.from_jwk(cast("Mapping[str, object]", found[0]))


def _is_meant(jwk: Fields, kid: str | None) -> bool:
    """Whether a listed key is for signatures and has this kid; without a kid, any is."""
    signs = not jwk.has("use") or jwk.text("use", max_length=20) == "sig"
    return signs and (kid is None or (jwk.has("kid") and jwk.text("kid", max_length=4000) == kid))
