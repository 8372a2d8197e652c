"""A lock that a passkey opens.

A passkey is a key pair in a device or a password manager. It does two things here. It signs a fresh
challenge, which shows that it is present and that its person unlocked it. And it derives 32 secret bytes from
a salt of this installation (WebAuthn Level 3 §10.1.4, the extension `prf`), which no database and no other
site has; from them follows the key that wraps the data key, by HKDF-SHA-256 and AES-256-GCM, bound to this
wallet's row. The signature alone opens nothing, and neither does a copy of the database.

Limit: the secret passes through the page and through this process, as a password does.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.encoding import b64url_encode, canonical_json, parse_json
from crypto.errors import CryptoError
from crypto.reading import Fields, utc_text
from crypto.sealing import Vault, derive_subkey
from ssi.errors import PasskeyError
from ssi.passkey import MAX_LABEL, NewPasskey, label_of
from wallet.domain.clock import Clock
from wallet.errors import WeakPasswordError, WrongPasskeyError

SECRET_BYTES: Final = 32
_SALT: Final = "passkey salt v1"
_PURPOSE: Final = "wallet passkey v1"


@dataclass(frozen=True)
class PasskeyLock:
    """The data key of one wallet as only one passkey can unwrap it."""

    wallet_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    wrapped_key: bytes = field(repr=False)
    sealed_note: bytes = field(repr=False)
    """What only the open wallet can read of it: a `Note`."""


@dataclass(frozen=True)
class Note:
    """What a person knows a passkey by; the login stands here since a passkey opens a wallet without it."""

    login: str = field(repr=False)
    label: str
    added_at: datetime
    used_at: datetime


def salt_of(lookup_key: bytes) -> bytes:
    """What every passkey of an installation derives its secret from; it is no secret."""
    return derive_subkey(lookup_key, _SALT)


def make_passkey_lock(
    data_key: bytes, secret: bytes, passkey: NewPasskey, note: Note, *, wallet_id: str
) -> PasskeyLock:
    """Wrap a data key so that this passkey opens it as well, and only in this wallet's row.

    Raises:
        WrongPasskeyError: the secret does not have 32 bytes.
    """
    lock = PasskeyLock(
        wallet_id=wallet_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        wrapped_key=b"",
        sealed_note=b"",
    )
    try:
        wrapped = _vault(secret).seal(data_key, _place(lock, "wrapped_key"))
    except CryptoError as error:
        raise wrong_passkey() from error
    return PasskeyLock(
        wallet_id=wallet_id,
        credential_id=lock.credential_id,
        public_key=lock.public_key,
        sign_count=lock.sign_count,
        wrapped_key=wrapped,
        sealed_note=seal_note(lock, note, Vault(data_key)),
    )


def open_passkey_lock(lock: PasskeyLock, secret: bytes) -> bytes:
    """Unwrap the data key.

    Raises:
        WrongPasskeyError: another secret, or the lock was altered or moved; which, is not told.
    """
    try:
        return _vault(secret).open(lock.wrapped_key, _place(lock, "wrapped_key"))
    except CryptoError as error:
        raise wrong_passkey() from error


def seal_note(lock: PasskeyLock, note: Note, vault: Vault) -> bytes:
    """The note of a lock, to be kept beside it."""
    plain = canonical_json(
        {
            "login": note.login,
            "label": note.label,
            "added_at": utc_text(note.added_at),
            "used_at": utc_text(note.used_at),
        }
    )
    return vault.seal(plain, _place(lock, "sealed_note"))


def read_note(lock: PasskeyLock, vault: Vault) -> Note:
    """What the open wallet knows of a lock.

    Raises:
        WrongPasskeyError: it was altered, or belongs to another wallet.
    """
    try:
        fields = Fields.of(parse_json(vault.open(lock.sealed_note, _place(lock, "sealed_note"))), "note")
        return Note(
            login=fields.text("login", max_length=200),
            label=fields.text("label", max_length=200),
            added_at=fields.moment("added_at"),
            used_at=fields.moment("used_at"),
        )
    except CryptoError as error:
        raise wrong_passkey() from error


def new_note(login: str, label: str, clock: Clock) -> Note:
    """The note of a passkey that is added now.

    Raises:
        WeakPasswordError: the label is empty, too long or not printable.
    """
    try:
        told = label_of(label)
    except PasskeyError as error:
        raise WeakPasswordError(
            f"Give this passkey a name of 1 to {MAX_LABEL} characters.", "label"
        ) from error
    now = clock()
    return Note(login, told, now, now)


def wrong_passkey() -> WrongPasskeyError:
    """The one answer to every passkey that does not open a wallet here."""
    return WrongPasskeyError("This passkey does not open a wallet here.")


def _vault(secret: bytes) -> Vault:
    return Vault(derive_subkey(secret, _PURPOSE))


def _place(lock: PasskeyLock, column: str) -> str:
    return f"passkey|{lock.wallet_id}|{b64url_encode(lock.credential_id)}|{column}"
