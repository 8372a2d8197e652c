"""Who may do what at the broker: the two files that Mosquitto reads (mosquitto-conf(5)).

Topics are ``wallets/<address>/streams/<stream>``. A device logs in as its address and writes below it only;
the collector of the installation reads all of them and writes none. A password is stored as Mosquitto does:
``$7$<rounds>$<salt>$<PBKDF2-HMAC-SHA512>``. It has 160 random bits, so the rounds need not be many.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Final

from wallet.errors import ChoiceError

SALT_BYTES: Final = 12
EVERY_STREAM: Final = "wallets/+/streams/#"
ROUNDS: Final = 101
COLLECTOR_ROUNDS: Final = 100_000
"""For a password that an operator may have made up."""
_LOGIN: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")
_HASH_BYTES: Final = 64


def topic_of(address_id: str, stream: str) -> str:
    """Where a device publishes the readings of one stream."""
    return f"wallets/{address_id}/streams/{stream}"


def verifier_of(password: str, salt: bytes, rounds: int = ROUNDS) -> str:
    """What the broker recognises a password by."""
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, _HASH_BYTES)
    return f"$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def password_lines(collector: tuple[str, str], devices: Iterable[tuple[str, str]]) -> str:
    """The `password_file`: logins with their verifiers, the collector's first."""
    return "".join(f"{login}:{verifier}\n" for login, verifier in (collector, *devices))


def access_lines(collector: str) -> str:
    """The `acl_file`.

    Raises:
        ChoiceError: the collector has no name that can stand in it.
    """
    if _LOGIN.fullmatch(collector) is None:
        raise ChoiceError("The collector's name has letters, digits, dots and dashes.", "username")
    return f"user {collector}\ntopic read {EVERY_STREAM}\n\npattern write wallets/%u/streams/#\n"
