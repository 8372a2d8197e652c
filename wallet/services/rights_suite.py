"""The use cases about a person's rights over her whole wallet, put together."""

from dataclasses import dataclass

from wallet.services.copy_wallet import CopyWallet
from wallet.services.erase_wallet import EraseWallet
from wallet.services.file_rights import FileRights
from wallet.services.object_to_use import ObjectToUse
from wallet.services.offer_corrected import OfferCorrected
from wallet.services.tidy_up import TidyUp


@dataclass(frozen=True)
class Rights:
    """A copy, requests, objections, the end of everything, and what is done for those who left."""

    copy: CopyWallet
    file: FileRights
    erase: EraseWallet
    object: ObjectToUse
    offer_corrected: OfferCorrected
    tidy_up: TidyUp
