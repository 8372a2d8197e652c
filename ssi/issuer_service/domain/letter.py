"""The letter with which a person learns that something waits for her, and never the transaction code."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Link(Protocol):
    """What there is to hand over."""

    @property
    def offer_uri(self) -> str:
        """The link that a wallet opens."""
        ...

    @property
    def claim_code(self) -> str:
        """The code that she enters if her wallet comes by itself; as good as the link."""
        ...

    @property
    def transaction_code(self) -> str | None:
        """The code that travels another way, if one is needed."""
        ...

    @property
    def expires_at(self) -> datetime:
        """Until when the link works."""
        ...


@dataclass(frozen=True)
class Message:
    """A plain letter to one person. `message_id` stays the same when it is sent again."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    message_id: str


def write_letter(address: str, link: Link, *, issuer_name: str, letter_id: str) -> Message:
    """The letter for a link. It says nothing about what the record says."""
    until = f"{link.expires_at.day} {link.expires_at:%B %Y, %H:%M} UTC"
    code = (
        "The wallet will ask for a code. We tell it to you another way, never in an e-mail.\n\n"
        if link.transaction_code
        else ""
    )
    text = (
        f"{issuer_name} has a signed record for you.\n\n"
        f"Open this link on the device with your wallet. It works once, until {until}:\n\n"
        f"{link.offer_uri}\n\n"
        f"If your wallet asks you for a claim code instead, enter {link.claim_code}.\n\n"
        f"{code}"
        "If you have no wallet yet, keep this letter and install one first. If the link has run out, ask us "
        "for a new one.\n"
    )
    subject = f"{issuer_name}: a record is waiting for you"
    return Message(address, " ".join(subject.split()), text, letter_id)
