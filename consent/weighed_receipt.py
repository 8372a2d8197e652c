"""What do the marketplace's receipts for weighted sums of a record's numbers say, and who signed them?

The marketplace knows who asked, the weights and the money; it never knows a score or a sum, so no receipt can
name it. `consent.score_receipt` and `consent.crowd_receipt` are the two kinds, each a JWS of its own types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, TypeVar

from consent.order import MOST_CENTS
from consent.receipt import MOST_ENTRIES
from consent.score_function import read_weights, weights_to_json
from consent.signed import MAX_ID, read_consent_id, read_digest, read_signed
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from crypto.signing import VerifyingKey

R = TypeVar("R", bound="OfferReceipt")


@dataclass(frozen=True)
class OfferReceipt:
    """That the marketplace holds a consent, by its digest, since `created_at`."""

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


class SharedMembers(TypedDict):
    """The members that all receipts for a use have."""

    consent_id: str
    buyer_id: str
    buyer_name: str
    buyer_kind: RecipientKind
    purpose: Purpose
    weights: Mapping[str, int]
    amount_cents: int
    used_at: datetime
    log_index: int


@dataclass(frozen=True, kw_only=True)
class WeighedReceipt:
    """That one use was made: who asked, why, which weights, what it paid, where it is logged."""

    consent_id: str
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
            "buyer": {"id": self.buyer_id, "name": self.buyer_name, "kind": self.buyer_kind.value},
            "purpose": self.purpose.value,
            "weights": weights_to_json(self.weights),
            "amount_cents": self.amount_cents,
            "used_at": utc_text(self.used_at),
            "log_index": self.log_index,
        }


def read_offer_receipt(
    token: str, marketplace_key: VerifyingKey, kind: type[R], *, typ: str, where: str
) -> R:
    """The offer receipt that the marketplace signed as this type.

    Raises:
        MalformedError: it is not one.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, marketplace_key, typ=typ, where=where)
    receipt = kind(
        read_consent_id(fields), read_digest(fields, "consent_digest"), fields.moment("created_at")
    )
    fields.done()
    return receipt


def read_shared(fields: Fields) -> SharedMembers:
    """The members that all receipts for a use have.

    Raises:
        MalformedError: one is missing or not of its form.
    """
    buyer = fields.section("buyer")
    members = SharedMembers(
        consent_id=read_consent_id(fields),
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
    return members
