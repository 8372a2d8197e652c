"""What did this account buy of people themselves, and how does each purchase stand?

A list for the eye and for scripts: it says what the marketplace says. What was asked is read from what the
buyer signed; whether an answer is right is found out where it is opened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from consent.crowd_order import unverified_crowd_order
from consent.crowd_wording import describe_crowd_order
from consent.score_function import ScoreFunction
from consent.score_request import unverified_score_request
from consent.score_wording import describe_score
from consent.vocabulary import Purpose
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.sdk.buyer import MAX_CENTS, Buyer
from marketplace.sdk.crowds import ORDERS
from marketplace.sdk.scores import MAX_TOKEN, REQUESTS
from ssi.dataset import data_set

_LANGUAGE = "en"


class _Standing(TypedDict):
    """What the marketplace says of every purchase alike."""

    state: str
    reason: str | None
    placed_at: datetime
    dispute: str | None
    ended_agreements: int | None


@dataclass(frozen=True)
class PlacedDirect:
    """One purchase: what was asked, how it stands, and what it costs.

    `of` is the consent that a score was asked under, None for a sum. `most_cents` is what is paid at most.
    `until` is when the present state ends by itself. `ended_agreements` counts people who were counted and
    ended their agreement since; None where a list does not say it.
    """

    purchase_id: str
    of: str | None
    question: str
    data_set: str
    weights: Mapping[str, int]
    purpose: Purpose
    state: str
    reason: str | None
    placed_at: datetime
    until: datetime | None
    most_cents: int
    dispute: str | None
    ended_agreements: int | None

    def to_json(self) -> dict[str, Json]:
        """The purchase as a document."""
        return {
            "id": self.purchase_id,
            "consent_id": self.of,
            "question": self.question,
            "data_set": self.data_set,
            "weights": dict(self.weights),
            "purpose": self.purpose.value,
            "state": self.state,
            "reason": self.reason,
            "placed_at": utc_text(self.placed_at),
            "until": None if self.until is None else utc_text(self.until),
            "most_cents": self.most_cents,
            "dispute": self.dispute,
            "ended_agreements": self.ended_agreements,
        }


def list_scores(buyer: Buyer) -> Iterator[PlacedDirect]:
    """All requests for scores of the account, newest first."""
    return (_score(each) for each in REQUESTS.all(buyer))


def show_score(buyer: Buyer, request_id: str) -> PlacedDirect:
    """One request.

    Raises:
        PeerError: the marketplace does not know it, or does not answer.
    """
    return _score(REQUESTS.fetch(buyer, request_id))


def list_crowds(buyer: Buyer) -> Iterator[PlacedDirect]:
    """All orders of sums of the account, newest first."""
    return (_crowd(each) for each in ORDERS.all(buyer))


def show_crowd(buyer: Buyer, order_id: str) -> PlacedDirect:
    """One order.

    Raises:
        PeerError: the marketplace does not know it, or does not answer.
    """
    return _crowd(ORDERS.fetch(buyer, order_id))


def _score(fields: Fields) -> PlacedDirect:
    request, state = (
        unverified_score_request(fields.text("request", max_length=MAX_TOKEN)),
        fields.text("state"),
    )
    is_answered = state in REQUESTS.ready
    ends = "settle_at" if is_answered else "valid_until"
    return PlacedDirect(
        purchase_id=request.request_id,
        of=request.consent_id,
        question=describe_score(ScoreFunction(data_set(request.data_set), request.weights), _LANGUAGE),
        data_set=request.data_set,
        weights=request.weights,
        purpose=request.purpose,
        until=None if state in REQUESTS.over else _moment(fields, ends),
        most_cents=fields.section("price").integer("gross_cents", least=0, most=MAX_CENTS),
        **_standing(fields),
    )


def _crowd(fields: Fields) -> PlacedDirect:
    order = unverified_crowd_order(fields.text("order", max_length=MAX_TOKEN))
    return PlacedDirect(
        purchase_id=order.order_id,
        of=None,
        question=describe_crowd_order(order, _LANGUAGE),
        data_set=order.data_set,
        weights=order.weights,
        purpose=order.purpose,
        until=_moment(fields, "until"),
        most_cents=fields.integer("most_cents", least=0, most=MAX_CENTS),
        **_standing(fields),
    )


def _standing(fields: Fields) -> _Standing:
    dispute = fields.section("dispute").text("reason") if fields.has("dispute") else None
    ended = len(fields.objects("ended_agreements")) if fields.has("ended_agreements") else None
    return {
        "state": fields.text("state"),
        "reason": fields.text("reason") if fields.has("reason") else None,
        "placed_at": fields.moment("placed_at"),
        "dispute": dispute,
        "ended_agreements": ended,
    }


def _moment(fields: Fields, name: str) -> datetime | None:
    return fields.moment(name) if fields.has(name) else None
