"""Who asked, and was it paid for? The buyer's mandate and the marketplace's escrow receipt.

A mandate lets a marketplace run jobs for a buyer and names the three keys to which results are sealed, so
that a marketplace cannot name its own. An escrow receipt says that the price of one order of one query is
held.
"""

from dataclasses import dataclass
from datetime import datetime

from consent.errors import ExpiredDocumentError, MismatchError
from consent.policy import NODES
from consent.signed import MAX_ID, read_digest, read_signed
from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

MANDATE_TYP = "buyer-mandate+jwt"
ESCROW_TYP = "escrow-receipt+jwt"
CURRENCY = "EUR"
MOST_CENTS = 10**12
KEY_BYTES = 32


@dataclass(frozen=True)
class Mandate:
    """That a marketplace may run jobs for a buyer from `issued_at` until just before `valid_until`.

    `buyer` is the handle in the organisation credential; `result_keys` are X25519 public keys of 32 bytes, by
    role of the node that seals to them.
    """

    buyer: str
    marketplace: str
    result_keys: tuple[bytes, ...]
    issued_at: datetime
    valid_until: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "buyer": self.buyer,
            "marketplace": self.marketplace,
            "result_keys": [b64url_encode(key) for key in self.result_keys],
            "issued_at": utc_text(self.issued_at),
            "valid_until": utc_text(self.valid_until),
        }


@dataclass(frozen=True)
class EscrowReceipt:
    """That `amount_cents` are held for an order, of which each person is to receive `compensation_cents`."""

    order_id: str
    query_digest: str
    amount_cents: int
    compensation_cents: int
    issued_at: datetime
    currency: str = CURRENCY

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "query_digest": self.query_digest,
            "amount_cents": self.amount_cents,
            "compensation_cents": self.compensation_cents,
            "currency": self.currency,
            "issued_at": utc_text(self.issued_at),
        }


def sign_mandate(mandate: Mandate, key: SigningKey) -> str:
    """Sign a mandate with the key of the buyer's organisation credential."""
    return sign_jws(mandate.to_json(), key, typ=MANDATE_TYP)


def verify_mandate(
    token: str, buyer_key: VerifyingKey, *, buyer: str, marketplace: str, now: datetime
) -> Mandate:
    """The mandate that a buyer gave to this marketplace.

    Raises:
        MalformedError: it is not a mandate, or names a result key twice.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another buyer or for another marketplace.
        ExpiredDocumentError: it is not valid at this moment.
    """
    fields = read_signed(token, buyer_key, typ=MANDATE_TYP, where="mandate")
    mandate = Mandate(
        buyer=fields.text("buyer", max_length=MAX_ID),
        marketplace=fields.text("marketplace", max_length=MAX_ID),
        result_keys=_read_keys(fields),
        issued_at=fields.moment("issued_at"),
        valid_until=fields.moment("valid_until"),
    )
    fields.done()
    if (mandate.buyer, mandate.marketplace) != (buyer, marketplace):
        raise MismatchError("mandate: it is of another buyer or for another marketplace")
    if not mandate.issued_at <= now < mandate.valid_until:
        raise ExpiredDocumentError("mandate: not valid at this moment; the buyer has to sign a new one")
    return mandate


def sign_escrow_receipt(receipt: EscrowReceipt, key: SigningKey) -> str:
    """Sign an escrow receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=ESCROW_TYP)


def verify_escrow_receipt(
    token: str, marketplace_key: VerifyingKey, *, order_id: str, query_digest: str
) -> EscrowReceipt:
    """The receipt for the money held for this order of this query.

    Raises:
        MalformedError: it is not an escrow receipt.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is for another order or another query.
    """
    fields = read_signed(token, marketplace_key, typ=ESCROW_TYP, where="escrow receipt")
    receipt = EscrowReceipt(
        order_id=fields.text("order_id", max_length=MAX_ID),
        query_digest=read_digest(fields, "query_digest"),
        amount_cents=fields.integer("amount_cents", least=0, most=MOST_CENTS),
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_CENTS),
        currency=fields.text("currency", max_length=3),
        issued_at=fields.moment("issued_at"),
    )
    fields.done()
    if receipt.currency != CURRENCY:
        raise MalformedError(f"escrow receipt: expected {CURRENCY}, got {receipt.currency}")
    if (receipt.order_id, receipt.query_digest) != (order_id, query_digest):
        raise MismatchError("escrow receipt: it is for another order or another query")
    return receipt


def _read_keys(fields: Fields) -> tuple[bytes, ...]:
    texts = fields.texts("result_keys", least=NODES, most=NODES)
    numbered = Fields({str(role): text for role, text in enumerate(texts)}, f"{fields.where}.result_keys")
    return tuple(numbered.binary(str(role), length=KEY_BYTES) for role in range(NODES))
