"""Who makes signatures for proofs? Ed25519 and P-256 by `crypto.signing`; P-384, which only proofs use, here.

ECDSA on P-384 with SHA-384 (FIPS 186-5), deterministic (RFC 6979) and in constant time by OpenSSL; a
signature is r || s, 48 bytes each (vc-di-ecdsa §3.2.8). It is malleable as ES256 is: never an identifier.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crypto.errors import SignatureError
from crypto.randomness import RandomBytes, random_below, random_bytes
from crypto.signing import SigningKey
from ssi.did.public_key import KeyType, PublicKey

_P384_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
)
_P384_HALF: Final = 48


class Signer(Protocol):
    """Signs with one key; where the key lies is its own affair."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: 64 bytes, or 96 for P-384."""
        ...


@dataclass(frozen=True)
class KeySigner:
    """Signs with an Ed25519 or P-256 key of `crypto.signing`."""

    key: SigningKey = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies."""
        return PublicKey.of(self.key.public)

    def sign(self, message: bytes) -> bytes:
        """64 bytes: R || S of RFC 8032, or r || s of ECDSA with SHA-256."""
        return self.key.sign(message)


@dataclass(frozen=True, eq=False)
class P384Signer:
    """Signs with a P-384 key, which stays out of ``repr``."""

    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def generate(cls, random: RandomBytes = random_bytes) -> "P384Signer":
        """Draw a key: a scalar uniform in [1, n) (FIPS 186-5 §A.2.2)."""
        return cls.from_scalar(1 + random_below(_P384_ORDER - 1, random))

    @classmethod
    def from_scalar(cls, scalar: int) -> "P384Signer":
        """The key of a scalar in [1, n).

        Raises:
            ValueError: it is outside.
        """
        return cls(ec.derive_private_key(scalar, ec.SECP384R1()))

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return PublicKey(KeyType.P384, point)

    def sign(self, message: bytes) -> bytes:
        """96 bytes: r || s of ECDSA with SHA-384."""
        der = self._key.sign(message, ec.ECDSA(hashes.SHA384(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(_P384_HALF) + s.to_bytes(_P384_HALF)


def verify_signature(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Return only if the holder of the key signed exactly this message.

    Raises:
        SignatureError: the signature does not have its length or does not verify; not told apart.
        IdentifierError: a key whose type signs nothing here.
    """
    if key.type is KeyType.P384:
        _verify_p384(key.curve_point(), signature, message)
    else:
        key.verifying_key().verify(signature, message)


def _verify_p384(point: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    try:
        if len(signature) != 2 * _P384_HALF:
            raise InvalidSignature  # noqa: TRY301 — one exit for every reason
        r, s = int.from_bytes(signature[:_P384_HALF]), int.from_bytes(signature[_P384_HALF:])
        point.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature as error:
        raise SignatureError("the ES384 signature does not verify") from error
