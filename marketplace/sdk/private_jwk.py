"""How does a P-256 private key stand in a file that a browser reads, too? As a private JSON Web Key.

WebCrypto imports this form directly (RFC 7517, RFC 7518 §6.2.2); PEM it does not know.
"""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey

_SCALAR_BYTES = 32


def write_private_jwk(key: SigningKey) -> dict[str, str]:
    """The private JWK of an ES256 key; whoever stores it protects it.

    Raises:
        MalformedError: another kind of key.
    """
    private = load_pem_private_key(key.to_pem(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise MalformedError("expected an ES256 key")
    scalar = private.private_numbers().private_value.to_bytes(_SCALAR_BYTES, "big")
    return {**key.public.to_jwk(), "d": b64url_encode(scalar)}


def read_private_jwk(fields: Fields) -> SigningKey:
    """Read a private ES256 JWK.

    Raises:
        MalformedError: another type of key, a scalar out of range, or a public half that is not its own.
    """
    public = {name: fields.text(name, max_length=100) for name in ("kty", "crv", "x", "y")}
    scalar = int.from_bytes(fields.binary("d", length=_SCALAR_BYTES), "big")
    expected = VerifyingKey.from_jwk(public)
    try:
        private = ec.derive_private_key(scalar, ec.SECP256R1())
    except ValueError as error:
        raise MalformedError(f"{fields.where}.d: not a private key of P-256") from error
    key = SigningKey.from_pem(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if key.public != expected:
        raise MalformedError(f"{fields.where}: the private key does not belong to the public one")
    return key
