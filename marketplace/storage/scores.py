"""Offers of scores and requests for them in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.orm import Session

from consent.score_terms import ScoreTerms
from crypto.encoding import canonical_json, parse_json
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from marketplace.domain.account import Buyer
from marketplace.domain.score import ScoreDispute, ScoreOffering, ScoreOrder, ScorePrice, ScoreState
from marketplace.storage.score_tables import score_offers, score_requests

_MOST_DUE = 100
_MAX_REASON = 500


class SqlScores:
    """The `ScoreBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_offer(self, offer: ScoreOffering) -> None:
        """Keep a new offer."""
        values = {
            "consent_id": offer.consent_id,
            "number": self._next(score_offers.c.number),
            "data_set": offer.terms.data_set,
            "person": offer.person,
            "holder_jwk": canonical_json(offer.holder_key.to_jwk()).decode(),
            "terms": canonical_json(offer.terms.to_json()).decode(),
            "public": dict(offer.public),
            "valid_from": offer.terms.given_at,
            "valid_until": offer.terms.valid_until,
            "document": offer.document,
            "request_digest": offer.request_digest,
            "answer": dict(offer.answer),
            "received_at": offer.received_at,
            "log_index": offer.log_index,
            "withdrawn_at": offer.withdrawn_at,
            "withdrawal_log_index": offer.withdrawal_log_index,
        }
        self._session.execute(insert(score_offers).values(values))

    def offer(self, consent_id: str) -> ScoreOffering | None:
        """An offer by its consent."""
        row = self._session.execute(
            select(score_offers).where(score_offers.c.consent_id == consent_id)
        ).first()
        return None if row is None else _offer(row)

    def open_offers(self, data_set: str, *, now: datetime, limit: int) -> Sequence[ScoreOffering]:
        """The offers of a data set that are neither withdrawn nor over, newest first."""
        table = score_offers.c
        running = table.withdrawn_at.is_(None) & (table.valid_from <= now) & (table.valid_until > now)
        found = select(score_offers).where(table.data_set == data_set, running)
        rows = self._session.execute(found.order_by(table.number.desc()).limit(limit))
        return [_offer(row) for row in rows]

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its ciphertext is deleted."""
        values = {"withdrawn_at": at, "withdrawal_log_index": log_index, "document": None}
        named = score_offers.c.consent_id == consent_id
        self._session.execute(update(score_offers).where(named).values(values))

    def add(self, order: ScoreOrder) -> None:
        """Keep a new request."""
        values = {
            "request_id": order.request_id,
            "number": self._next(score_requests.c.number),
            "account_id": order.account_id,
            "consent_id": order.consent_id,
            "buyer": order.buyer.to_json(),
            "token": order.token,
            "credential": order.credential,
            "escrow_receipt": order.escrow_receipt,
            "compensation_cents": order.price.compensation_cents,
            "platform_fee_cents": order.price.platform_fee_cents,
            "placed_at": order.placed_at,
            "valid_until": order.valid_until,
            "log_index": order.log_index,
            **_changing(order),
        }
        self._session.execute(insert(score_requests).values(values))

    def get(self, request_id: str) -> ScoreOrder | None:
        """A request by its id."""
        found = select(score_requests).where(score_requests.c.request_id == request_id)
        row = self._session.execute(found).first()
        return None if row is None else _order(row)

    def save(self, order: ScoreOrder) -> None:
        """Replace what may change of a request."""
        named = score_requests.c.request_id == order.request_id
        self._session.execute(update(score_requests).where(named).values(_changing(order)))

    def of_account(self, account_id: str) -> Sequence[ScoreOrder]:
        """A buyer's requests, newest first."""
        found = select(score_requests).where(score_requests.c.account_id == account_id)
        rows = self._session.execute(found.order_by(score_requests.c.number.desc()))
        return [_order(row) for row in rows]

    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        """The requests under one offer, newest first."""
        found = select(score_requests).where(score_requests.c.consent_id == consent_id)
        rows = self._session.execute(found.order_by(score_requests.c.number.desc()))
        return [_order(row) for row in rows]

    def due(self, now: datetime) -> Sequence[ScoreOrder]:
        """Requests that nobody answered in time, and answers that nobody disputed in time, oldest first."""
        found = select(score_requests).where(score_requests.c.due_at <= now)
        rows = self._session.execute(found.order_by(score_requests.c.due_at).limit(_MOST_DUE))
        return [_order(row) for row in rows]

    def state_counts(self) -> Mapping[ScoreState, int]:
        """How many requests are in which state."""
        counted = select(score_requests.c.state, func.count().label("requests"))
        rows = self._session.execute(counted.group_by(score_requests.c.state))
        return {row.state: row.requests for row in rows}

    def _next(self, column: ColumnElement[int]) -> int:
        return int(self._session.execute(select(func.max(column))).scalar_one() or 0) + 1


def _changing(order: ScoreOrder) -> dict[str, object]:
    """The columns that change in the life of a request; `due_at` is when a worker looks at it by itself."""
    due = {ScoreState.ASKED: order.valid_until, ScoreState.ANSWERED: order.settle_at}
    dispute = order.dispute
    return {
        "offer": order.offer,
        "state": order.state,
        "updated_at": order.updated_at,
        "answer": order.answer,
        "settle_at": order.settle_at,
        "due_at": due.get(order.state),
        "reason": order.reason and order.reason[:_MAX_REASON],
        "use_log_index": order.use_log_index,
        "disputed_at": None if dispute is None else dispute.at,
        "dispute_proven": None if dispute is None else dispute.proven,
        "dispute_reason": None if dispute is None else dispute.reason[:_MAX_REASON],
    }


def _offer(row: Row[tuple[object, ...]]) -> ScoreOffering:
    jwk = cast("Mapping[str, object]", parse_json(row.holder_jwk))
    return ScoreOffering(
        consent_id=row.consent_id,
        person=row.person,
        holder_key=VerifyingKey.from_jwk(jwk),
        terms=ScoreTerms.from_fields(Fields.of(parse_json(row.terms), "stored terms")),
        public=row.public,
        document=row.document,
        request_digest=row.request_digest,
        answer=row.answer,
        received_at=row.received_at,
        log_index=row.log_index,
        withdrawn_at=row.withdrawn_at,
        withdrawal_log_index=row.withdrawal_log_index,
    )


def _order(row: Row[tuple[object, ...]]) -> ScoreOrder:
    dispute = None
    if row.disputed_at is not None:
        dispute = ScoreDispute(row.dispute_proven, row.dispute_reason, row.disputed_at)
    return ScoreOrder(
        request_id=row.request_id,
        account_id=row.account_id,
        consent_id=row.consent_id,
        buyer=Buyer.from_json(row.buyer),
        token=row.token,
        credential=row.credential,
        escrow_receipt=row.escrow_receipt,
        offer=row.offer,
        price=ScorePrice(row.compensation_cents, row.platform_fee_cents),
        state=row.state,
        placed_at=row.placed_at,
        valid_until=row.valid_until,
        updated_at=row.updated_at,
        log_index=row.log_index,
        answer=row.answer,
        settle_at=row.settle_at,
        reason=row.reason,
        use_log_index=row.use_log_index,
        dispute=dispute,
    )
