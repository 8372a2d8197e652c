"""What do a site and a passkey say to each other? Values that every app uses which lets people in by passkey.

A passkey is a key pair in a device or a password manager (WebAuthn Level 3). It answers a fresh challenge for
one site, once its person has unlocked it. The challenge is drawn for one try and soon worth nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from ssi.errors import PasskeyError

QUESTION_BYTES: Final = 32
QUESTION_LIFETIME: Final = timedelta(minutes=5)
MAX_ID_BYTES: Final = 1023
"""WebAuthn §4, "credential ID"."""
MAX_LABEL: Final = 40


@dataclass(frozen=True)
class Site:
    """The page on which a passkey is used: those of one host do not answer on another (WebAuthn §5.1.2)."""

    host: str
    """The relying party's id: a domain name, without scheme and port."""
    origin: str
    """Scheme, host and port, as the browser signs them."""

    @classmethod
    def of(cls, address: str) -> "Site":
        """The site of an address."""
        parts = urlsplit(address)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")

    @property
    def takes_passkeys(self) -> bool:
        """Whether passkeys work here: they belong to names, not to numbered addresses (WebAuthn §5.1.2)."""
        try:
            ip_address(self.host)
        except ValueError:
            return bool(self.host)
        return False


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was just made for this site."""

    credential_id: bytes
    public_key: bytes
    """A COSE key."""
    sign_count: int


@dataclass(frozen=True)
class Question:
    """What a passkey was asked to sign, and when."""

    challenge: bytes = field(repr=False)
    asked_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether an answer still counts; the last moment is excluded."""
        return timedelta() <= now - self.asked_at < QUESTION_LIFETIME


def label_of(text: str) -> str:
    """What a person calls a passkey.

    Raises:
        PasskeyError: it is empty, too long or not printable.
    """
    told = text.strip()
    if not 1 <= len(told) <= MAX_LABEL or not told.isprintable():
        raise PasskeyError(f"a passkey has a name of 1 to {MAX_LABEL} characters")
    return told
