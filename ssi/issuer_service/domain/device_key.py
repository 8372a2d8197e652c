"""The public key of a device, as whoever sets it up hands it over: PEM or JWK."""

from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from crypto.encoding import Json, b64url_encode, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey

MAX_KEY = 10_000
_BEGIN = "-----BEGIN PUBLIC KEY-----"
_COORDINATE_BYTES = 32


def read_device_key(text: str) -> VerifyingKey:
    """A P-256 or Ed25519 key, as SubjectPublicKeyInfo in PEM (RFC 7468 §13) or as JWK (RFC 7517).

    Raises:
        MalformedError: neither of these, a key of another kind, or a private key.
    """
    text = text.strip()
    if len(text) > MAX_KEY:
        raise MalformedError(f"key: expected at most {MAX_KEY} characters")
    if text.startswith(_BEGIN):
        return VerifyingKey.from_jwk(_jwk_of_pem(text))
    members = parse_json(text)
    Fields.of(members, "key")
    return VerifyingKey.from_jwk(cast("dict[str, Json]", members))


def _jwk_of_pem(text: str) -> dict[str, str]:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MalformedError("key: expected a public key in PEM") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(key.public_bytes_raw())}
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        numbers = key.public_numbers()
        x, y = (b64url_encode(each.to_bytes(_COORDINATE_BYTES, "big")) for each in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    raise MalformedError("key: expected a P-256 or Ed25519 key")
