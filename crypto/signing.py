"""Who signed these bytes? ES256 and Ed25519 behind one pair of verbs.

ES256 is ECDSA on P-256 with SHA-256 (FIPS 186-5, RFC 7518 §3.4), EdDSA is Ed25519 (RFC 8032, RFC 8037).
Both come from OpenSSL by way of `cryptography`, which computes them in constant time, and are existentially
unforgeable under chosen messages at the 128-bit level. Both signers are deterministic (RFC 6979 for ES256),
so that no signature can spoil a key by a bad nonce. ES256 signatures are malleable: (r, n - s) verifies as
well, so a signature is never an identifier.

A verifying key carries its one algorithm. Nothing here takes an algorithm from the signed message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from crypto.encoding import b64url_encode, digest_of
from crypto.errors import MalformedError, SignatureError
from crypto.randomness import RandomBytes, random_below, random_bytes
from crypto.reading import Fields

Algorithm = Literal["ES256", "EdDSA"]

SIGNATURE_BYTES = 64
_HALF = SIGNATURE_BYTES // 2
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ED25519_FIELD = 2**255 - 19
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _ED25519_FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        _ED25519_FIELD - 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    }
)
"""The y coordinates of the eight points of small order: under such a key one signature fits many messages."""


@dataclass(frozen=True, eq=False)
class VerifyingKey:
    """A public key with the one algorithm it verifies."""

    algorithm: Algorithm
    _key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey = field(repr=False)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return only if the holder of the key signed exactly this message.

        Raises:
            SignatureError: the signature does not have 64 bytes or does not verify; the two are not told
                apart.
        """
        try:
            if len(signature) != SIGNATURE_BYTES:
                raise InvalidSignature  # noqa: TRY301 — one exit for every reason
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                self._key.verify(_der(signature), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise SignatureError(f"the {self.algorithm} signature does not verify") from error

    def to_jwk(self) -> dict[str, str]:
        """The public key as a JSON Web Key (RFC 7517, RFC 7518 §6.2, RFC 8037 §2): required members only."""
        if isinstance(self._key, ed25519.Ed25519PublicKey):
            return {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(self._key.public_bytes_raw())}
        point = self._key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        x, y = point[1 : 1 + _HALF], point[1 + _HALF :]
        return {"kty": "EC", "crv": "P-256", "x": b64url_encode(x), "y": b64url_encode(y)}

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> "VerifyingKey":
        """Read a public P-256 or Ed25519 JSON Web Key; members that are not about the key itself are ignored.

        Raises:
            MalformedError: another key type or curve, a point that is not on the curve or of small order, an
                `alg` that contradicts the key, or a private member: a secret that was published by
                mistake is not put to use.
        """
        fields = Fields.of(jwk, "jwk")
        if fields.has("d"):
            raise MalformedError("jwk.d: a public key carries no private member")
        readers = {("EC", "P-256"): cls._read_p256, ("OKP", "Ed25519"): cls._read_ed25519}
        kind = (fields.text("kty", max_length=20), fields.text("crv", max_length=20))
        if kind not in readers:
            raise MalformedError("jwk: expected EC with P-256 or OKP with Ed25519")
        key = readers[kind](fields)
        if fields.has("alg") and fields.text("alg", max_length=20) not in {key.algorithm, kind[1]}:
            raise MalformedError(f"jwk.alg: expected {key.algorithm}")
        return key

    def thumbprint(self) -> str:
        """The SHA-256 JWK thumbprint in base64url (RFC 7638)."""
        return digest_of(self.to_jwk())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyingKey) and self.to_jwk() == other.to_jwk()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.thumbprint())

    @classmethod
    def _read_p256(cls, fields: Fields) -> "VerifyingKey":
        x = int.from_bytes(fields.binary("x", length=_HALF), "big")
        y = int.from_bytes(fields.binary("y", length=_HALF), "big")
        try:
            return cls("ES256", ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())
        except ValueError as error:
            raise MalformedError("jwk: the point is not on P-256") from error

    @classmethod
    def _read_ed25519(cls, fields: Fields) -> "VerifyingKey":
        raw = fields.binary("x", length=_HALF)
        y = int.from_bytes(raw, "little") % 2**255
        if y >= _ED25519_FIELD or y in _SMALL_ORDER_Y:
            raise MalformedError("jwk.x: not a canonical Ed25519 point of large order")
        return cls("EdDSA", ed25519.Ed25519PublicKey.from_public_bytes(raw))


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A private key with its one algorithm. The key itself stays out of ``repr`` and so out of logs."""

    algorithm: Algorithm
    _key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(repr=False)

    @cached_property
    def public(self) -> VerifyingKey:
        """The key that verifies what this one signs."""
        return VerifyingKey(self.algorithm, self._key.public_key())

    def sign(self, message: bytes) -> bytes:
        """Sign a message; 64 bytes, r || s of RFC 7518 §3.4 for ES256, R || S of RFC 8032 §5.1.6 else."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        der = self._key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def to_pem(self) -> bytes:
        """The private key as unencrypted PKCS #8 in PEM (RFC 5958); whoever stores it protects it."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        """Read what `to_pem` wrote.

        Raises:
            MalformedError: not an unencrypted PKCS #8 key of P-256 or Ed25519.
        """
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise MalformedError("expected an unencrypted PKCS #8 private key in PEM") from error
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls("EdDSA", key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls("ES256", key)
        raise MalformedError("expected a P-256 or Ed25519 private key")


def generate_es256(random: RandomBytes = random_bytes) -> SigningKey:
    """Draw a P-256 key: a scalar uniform in [1, n) (FIPS 186-5 §A.2.2)."""
    scalar = 1 + random_below(_P256_ORDER - 1, random)
    return SigningKey("ES256", ec.derive_private_key(scalar, ec.SECP256R1()))


def generate_ed25519(random: RandomBytes = random_bytes) -> SigningKey:
    """Draw an Ed25519 key: 32 uniform bytes (RFC 8032 §5.1.5)."""
    return SigningKey("EdDSA", ed25519.Ed25519PrivateKey.from_private_bytes(random(32)))


def _der(signature: bytes) -> bytes:
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    return encode_dss_signature(r, s)
