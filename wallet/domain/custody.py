"""How a wallet is locked and opened.

A wallet's data key is 256 random bits. The password does not encrypt anything but that key: it gives a key
through Argon2id (RFC 9106), and that key wraps the data key with AES-256-GCM, bound to the wallet's row. A
database without the password gives a thief one guess per Argon2id run, and nothing else.
"""

import hmac
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crypto.encoding import b64url_encode
from crypto.errors import CryptoError
from crypto.randomness import RandomBytes
from crypto.sealing import Argon2Cost, Vault, derive_key_from_password, derive_subkey
from wallet.errors import WeakPasswordError, WrongPasswordError

DATA_KEY_BYTES = 32
SALT_BYTES = 16
GENERATION_BYTES = 16
MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 1000
MAX_LOGIN_LENGTH = 64
FREE_ATTEMPTS = 5
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class PasswordLock:
    """The data key of one wallet as only its password can unwrap it."""

    salt: bytes
    cost: Argon2Cost
    wrapped_key: bytes = field(repr=False)


@dataclass(frozen=True)
class LockedWallet:
    """What a wallet shows before it is opened."""

    wallet_id: str
    login_digest: str = field(repr=False)
    generation: bytes = field(repr=False)
    """Random bytes, drawn anew whenever a way in is taken away or replaced: older sessions are then over."""
    lock: PasswordLock | None
    """None: only passkeys and the recovery code open it."""
    attempts: "Attempts"


@dataclass(frozen=True)
class Attempts:
    """How many wrong passwords came in a row, and until when no further one is looked at."""

    failed: int = 0
    blocked_until: datetime | None = None

    def blocks(self, now: datetime) -> bool:
        """Whether the next attempt has to wait."""
        return self.blocked_until is not None and now < self.blocked_until

    def after_failure(self, now: datetime) -> "Attempts":
        """Count a wrong password; from the fifth in a row on, each costs a minute."""
        failed = self.failed + 1
        return Attempts(failed, now + PAUSE if failed >= FREE_ATTEMPTS else None)


def make_lock(
    data_key: bytes, password: str, *, wallet_id: str, cost: Argon2Cost, random: RandomBytes
) -> PasswordLock:
    """Wrap a data key so that only this password opens it, and only in this wallet's row."""
    salt = random(SALT_BYTES)
    password_key = derive_key_from_password(_composed(password), salt=salt, cost=cost)
    return PasswordLock(salt, cost, Vault(password_key).seal(data_key, _place(wallet_id)))


def open_lock(lock: PasswordLock, password: str, *, wallet_id: str) -> bytes:
    """Unwrap the data key.

    Raises:
        WrongPasswordError: the password is wrong, or the lock was altered or moved; which, is not told.
    """
    try:
        password_key = derive_key_from_password(_composed(password), salt=lock.salt, cost=lock.cost)
        return Vault(password_key).open(lock.wrapped_key, _place(wallet_id))
    except CryptoError as error:
        raise wrong_password() from error


def spend_as_much_as_opening(password: str, *, cost: Argon2Cost) -> None:
    """Do the work of one password check, so that an unknown name takes as long as a wrong password."""
    derive_key_from_password(_composed(password), salt=bytes(SALT_BYTES), cost=cost)


def wrong_password() -> WrongPasswordError:
    """The one answer to everything that does not open a wallet."""
    return WrongPasswordError("This name and password do not open a wallet.")


def login_digest(login: str, lookup_key: bytes) -> str:
    """The keyed digest under which a wallet is found; names that look the same have the same digest."""
    key = derive_subkey(lookup_key, "wallet login names")
    return b64url_encode(hmac.digest(key, normalised(login).encode(), "sha256"))


def normalised(login: str) -> str:
    """A login name without the differences that people do not see (NFKC, case, outer space).

    Raises:
        WeakPasswordError: nothing or too much is left.
    """
    name = unicodedata.normalize("NFKC", login).strip().casefold()
    if not 1 <= len(name) <= MAX_LOGIN_LENGTH or not name.isprintable():
        raise WeakPasswordError(f"Choose a name of 1 to {MAX_LOGIN_LENGTH} characters.", "login")
    return name


def check_new_password(password: str, login: str) -> None:
    """Accept a password for a new wallet.

    Length is what counts (NIST SP 800-63B §5.1.1.2); no rule asks for kinds of characters.

    Raises:
        WeakPasswordError: it is shorter than 10 characters, longer than 1000, one character repeated, or
            contains the login name.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise WeakPasswordError(
            f"Choose a password of at least {MIN_PASSWORD_LENGTH} characters. A short sentence is good."
        )
    if len(set(password)) == 1 or normalised(login) in password.casefold():
        raise WeakPasswordError("Choose a password that is hard to guess and does not contain your name.")


def vault_of(data_key: bytes) -> Vault:
    """The vault that opens everything one wallet keeps.

    Raises:
        WrongPasswordError: what was unwrapped is not a data key.
    """
    try:
        return Vault(data_key)
    except CryptoError as error:
        raise wrong_password() from error


def _composed(password: str) -> str:
    """The password as typed on any keyboard (RFC 8265 §4.2.2: NFC, nothing else is changed)."""
    return unicodedata.normalize("NFC", password)


def _place(wallet_id: str) -> str:
    return f"wallet|{wallet_id}|wrapped_key"
