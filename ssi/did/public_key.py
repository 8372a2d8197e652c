"""A public key with its type, in the two forms in which documents carry it: Multikey and JSON Web Key.

Multikey is the type as a multicodec prefix and the key in its compressed form, in base58 (Controlled
Identifiers 1.0 §2.2.2); JWK is RFC 7517 with RFC 7518 §6.2, RFC 8037 and RFC 8812. A key read from either is
a point of its curve; one for BLS12-381 has only its length checked here, and its subgroup in `crypto.bbs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.did.multibase import decode_base58, encode_base58
from ssi.errors import IdentifierError, UnsupportedKeyError


class KeyType(Enum):
    """The types of key, by their names in a JWK: the multicodec prefix and the length of the key in bytes."""

    ED25519 = ("Ed25519", b"\xed\x01", 32)
    P256 = ("P-256", b"\x80\x24", 33)
    P384 = ("P-384", b"\x81\x24", 49)
    SECP256K1 = ("secp256k1", b"\xe7\x01", 33)
    BLS12_381_G2 = ("Bls12381G2", b"\xeb\x01", 96)

    def __init__(self, curve: str, prefix: bytes, length: int) -> None:
        self.curve = curve
        self.prefix = prefix
        self.length = length


_CURVES: Final[Mapping[KeyType, ec.EllipticCurve]] = {
    KeyType.P256: ec.SECP256R1(),
    KeyType.P384: ec.SECP384R1(),
    KeyType.SECP256K1: ec.SECP256K1(),
}
_LARGEST_JWK_MEMBER: Final = 40


@dataclass(frozen=True)
class PublicKey:
    """A key by its type and its compressed bytes; the constructor accepts valid keys only.

    Raises:
        IdentifierError: not as many bytes as the type has, or no point of its curve.
    """

    type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != self.type.length:
            raise IdentifierError(
                f"a key on {self.type.curve} has {self.type.length} bytes, not {len(self.raw)}"
            )
        if self.type is KeyType.ED25519:
            self.verifying_key()
        elif self.type in _CURVES:
            self.curve_point()

    @classmethod
    def from_multikey(cls, text: str) -> "PublicKey":
        """Read a `publicKeyMultibase`.

        Raises:
            IdentifierError: no base58, or no valid key.
            UnsupportedKeyError: a type that is not known here.
        """
        try:
            raw = decode_base58(text)
        except MalformedError as error:
            raise IdentifierError(f"a key: {error}") from error
        for type_ in KeyType:
            if raw.startswith(type_.prefix):
                return cls(type_, raw[len(type_.prefix) :])
        raise UnsupportedKeyError(f"a key of an unknown type: {raw[:2].hex()}")

    def to_multikey(self) -> str:
        """The key as `publicKeyMultibase`."""
        return encode_base58(self.type.prefix + self.raw)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> "PublicKey":
        """Read a public JSON Web Key; members that are not about the key itself are ignored.

        Raises:
            IdentifierError: no point of its curve, or a private member.
            UnsupportedKeyError: another type or curve.
        """
        try:
            return cls._read_jwk(Fields.of(jwk, "jwk"))
        except IdentifierError:
            raise
        except ValueError as error:  # MalformedError is one; so is a point that is not on the curve
            raise IdentifierError(f"no public key: {error}") from error

    @classmethod
    def of(cls, key: VerifyingKey) -> "PublicKey":
        """A key that `crypto.signing` holds."""
        return cls.from_jwk(key.to_jwk())

    def to_jwk(self) -> dict[str, str]:
        """The key as a JSON Web Key: required members only.

        Raises:
            IdentifierError: a key on BLS12-381, for which no JWK is standardised.
        """
        if self.type is KeyType.ED25519:
            return {"kty": "OKP", "crv": self.type.curve, "x": b64url_encode(self.raw)}
        point = self.curve_point().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        half = len(point) // 2
        x, y = b64url_encode(point[:half]), b64url_encode(point[half:])
        return {"kty": "EC", "crv": self.type.curve, "x": x, "y": y}

    def verifying_key(self) -> VerifyingKey:
        """The key for `crypto.signing`: Ed25519 and P-256.

        Raises:
            IdentifierError: a key of another type, or no valid one.
        """
        try:
            return VerifyingKey.from_jwk(
                {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(self.raw)}
                if self.type is KeyType.ED25519
                else self.to_jwk()
            )
        except MalformedError as error:
            raise IdentifierError(f"a key on {self.type.curve}: {error}") from error

    def curve_point(self) -> ec.EllipticCurvePublicKey:
        """The key for ECDSA.

        Raises:
            IdentifierError: a key of another type, or no point of its curve.
        """
        if self.type not in _CURVES:
            raise IdentifierError(f"a key on {self.type.curve} is none for ECDSA")
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[self.type], self.raw)
        except ValueError as error:
            raise IdentifierError(f"the key is no point of {self.type.curve}") from error

    @classmethod
    def _read_jwk(cls, fields: Fields) -> "PublicKey":
        if fields.has("d"):
            raise MalformedError("jwk.d: a public key carries no private member")
        kind = fields.text("kty", max_length=_LARGEST_JWK_MEMBER)
        curve = fields.text("crv", max_length=_LARGEST_JWK_MEMBER)
        if (kind, curve) == ("OKP", "Ed25519"):
            return cls(KeyType.ED25519, fields.binary("x", length=KeyType.ED25519.length))
        for type_, parameters in _CURVES.items():
            if (kind, curve) == ("EC", type_.curve):
                size = type_.length - 1
                x, y = (int.from_bytes(fields.binary(name, length=size)) for name in ("x", "y"))
                point = ec.EllipticCurvePublicNumbers(x, y, parameters).public_key()
                return cls(type_, point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
        raise UnsupportedKeyError("jwk: expected OKP with Ed25519, or EC with P-256, P-384 or secp256k1")
