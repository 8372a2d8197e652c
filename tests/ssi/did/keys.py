"""Keys of every type, the same in every run."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ssi.data_integrity.signers import KeySigner, P384Signer
from ssi.did.public_key import KeyType, PublicKey
from tests.ssi.parties import ed25519, es256, random_of


@cache
def ed25519_signer(label: str) -> KeySigner:
    return KeySigner(ed25519(label))


@cache
def p256_signer(label: str) -> KeySigner:
    return KeySigner(es256(label))


@cache
def p384_signer(label: str) -> P384Signer:
    return P384Signer.generate(random_of(f"p384 {label}"))


@cache
def secp256k1_key() -> PublicKey:
    point = ec.derive_private_key(7, ec.SECP256K1()).public_key()
    return PublicKey(KeyType.SECP256K1, point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def keys() -> list[PublicKey]:
    """One key of each type that has a JWK."""
    signers = (ed25519_signer("a"), p256_signer("a"), p384_signer("a"))
    return [*(signer.public_key for signer in signers), secp256k1_key()]
