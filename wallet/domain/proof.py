"""How a person shows that a wallet is hers: by its password, or by one of its passkeys."""

from dataclasses import dataclass, field

from ssi.passkey import Site


@dataclass(frozen=True)
class Password:
    """A password as it was typed."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class PasskeyAnswer:
    """What a browser gave back when a passkey was asked; nothing of it is believed yet."""

    answer: str = field(repr=False)
    """The assertion as JSON (WebAuthn §5.1.8)."""
    secret: bytes = field(repr=False)
    """What the passkey derives for this installation (WebAuthn §10.1.4, `prf`)."""
    challenge: bytes
    """What it was asked to sign; it was drawn here and is used once."""
    site: Site


Proof = Password | PasskeyAnswer
