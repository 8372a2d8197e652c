"""What does a person get in her hand for a score? A receipt of the marketplace, without the score.

The marketplace knows who asked, the weights and the money; it never knows the score, so no receipt can name
it. Both receipts are signed by the marketplace.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent.order import MOST_CENTS
from consent.receipt import MOST_ENTRIES
from consent.score_function import read_weights, weights_to_json
from consent.score_request import read_request_id
from consent.signed import MAX_ID, read_consent_id, read_digest, read_signed
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json
from crypto.reading import utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

OFFER_RECEIPT_TYP = "score-offer-receipt+jwt"
SCORE_RECEIPT_TYP = "score-receipt+jwt"


@dataclass(frozen=True)
class ScoreOfferReceipt:
    """That the marketplace holds a score consent, by its digest, since `created_at`."""

    consent_id: str
    consent_digest: str
    created_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "consent_id": self.consent_id,
            "consent_digest": self.consent_digest,
            "created_at": utc_text(self.created_at),
        }


@dataclass(frozen=True)
class ScoreReceipt:
    """That one score was given: who asked, why, which weights, what it paid, where it is logged."""

    consent_id: str
    request_id: str
    buyer_id: str
    buyer_name: str
    buyer_kind: RecipientKind
    purpose: Purpose
    weights: Mapping[str, int] = field(hash=False)
    amount_cents: int
    used_at: datetime
    log_index: int

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "consent_id": self.consent_id,
            "request_id": self.request_id,
            "buyer": {"id": self.buyer_id, "name": self.buyer_name, "kind": self.buyer_kind.value},
            "purpose": self.purpose.value,
            "weights": weights_to_json(self.weights),
            "amount_cents": self.amount_cents,
            "used_at": utc_text(self.used_at),
            "log_index": self.log_index,
        }


def sign_offer_receipt(receipt: ScoreOfferReceipt, key: SigningKey) -> str:
    """Sign an offer receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=OFFER_RECEIPT_TYP)


def verify_offer_receipt(token: str, marketplace_key: VerifyingKey) -> ScoreOfferReceipt:
    """The offer receipt that the marketplace signed.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, marketplace_key, typ=OFFER_RECEIPT_TYP, where="score offer receipt")
    receipt = ScoreOfferReceipt(
        read_consent_id(fields), read_digest(fields, "consent_digest"), fields.moment("created_at")
    )
    fields.done()
    return receipt


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
    buyer = fields.section("buyer")
    receipt = ScoreReceipt(
        consent_id=read_consent_id(fields),
        request_id=read_request_id(fields),
        buyer_id=buyer.text("id", max_length=MAX_ID),
        buyer_name=buyer.text("name", max_length=MAX_ID),
        buyer_kind=buyer.choice("kind", RecipientKind),
        purpose=fields.choice("purpose", Purpose),
        weights=read_weights(fields, "weights"),
        amount_cents=fields.integer("amount_cents", least=0, most=MOST_CENTS),
        used_at=fields.moment("used_at"),
        log_index=fields.integer("log_index", least=0, most=MOST_ENTRIES),
    )
    buyer.done()
    fields.done()
    return receipt
