"""In which bytes do keys for sealing travel, and which suite of HPKE does each of them stand for?

Two suites, both with HKDF-SHA256 and AES-256-GCM:

- X25519 (RFC 9180 §7.1), which a large quantum computer would open, also years later.
- The hybrid MLKEM768-X25519, which holds while either of the two does. It is the KEM that X-Wing describes
  (Barbosa, Connolly, Duarte, Kaiser, Schwabe, Varner, Westerbaan, 2024): a private key is a seed of 32 bytes,
  expanded by SHAKE256 to the 64 bytes that ML-KEM keys are made of (FIPS 203 §7.1) and the 32 of an X25519
  key; the shared secret is SHA3-256 over both secrets, the X25519 ciphertext and public key, and a label.

Keys tell by themselves what they are, so one stored or registered before the hybrid keeps its meaning:

    X25519   public  u coordinate (32)                 private  32 bytes
    hybrid   public  2 || ML-KEM key (1184) || u (32)  private  2 || seed (32)

An envelope of the hybrid starts with the same 2; one of X25519 has no version.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto.encoding import sha256
from crypto.errors import MalformedError

X25519_BYTES: Final = 32
SEED_BYTES: Final = 32
HYBRID_VERSION: Final = b"\x02"
HYBRID_PUBLIC_BYTES: Final = 1 + 1184 + X25519_BYTES
HYBRID_PRIVATE_BYTES: Final = 1 + SEED_BYTES
X25519_OVERHEAD_BYTES: Final = 32 + 16
HYBRID_OVERHEAD_BYTES: Final = 1 + 1088 + 32 + 16

_X25519_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HYBRID_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HYBRID_INFO: Final = b"argonauta envelope v2|"
_ML_KEM_SEED_BYTES: Final = 64
_SMALL_ORDER_TEST: Final = x25519.X25519PrivateKey.from_private_bytes(b"\x01" * X25519_BYTES)


@dataclass(frozen=True)
class PublicForm:
    """A public key as it travels, and as the library takes it."""

    raw: bytes
    native: x25519.X25519PublicKey | MLKEM768X25519PublicKey = field(repr=False)

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """HPKE `SealBase` (RFC 9180 §6.1), after the version of the suite."""
        if isinstance(self.native, x25519.X25519PublicKey):
            return _X25519_SUITE.encrypt(plaintext, self.native, info=context)
        return HYBRID_VERSION + _HYBRID_SUITE.encrypt(plaintext, self.native, info=_hybrid_info(context))


@dataclass(frozen=True)
class PrivateForm:
    """A private key as it is stored, and as the library takes it. It stays out of ``repr``."""

    raw: bytes = field(repr=False)
    native: x25519.X25519PrivateKey | MLKEM768X25519PrivateKey = field(repr=False)
    public: PublicForm

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """HPKE `OpenBase` of an envelope of this key's suite.

        Raises:
            InvalidTag: it does not open.
            ValueError: it does not have the form of an envelope.
        """
        if isinstance(self.native, x25519.X25519PrivateKey):
            return _X25519_SUITE.decrypt(sealed, self.native, info=context)
        if not sealed.startswith(HYBRID_VERSION):
            raise ValueError("not an envelope of the hybrid suite")
        body = memoryview(sealed)[len(HYBRID_VERSION) :]
        return _HYBRID_SUITE.decrypt(body, self.native, info=_hybrid_info(context))


def read_public(raw: bytes) -> PublicForm:
    """Read a public key of either suite.

    Raises:
        MalformedError: another length or version, an ML-KEM key with a coefficient out of range (FIPS 203
            §7.2), or an X25519 point of small order, to which anyone could open.
    """
    if len(raw) == X25519_BYTES:
        return PublicForm(raw, _x25519_public(raw))
    if len(raw) != HYBRID_PUBLIC_BYTES or not raw.startswith(HYBRID_VERSION):
        raise MalformedError(
            f"expected a public key of {X25519_BYTES} bytes or {HYBRID_PUBLIC_BYTES}, got {len(raw)}"
        )
    try:
        lattice = mlkem.MLKEM768PublicKey.from_public_bytes(raw[1:-X25519_BYTES])
    except ValueError as error:
        raise MalformedError("the public key is no ML-KEM-768 key") from error
    return PublicForm(raw, MLKEM768X25519PublicKey(lattice, _x25519_public(raw[-X25519_BYTES:])))


def read_private(raw: bytes) -> PrivateForm:
    """Read a private key of either suite.

    Raises:
        MalformedError: another length or version.
    """
    if len(raw) == X25519_BYTES:
        native = x25519.X25519PrivateKey.from_private_bytes(raw)
        public = native.public_key()
        return PrivateForm(raw, native, PublicForm(public.public_bytes_raw(), public))
    if len(raw) != HYBRID_PRIVATE_BYTES or not raw.startswith(HYBRID_VERSION):
        raise MalformedError(
            f"expected a private key of {X25519_BYTES} bytes or {HYBRID_PRIVATE_BYTES}, got {len(raw)}"
        )
    return _hybrid_private(raw)


def _hybrid_private(raw: bytes) -> PrivateForm:
    expanded = hashlib.shake_256(raw[1:]).digest(_ML_KEM_SEED_BYTES + X25519_BYTES)
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:_ML_KEM_SEED_BYTES])
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[_ML_KEM_SEED_BYTES:])
    native = MLKEM768X25519PrivateKey(lattice, curve)
    halves = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return PrivateForm(raw, native, PublicForm(HYBRID_VERSION + halves, native.public_key()))


def _x25519_public(raw: bytes) -> x25519.X25519PublicKey:
    key = x25519.X25519PublicKey.from_public_bytes(raw)
    try:
        _SMALL_ORDER_TEST.exchange(key)
    except ValueError as error:
        raise MalformedError("the public key is a point of small order") from error
    return key


def _hybrid_info(context: bytes) -> bytes:
    return _HYBRID_INFO + sha256(context)
