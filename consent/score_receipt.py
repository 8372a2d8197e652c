"""What does a person get in her hand for a score? A receipt of the marketplace, without the score.

The marketplace knows who asked, the weights and the money; it never knows the score, so no receipt can name
it. Both receipts are signed by the marketplace.
"""

from dataclasses import dataclass

from consent.score_request import read_request_id
from consent.signed import read_signed
from consent.weighed_receipt import OfferReceipt, WeighedReceipt, read_offer_receipt, read_shared
from crypto.encoding import Json
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

OFFER_RECEIPT_TYP = "score-offer-receipt+jwt"
SCORE_RECEIPT_TYP = "score-receipt+jwt"


@dataclass(frozen=True)
class ScoreOfferReceipt(OfferReceipt):
    """That the marketplace holds a score consent, by its digest, since `created_at`."""


@dataclass(frozen=True, kw_only=True)
class ScoreReceipt(WeighedReceipt):
    """That one score was given: who asked, why, which weights, what it paid, where it is logged."""

    request_id: str

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {**super().to_json(), "request_id": self.request_id}


def sign_offer_receipt(receipt: ScoreOfferReceipt, key: SigningKey) -> str:
    """Sign an offer receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=OFFER_RECEIPT_TYP)


def verify_offer_receipt(token: str, marketplace_key: VerifyingKey) -> ScoreOfferReceipt:
    """The offer receipt that the marketplace signed.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    return read_offer_receipt(
        token, marketplace_key, ScoreOfferReceipt, typ=OFFER_RECEIPT_TYP, where="score offer receipt"
    )


def sign_score_receipt(receipt: ScoreReceipt, key: SigningKey) -> str:
    """Sign a score receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=SCORE_RECEIPT_TYP)


def verify_score_receipt(token: str, marketplace_key: VerifyingKey) -> ScoreReceipt:
    """The score receipt that the marketplace signed.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, marketplace_key, typ=SCORE_RECEIPT_TYP, where="score receipt")
    receipt = ScoreReceipt(**read_shared(fields), request_id=read_request_id(fields))
    fields.done()
    return receipt
