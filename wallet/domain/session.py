"""An unlocked wallet: who it is, and the key that opens what it keeps."""

from dataclasses import dataclass, field

from crypto.sealing import Vault


@dataclass(frozen=True)
class Session:
    """The right to read and change one wallet, for as long as somebody holds this value.

    Neither the name nor the key stands in ``repr``, and so in no log.
    """

    wallet_id: str
    login: str = field(repr=False)
    vault: Vault = field(repr=False)
    generation: bytes = field(default=b"", repr=False)
    """The generation of the wallet's locks; with another one, the session is over."""
