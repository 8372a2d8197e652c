"""A second lock on a wallet's data key: a code of 160 random bits, for whoever forgot the password.

The code needs no slow derivation and no limit on attempts: nobody guesses 160 random bits, however fast. It
wraps the data key at a place of its own, so that neither lock can be put in the other's row or in another
wallet's.
"""

from dataclasses import dataclass, field
from typing import Final

from crypto.code_words import code_of
from crypto.encoding import sha256
from crypto.errors import CryptoError, MalformedError
from crypto.sealing import Vault, derive_subkey
from wallet.errors import RecoveryError

_PURPOSE: Final = "wallet recovery code v1"


@dataclass(frozen=True)
class RecoveryLock:
    """The data key of one wallet as only its recovery code can unwrap it."""

    wrapped_key: bytes = field(repr=False)


def make_recovery(data_key: bytes, code: bytes, *, wallet_id: str) -> RecoveryLock:
    """Wrap a data key so that this code opens it as well, and only in this wallet's row."""
    return RecoveryLock(_vault(code).seal(data_key, _place(wallet_id)))


def open_recovery(lock: RecoveryLock, code: bytes, *, wallet_id: str) -> bytes:
    """Unwrap the data key.

    Raises:
        RecoveryError: another code, or the lock was altered or moved; which, is not told.
    """
    try:
        return _vault(code).open(lock.wrapped_key, _place(wallet_id))
    except CryptoError as error:
        raise unknown_code() from error


def read_words(text: str) -> bytes:
    """The code behind typed words.

    Raises:
        RecoveryError: they are no code; the message says which word to look at.
    """
    try:
        return code_of(text)
    except MalformedError as error:
        raise RecoveryError(
            f"{str(error).removeprefix('code: ').capitalize()}. Look at your note again."
        ) from error


def unknown_code() -> RecoveryError:
    """The one answer to every name and code that do not belong together."""
    return RecoveryError("This name and recovery code do not open a wallet.")


def _vault(code: bytes) -> Vault:
    return Vault(derive_subkey(sha256(code), _PURPOSE))


def _place(wallet_id: str) -> str:
    return f"wallet|{wallet_id}|recovery_key"
