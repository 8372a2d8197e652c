"""Who asks for which sum over how many people, at what price, with how much noise, and until when?

An order is signed with the key of the buyer's organisation credential and sent with that credential and the
marketplace's receipt for the money held, so that a wallet believes neither of them without a signature. Its
id is a random UUID made by the buyer; it is the *label* of `crypto.functional.one_label`, under which a
wallet takes part once, and each order has a result key of its own.

Rounds. Wallets join until `join_until`; then each of three rounds lasts at most `round_seconds`: shares,
masked words, and what takes the masks off again. A wallet is not online: it answers when it next looks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from consent.crowd_terms import MOST_PEOPLE
from consent.errors import ExpiredDocumentError, MismatchError
from consent.policy import MOST_COMPENSATION_CENTS
from consent.query import LEAST_FLOOR, MOST_EPSILON, decimal_text, read_decimal
from consent.score_function import read_weights, weights_to_json
from consent.score_request import read_request_id
from consent.signed import MAX_ID, read_signed
from consent.vocabulary import Purpose
from crypto.encoding import Json, b64url_encode, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import KEY_BYTES, SealingPublicKey
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

CROWD_ORDER_TYP = "crowd-order+jwt"
ROUNDS: Final = 3
MOST_JOINING = timedelta(days=14)
LEAST_ROUND_SECONDS = 1
MOST_ROUND_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class CrowdOrder:
    """One order.

    `people` is how many may take part at most, and `floor` the least number in an opened sum, both 10 to 255.
    `epsilon` is what the sum costs each of them in privacy. `compensation_cents` is what each receives;
    `result_key` is an X25519 public key of 32 bytes, fresh for this order.
    """

    order_id: str
    buyer: str
    marketplace: str
    data_set: str
    weights: Mapping[str, int] = field(hash=False)
    purpose: Purpose
    people: int
    floor: int
    epsilon: Decimal
    compensation_cents: int
    result_key: bytes
    issued_at: datetime
    join_until: datetime
    round_seconds: int

    @property
    def digest(self) -> str:
        """The digest by which receipts, cohorts and messages name the order."""
        return digest_of(self.to_json())

    @property
    def closes_at(self) -> datetime:
        """When the last round is over at the latest."""
        return self.join_until + timedelta(seconds=ROUNDS * self.round_seconds)

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "buyer": self.buyer,
            "marketplace": self.marketplace,
            "data_set": self.data_set,
            "weights": weights_to_json(self.weights),
            "purpose": self.purpose.value,
            "people": self.people,
            "floor": self.floor,
            "epsilon": decimal_text(self.epsilon),
            "compensation_cents": self.compensation_cents,
            "result_key": b64url_encode(self.result_key),
            "issued_at": utc_text(self.issued_at),
            "join_until": utc_text(self.join_until),
            "round_seconds": self.round_seconds,
        }


def sign_crowd_order(order: CrowdOrder, key: SigningKey) -> str:
    """Sign an order with the key of the buyer's organisation credential."""
    return sign_jws(order.to_json(), key, typ=CROWD_ORDER_TYP)


def verify_crowd_order(
    token: str, buyer_key: VerifyingKey, *, buyer: str, marketplace: str, now: datetime
) -> CrowdOrder:
    """The order that a buyer signed for this marketplace.

    Raises:
        MalformedError: it is not a crowd order, a number is out of its range, or the result key is a point of
            small order.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another buyer or for another marketplace.
        ExpiredDocumentError: it has not begun or is over at this moment.
    """
    order = _read(read_signed(token, buyer_key, typ=CROWD_ORDER_TYP, where="crowd order"))
    if (order.buyer, order.marketplace) != (buyer, marketplace):
        raise MismatchError("crowd order: it is of another buyer or for another marketplace")
    if not order.issued_at <= now < order.closes_at:
        raise ExpiredDocumentError("crowd order: it is not open at this moment")
    return order


def unverified_crowd_order(token: str) -> CrowdOrder:
    """The members of an order whose signature was checked before, or is about to be; believe nothing of it.

    Raises:
        MalformedError: it is not a crowd order.
    """
    return _read(Fields(parse_jws(token, "crowd order").payload, "crowd order"))


def _read(fields: Fields) -> CrowdOrder:
    order = CrowdOrder(
        order_id=read_request_id(fields, "order_id"),
        buyer=fields.text("buyer", max_length=MAX_ID),
        marketplace=fields.text("marketplace", max_length=MAX_ID),
        data_set=fields.text("data_set", max_length=MAX_ID),
        weights=read_weights(fields, "weights"),
        purpose=fields.choice("purpose", Purpose),
        people=fields.integer("people", least=LEAST_FLOOR, most=MOST_PEOPLE),
        floor=fields.integer("floor", least=LEAST_FLOOR, most=MOST_PEOPLE),
        epsilon=read_decimal(fields, "epsilon"),
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_COMPENSATION_CENTS),
        result_key=fields.binary("result_key", length=KEY_BYTES),
        issued_at=fields.moment("issued_at"),
        join_until=fields.moment("join_until"),
        round_seconds=fields.integer("round_seconds", least=LEAST_ROUND_SECONDS, most=MOST_ROUND_SECONDS),
    )
    fields.done()
    SealingPublicKey.from_bytes(order.result_key)  # a key that anybody could open is found here
    for holds, expected in _rules(order):
        if not holds:
            raise MalformedError(f"{fields.where}: expected {expected}")
    return order


def _rules(order: CrowdOrder) -> Iterable[tuple[bool, str]]:
    yield order.floor <= order.people, "a floor among the people"
    yield 0 < order.epsilon <= MOST_EPSILON, f"an epsilon above 0 and at most {MOST_EPSILON}"
    yield (
        timedelta(0) < order.join_until - order.issued_at <= MOST_JOINING,
        f"an order that may be joined for up to {MOST_JOINING.days} days",
    )
