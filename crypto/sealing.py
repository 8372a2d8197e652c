"""Encryption to a key, at rest, and from a password.

`seal` is HPKE in base mode, single shot (RFC 9180 §5.1.1 and §6.1) with HKDF-SHA256 and AES-256-GCM, over
X25519 or over the hybrid of ML-KEM-768 and X25519; the key decides, see `crypto.sealing_suite`. It is
IND-CCA2 secure at the 128-bit level: to an X25519 key against today's computers only, to a hybrid key against
a quantum computer as well. The sender is not authenticated, so whoever must know the sender signs as well.
What a message is *for* goes into `context` (HPKE's info, hashed): for another purpose it does not open.

| one record, 300 bytes | seal | open | overhead | public key |
|---|---|---|---|---|
| X25519 | 53 µs | 34 µs | 48 bytes | 32 bytes |
| hybrid | 67 µs | 56 µs | 1137 bytes | 1217 bytes |

`Vault` is AES-256-GCM with random 96-bit nonces for values at rest, bound to their place, so that a value
cannot be moved to another row. A key takes at most 2^32 values (NIST SP 800-38D §8.3).
"""

import unicodedata
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import MalformedError, OutOfRangeError, SealError
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing_suite import (
    HYBRID_VERSION,
    SEED_BYTES,
    X25519_OVERHEAD_BYTES,
    PrivateForm,
    PublicForm,
    read_private,
    read_public,
)

KEY_BYTES = 32
SEAL_OVERHEAD_BYTES = X25519_OVERHEAD_BYTES
MIN_SALT_BYTES = 16
_NONCE_BYTES = 12
_VAULT_VERSION = b"\x01"
_VAULT_KEYS = "argonauta vault keys v1"


@dataclass(frozen=True, eq=False)
class SealingPublicKey:
    """A public key to which anyone can seal, equal by its bytes."""

    _form: PublicForm = field(repr=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "SealingPublicKey":
        """Read a key of 32 bytes (X25519, RFC 7748 §5) or 1217 (hybrid, see `crypto.sealing_suite`).

        Raises:
            MalformedError: another length or version, a malformed ML-KEM key, or a point of small order, to
                which anyone could open.
        """
        return cls(read_public(raw))

    def to_bytes(self) -> bytes:
        """The bytes that `from_bytes` reads."""
        return self._form.raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealingPublicKey) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())


@dataclass(frozen=True, eq=False)
class SealingKey:
    """A private key, which opens what was sealed to its public half. It stays out of ``repr``."""

    _form: PrivateForm = field(repr=False)

    @classmethod
    def generate(cls, random: RandomBytes = random_bytes) -> "SealingKey":
        """Draw an X25519 key: 32 uniform bytes (RFC 7748 §6.1)."""
        return cls.from_bytes(random(KEY_BYTES))

    @classmethod
    def generate_hybrid(cls, random: RandomBytes = random_bytes) -> "SealingKey":
        """Draw a hybrid key, for what must stay secret after there is a large quantum computer."""
        return cls.from_bytes(HYBRID_VERSION + random(SEED_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "SealingKey":
        """Read a stored private key: 32 bytes (X25519) or 33 (hybrid).

        Raises:
            MalformedError: another length or version.
        """
        return cls(read_private(raw))

    def to_bytes(self) -> bytes:
        """The secret bytes that `from_bytes` reads; whoever stores them seals them."""
        return self._form.raw

    @property
    def public(self) -> SealingPublicKey:
        """The key to give away."""
        return SealingPublicKey(self._form.public)

    def decrypt(self, sealed: bytes, info: bytes) -> bytes:
        """HPKE `OpenBase` (RFC 9180 §6.1); callers use `open_sealed`.

        Raises:
            SealError: it does not open.
        """
        try:
            return self._form.open(sealed, info)
        except (InvalidTag, ValueError) as error:
            raise SealError("the sealed message does not open") from error


def seal(plaintext: bytes, to: SealingPublicKey, *, context: bytes) -> bytes:
    """Encrypt to the holder of a key, for one stated purpose.

    To an X25519 key: enc (32 bytes) || ciphertext || tag (16 bytes). To a hybrid key: 2 || enc (1120) ||
    ciphertext || tag. The ephemeral key is drawn by the library; a result is different each time.
    """
    return to._form.seal(plaintext, context)


def open_sealed(sealed: bytes, key: SealingKey, *, context: bytes) -> bytes:
    """Decrypt what was sealed to this key with exactly this context.

    Raises:
        SealError: too short, altered, for another key, suite or context; the reason is not told.
    """
    return key.decrypt(sealed, context)


class Vault:
    """Seals values at rest under one key, each to its place, and derives independent secrets from it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise OutOfRangeError(f"a vault key has {KEY_BYTES} bytes, got {len(key)}")
        self._aead = AESGCM(key)
        self._root = derive_subkey(key, _VAULT_KEYS)

    def derive(self, label: str) -> bytes:
        """A secret of 32 bytes for a purpose: always the same, independent of what the vault seals with."""
        return derive_subkey(self._root, label)

    def seal(self, plaintext: bytes, place: str, random: RandomBytes = random_bytes) -> bytes:
        """Encrypt a value for its place, written `table|row|column`: version || nonce || ciphertext || tag.

        The place is authenticated and not stored. Two values of equal length are not told apart.
        """
        nonce = random(_NONCE_BYTES)
        return _VAULT_VERSION + nonce + self._aead.encrypt(nonce, plaintext, _placed(place))

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt the value of a place.

        Raises:
            SealError: altered, of another version, of another place or under another key; never told which.
        """
        body = sealed[len(_VAULT_VERSION) :]
        try:
            if not sealed.startswith(_VAULT_VERSION):
                raise InvalidTag  # noqa: TRY301 — one exit for every reason
            return self._aead.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _placed(place))
        except (InvalidTag, ValueError) as error:
            raise SealError("the sealed value does not open") from error


@dataclass(frozen=True)
class Argon2Cost:
    """What one guess of a password costs.

    The default is the second recommended option of RFC 9106 §4: 64 MiB, 3 passes, 4 lanes. A test may lower
    it; a stored password keeps the cost it was stretched with.
    """

    memory_kib: int = 65536
    iterations: int = 3
    lanes: int = 4


DEFAULT_COST = Argon2Cost()


def derive_key_from_password(password: str, *, salt: bytes, cost: Argon2Cost = DEFAULT_COST) -> bytes:
    """Stretch a password to a 32-byte key by Argon2id (RFC 9106). The salt is stored, random and unique.

    The password is brought to Unicode normal form C first (RFC 8265 §4.2), so that it is the same on every
    keyboard.

    Raises:
        OutOfRangeError: the salt is shorter than 16 bytes, or the cost is below what the RFC defines.
        MalformedError: the password holds a lone surrogate, which is not text.
    """
    if len(salt) < MIN_SALT_BYTES:
        raise OutOfRangeError(f"a salt needs at least {MIN_SALT_BYTES} bytes, got {len(salt)}")
    try:
        stretch = Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=cost.iterations,
            lanes=cost.lanes,
            memory_cost=cost.memory_kib,
        )
    except ValueError as error:
        raise OutOfRangeError(f"not an Argon2id cost: {cost}") from error
    try:
        return stretch.derive(unicodedata.normalize("NFC", password).encode())
    except UnicodeEncodeError as error:
        raise MalformedError("the password is not text") from error


def derive_subkey(key: bytes, label: str) -> bytes:
    """Derive a 32-byte key that is independent for each label, by HKDF-SHA256 (RFC 5869, label as info).

    Raises:
        OutOfRangeError: the key does not have 32 bytes; a password is stretched first.
    """
    if len(key) != KEY_BYTES:
        raise OutOfRangeError(f"a subkey is derived from a key of {KEY_BYTES} bytes, got {len(key)}")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(key)


def _placed(place: str) -> bytes:
    return b"argonauta vault v1|" + place.encode()
