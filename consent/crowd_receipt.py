"""What does a person get in her hand for a crowd sum? A receipt of the marketplace, without the sum.

The marketplace knows who asked, the weights and the money; it never knows the sum, so no receipt can name it.
Both receipts are signed by the marketplace.
"""

from dataclasses import dataclass

from consent.score_request import read_request_id
from consent.signed import read_signed
from consent.weighed_receipt import OfferReceipt, WeighedReceipt, read_offer_receipt, read_shared
from crypto.encoding import Json
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

CROWD_OFFER_RECEIPT_TYP = "crowd-offer-receipt+jwt"
CROWD_RECEIPT_TYP = "crowd-receipt+jwt"


@dataclass(frozen=True)
class CrowdOfferReceipt(OfferReceipt):
    """That the marketplace holds a crowd consent, by its digest, since `created_at`."""


@dataclass(frozen=True, kw_only=True)
class CrowdReceipt(WeighedReceipt):
    """That one person was in one sum: who asked, why, which weights, what it paid, where it is logged."""

    order_id: str

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {**super().to_json(), "order_id": self.order_id}


def sign_crowd_offer_receipt(receipt: CrowdOfferReceipt, key: SigningKey) -> str:
    """Sign an offer receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=CROWD_OFFER_RECEIPT_TYP)


def verify_crowd_offer_receipt(token: str, marketplace_key: VerifyingKey) -> CrowdOfferReceipt:
    """The offer receipt that the marketplace signed.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    return read_offer_receipt(
        token, marketplace_key, CrowdOfferReceipt, typ=CROWD_OFFER_RECEIPT_TYP, where="crowd offer receipt"
    )


def sign_crowd_receipt(receipt: CrowdReceipt, key: SigningKey) -> str:
    """Sign a receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=CROWD_RECEIPT_TYP)


def verify_crowd_receipt(token: str, marketplace_key: VerifyingKey) -> CrowdReceipt:
    """The receipt that the marketplace signed.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, marketplace_key, typ=CROWD_RECEIPT_TYP, where="crowd receipt")
    receipt = CrowdReceipt(**read_shared(fields), order_id=read_request_id(fields, "order_id"))
    fields.done()
    return receipt
