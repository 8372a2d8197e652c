"""A lock that people whom its person trusts open together (Shamir, CACM 1979; see `crypto.sharing.shamir`).

A secret of 256 bits wraps the data key and is cut into a sheet for each of them. Any `threshold` sheets give
it back; fewer say nothing about it, and no sheet says whose wallet it is for. It needs no slow derivation and
no limit on attempts. Limit: as many of them as are needed can open the wallet without its person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.code_words import LONG_CODE_BYTES, code_of, words_of
from crypto.curve import ORDER
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_below
from crypto.sealing import Vault, derive_subkey
from crypto.sharing.shamir import Share, combine_shares, split
from wallet.errors import ChoiceError, RecoveryError

LEAST_NEEDED: Final = 2
MOST_CONTACTS: Final = 7
MAX_TEXT: Final = 10_000
_PURPOSE: Final = "wallet contacts v1"
_SHEET: Final = re.compile(r"(?:^|\n)\s*(\d{1,2})\s*[:.)]", re.ASCII)


@dataclass(frozen=True)
class ContactsLock:
    """The data key of one wallet as only `threshold` of its `contacts` can unwrap it."""

    threshold: int
    contacts: int
    wrapped_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """What one of them is given: the number of the sheet, and 24 words."""

    number: int
    words: str = field(repr=False)


def make_contacts_lock(
    data_key: bytes, *, threshold: int, contacts: int, wallet_id: str, random: RandomBytes
) -> tuple[ContactsLock, tuple[Sheet, ...]]:
    """Wrap a data key, and cut what unwraps it.

    Raises:
        ChoiceError: not 2 <= threshold <= contacts <= 7.
    """
    if not LEAST_NEEDED <= threshold <= contacts <= MOST_CONTACTS:
        raise ChoiceError(
            f"Choose up to {MOST_CONTACTS} people, and at least {LEAST_NEEDED} of them to be needed.",
            "needed",
        )
    secret = random_below(ORDER, random)
    lock = ContactsLock(threshold, contacts, _vault(secret).seal(data_key, _place(wallet_id)))
    shares = split(secret, threshold=threshold, parties=contacts, random=random)
    return lock, tuple(Sheet(share.party, words_of(_bytes(share.value))) for share in shares)


def open_contacts_lock(lock: ContactsLock, sheets: Sequence[Share], *, wallet_id: str) -> bytes:
    """Unwrap the data key with sheets of different people.

    Raises:
        RecoveryError: too few, not of this wallet, or not of one making; which, is not told.
    """
    try:
        secret = combine_shares(sheets, threshold=lock.threshold)
        return _vault(secret).open(lock.wrapped_key, _place(wallet_id))
    except CryptoError as error:
        raise unknown_sheets() from error


def read_sheets(text: str) -> tuple[Share, ...]:
    """The sheets in a text in which each begins on a line of its own with its number and a colon.

    Raises:
        RecoveryError: there is none, or one is not as it was written; the message says which.
    """
    parts = _SHEET.split(text[:MAX_TEXT])[1:]
    if not parts or len(text) > MAX_TEXT:
        raise RecoveryError("Begin each sheet on a line of its own with its number and a colon, as in “2:”.")
    return tuple(_sheet(int(number), words) for number, words in zip(parts[::2], parts[1::2], strict=True))


def unknown_sheets() -> RecoveryError:
    """The one answer to every name and sheets that do not belong together."""
    return RecoveryError("These sheets do not open a wallet of this name. Perhaps one more is needed.")


def _sheet(number: int, words: str) -> Share:
    try:
        value = int.from_bytes(code_of(words, code_bytes=LONG_CODE_BYTES), "big")
    except MalformedError as error:
        raise RecoveryError(f"Sheet {number}: {str(error).removeprefix('code: ')}. Look again.") from error
    if value >= ORDER:
        raise RecoveryError(f"Sheet {number}: these words are no sheet. Look again.")
    return Share(number, value)


def _bytes(value: int) -> bytes:
    return value.to_bytes(LONG_CODE_BYTES, "big")


def _vault(secret: int) -> Vault:
    return Vault(derive_subkey(_bytes(secret), _PURPOSE))


def _place(wallet_id: str) -> str:
    return f"wallet|{wallet_id}|contacts_key"
