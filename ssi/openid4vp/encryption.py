"""How is an answer kept from everybody but the verifier? Encrypted responses (OpenID4VP 1.0 §8.3): JWE.

Compact JWE with ECDH-ES on P-256 and AES-GCM. Each request carries a key of its own, so that whoever takes
hold of one later opens one answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.openid4vp.errors import ErrorCode, PresentationRefusedError, Reason, RequestRefusedError

KEY_AGREEMENT: Final = "ECDH-ES"
CONTENT_ENCRYPTIONS: Final = ("A128GCM", "A256GCM")
MAX_MESSAGE: Final = 1_000_000
_DEFAULT: Final = "A128GCM"
_ALLOWED: Final = [KEY_AGREEMENT, *CONTENT_ENCRYPTIONS]


@dataclass(frozen=True)
class Recipient:
    """To which key of a verifier, and how, an answer is encrypted."""

    jwk: Mapping[str, Json] = field(hash=False)
    content_encryption: str = _DEFAULT

    def encrypt(self, claims: Mapping[str, Json]) -> str:
        """The answer as a compact JWE."""
        header: dict[str, Json] = {"alg": KEY_AGREEMENT, "enc": self.content_encryption}
        if "kid" in self.jwk:
            header["kid"] = self.jwk["kid"]
        point: dict[str, str | list[str]] = {name: str(self.jwk[name]) for name in ("kty", "crv", "x", "y")}
        return jwe.encrypt_compact(
            header, canonical_json(claims), ECKey.import_key(point), algorithms=_ALLOWED
        )


def encryption_jwk(key: SigningKey) -> dict[str, Json]:
    """The public key of a request, as it stands in the metadata of the verifier."""
    return {
        **key.public.to_jwk(),
        "use": "enc",
        "alg": KEY_AGREEMENT,
        "kid": key.public.thumbprint(),
    }


def choose_recipient(jwks: tuple[Mapping[str, Json], ...], offered: tuple[str, ...]) -> Recipient:
    """The first key and the first encryption of a verifier that are known here; the others are passed over.

    Raises:
        RequestRefusedError: `invalid_request`: none is.
    """
    usable = [jwk for jwk in jwks if _is_usable(jwk)]
    encryptions = [name for name in offered or (_DEFAULT,) if name in CONTENT_ENCRYPTIONS]
    if not usable or not encryptions:
        raise RequestRefusedError(
            ErrorCode.INVALID_REQUEST,
            "the answer can be encrypted to none of the keys, or in none of the ways",
        )
    return Recipient(usable[0], encryptions[0])


def decrypt(message: str, key: SigningKey) -> bytes:
    """What was encrypted to this key.

    Raises:
        PresentationRefusedError: `not_decryptable`: another key, another way or altered; never told which.
    """
    try:
        if len(message) > MAX_MESSAGE:
            raise ValueError("too long")  # noqa: TRY301 — one exit for every reason
        opened = jwe.decrypt_compact(message, ECKey.import_key(key.to_pem()), algorithms=_ALLOWED)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        # joserfc lets plain errors through on some malformed headers and points.
        raise PresentationRefusedError(Reason.NOT_DECRYPTABLE, "response") from error
    return cast("bytes", opened.plaintext)


def _is_usable(jwk: Mapping[str, Json]) -> bool:
    try:
        fields = Fields(jwk, "jwk")
        for name, wanted in (("use", "enc"), ("alg", KEY_AGREEMENT), ("crv", "P-256")):
            if fields.has(name) and fields.text(name, max_length=40) != wanted:
                return False
        if not fields.has("alg"):
            return False
        VerifyingKey.from_jwk({name: jwk.get(name) for name in ("kty", "crv", "x", "y")})
        kid_is_text = not fields.has("kid") or bool(fields.text("kid", max_length=500))
    except MalformedError:
        return False
    return kid_is_text
