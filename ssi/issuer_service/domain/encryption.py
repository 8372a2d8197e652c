"""How credential requests and responses are encrypted between wallet and issuer (OpenID4VCI 1.0 §10): JWE.

Compact JWE with ECDH-ES on P-256 and AES-GCM, compressed with DEFLATE where a wallet asks for it. Compression
of a request is read up to 250 kB only, so that a small request cannot grow without bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError

KEY_AGREEMENT: Final = "ECDH-ES"
CONTENT_ENCRYPTIONS: Final = ("A128GCM", "A256GCM")
COMPRESSIONS: Final = ("DEF",)
JWT_MEDIA_TYPE: Final = "application/jwt"
_ALLOWED: Final = [KEY_AGREEMENT, *CONTENT_ENCRYPTIONS, *COMPRESSIONS]
_MAX_MESSAGE: Final = 1_000_000


@dataclass(frozen=True)
class ResponseEncryption:
    """To which key, and how, a response is encrypted."""

    key: ECKey = field(repr=False)
    kid: str | None
    content_encryption: str
    compressed: bool

    @classmethod
    def read(cls, fields: Fields) -> "ResponseEncryption":
        """What a wallet asks for in `credential_response_encryption`.

        Raises:
            ProtocolRefusalError: `invalid_encryption_parameters`: no public key on P-256 for ECDH-ES, or an
                encryption or compression that is not offered.
        """
        try:
            return cls(*_recipient(fields), _choice(fields, "enc", CONTENT_ENCRYPTIONS), _compressed(fields))
        except MalformedError as error:
            raise _refused(f"credential_response_encryption: {error}") from error

    def encrypt(self, document: Mapping[str, Json]) -> str:
        """The response as a compact JWE."""
        header = {"alg": KEY_AGREEMENT, "enc": self.content_encryption, "typ": "JWT"}
        if self.kid is not None:
            header["kid"] = self.kid
        if self.compressed:
            header["zip"] = COMPRESSIONS[0]
        return jwe.encrypt_compact(header, canonical_json(document), self.key, algorithms=_ALLOWED)


class RequestDecryption:
    """Reads what wallets encrypted to the issuer's own key for it."""

    def __init__(self, key: SigningKey) -> None:
        self._key = ECKey.import_key(key.to_pem())
        public = key.public.to_jwk()
        kid = b64url_encode(sha256(canonical_json(public)))
        self.jwk: dict[str, Json] = {**public, "use": "enc", "alg": KEY_AGREEMENT, "kid": kid}

    def decrypt(self, message: str) -> bytes:
        """The request that was encrypted.

        Raises:
            ProtocolRefusalError: `invalid_encryption_parameters`: not encrypted to this key as offered.
        """
        if len(message) > _MAX_MESSAGE:
            raise _refused("the encrypted request is too long")
        try:
            opened = jwe.decrypt_compact(message, self._key, algorithms=_ALLOWED)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            # joserfc lets plain errors through on some malformed headers and points.
            raise _refused("the request is not encrypted as the metadata of this issuer says") from error
        return cast("bytes", opened.plaintext)


def _recipient(fields: Fields) -> tuple[ECKey, str | None]:
    jwk = fields.section("jwk")
    _choice(jwk, "kty", ("EC",))
    _choice(jwk, "alg", (KEY_AGREEMENT,))
    kid = jwk.text("kid", max_length=500) if jwk.has("kid") else None
    members = cast("Mapping[str, object]", fields.any("jwk"))
    point = VerifyingKey.from_jwk({name: members.get(name) for name in ("kty", "crv", "x", "y")})
    return ECKey.import_key({**point.to_jwk()}), kid


def _choice(fields: Fields, name: str, offered: Sequence[str]) -> str:
    value = fields.text(name, max_length=40)
    if value not in offered:
        raise MalformedError(f"{fields.where}.{name}: expected one of {', '.join(offered)}")
    return value


def _compressed(fields: Fields) -> bool:
    return fields.has("zip") and bool(_choice(fields, "zip", COMPRESSIONS))


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_ENCRYPTION, description)
