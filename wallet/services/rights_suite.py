"""The use cases about a person's rights over her whole wallet, put together."""

from dataclasses import dataclass

from wallet.services.copy_wallet import CopyWallet
from wallet.services.erase_wallet import EraseWallet
from wallet.services.tidy_up import TidyUp


@dataclass(frozen=True)
class Rights:
    """A copy of everything, the end of everything, and what an installation does for those who left."""

    copy: CopyWallet
    erase: EraseWallet
    tidy_up: TidyUp
