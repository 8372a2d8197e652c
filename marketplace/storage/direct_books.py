"""Offers that people make themselves, and what buyers purchase under them, in SQL: the same for each kind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Row, Table, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import canonical_json, parse_json
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from marketplace.domain.account import Buyer
from marketplace.domain.direct import DirectPrice, DirectPurchase, Judgement, StandingOffer, StateT

OfferT = TypeVar("OfferT", bound=StandingOffer[Any])
PurchaseT = TypeVar("PurchaseT", bound=DirectPurchase[Any])
DirectRow = Row[tuple[object, ...]]

_MOST_DUE = 100
_MAX_REASON = 500


class SqlDirectBook(ABC, Generic[OfferT, PurchaseT, StateT]):
    """The offers and purchases of one kind, in the two tables that a subclass names, of one transaction."""

    _offers: Table
    _purchases: Table

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_offer(self, offer: OfferT) -> None:
        """Keep a new offer."""
        values = {"number": self._next(self._offers), **_offer_values(offer), **self._offered(offer)}
        self._session.execute(insert(self._offers).values(values))

    def offer(self, consent_id: str) -> OfferT | None:
        """An offer by its consent."""
        found = select(self._offers).where(self._offers.c.consent_id == consent_id)
        row = self._session.execute(found).first()
        return None if row is None else self._read_offer(row)

    def open_offers(self, data_set: str, *, now: datetime, limit: int | None = None) -> Sequence[OfferT]:
        """The offers of a data set that are neither withdrawn nor over, newest first."""
        table = self._offers.c
        running = table.withdrawn_at.is_(None) & (table.valid_from <= now) & (table.valid_until > now)
        found = select(self._offers).where(table.data_set == data_set, running)
        rows = self._session.execute(found.order_by(table.number.desc()).limit(limit))
        return [self._read_offer(row) for row in rows]

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its document is deleted."""
        values = {"withdrawn_at": at, "withdrawal_log_index": log_index, "document": None}
        named = self._offers.c.consent_id == consent_id
        self._session.execute(update(self._offers).where(named).values(values))

    def add(self, purchase: PurchaseT) -> None:
        """Keep a new purchase."""
        values = {
            "number": self._next(self._purchases),
            **_placed_values(purchase),
            **self._placed(purchase),
            **_standing_values(purchase),
            **self._changing(purchase),
        }
        self._session.execute(insert(self._purchases).values(values))

    def get(self, purchase_id: str) -> PurchaseT | None:
        """A purchase by its id."""
        row = self._session.execute(select(self._purchases).where(self._is(purchase_id))).first()
        return None if row is None else self._read_purchase(row)

    def save(self, purchase: PurchaseT) -> None:
        """Replace what may change of a purchase."""
        values = {**_standing_values(purchase), **self._changing(purchase)}
        named = self._is(purchase.purchase_id)
        self._session.execute(update(self._purchases).where(named).values(values))

    def of_account(self, account_id: str) -> Sequence[PurchaseT]:
        """A buyer's purchases, newest first."""
        return self._newest(self._purchases.c.account_id == account_id)

    def due(self, now: datetime) -> Sequence[PurchaseT]:
        """The purchases whose present state ends by itself now, oldest first."""
        table = self._purchases.c
        found = select(self._purchases).where(table.due_at <= now).order_by(table.due_at).limit(_MOST_DUE)
        return [self._read_purchase(row) for row in self._session.execute(found)]

    def state_counts(self) -> Mapping[StateT, int]:
        """How many purchases are in which state."""
        state = self._purchases.c.state
        rows = self._session.execute(select(state, func.count().label("purchases")).group_by(state))
        return {row.state: row.purchases for row in rows}

    @abstractmethod
    def _offered(self, offer: OfferT) -> dict[str, object]:
        """The columns that only this kind of offer has."""

    @abstractmethod
    def _read_offer(self, row: DirectRow) -> OfferT: ...

    @abstractmethod
    def _placed(self, purchase: PurchaseT) -> dict[str, object]:
        """The columns that only this kind of purchase has, and that do not change in its life."""

    @abstractmethod
    def _changing(self, purchase: PurchaseT) -> dict[str, object]:
        """The columns that only this kind has, and that change; `due_at` is when it ends by itself."""

    @abstractmethod
    def _read_purchase(self, row: DirectRow) -> PurchaseT: ...

    def _newest(self, chosen: ColumnElement[bool], *, limit: int | None = None) -> Sequence[PurchaseT]:
        found = select(self._purchases).where(chosen).order_by(self._purchases.c.number.desc()).limit(limit)
        return [self._read_purchase(row) for row in self._session.execute(found)]

    def _is(self, purchase_id: str) -> ColumnElement[bool]:
        (named,) = self._purchases.primary_key.columns
        return named == purchase_id

    def _next(self, table: Table) -> int:
        return int(self._session.execute(select(func.max(table.c.number))).scalar_one() or 0) + 1


def read_standing_offer(row: DirectRow) -> dict[str, Any]:
    """The arguments that every kind of offer is made of, without its terms."""
    jwk = cast("Mapping[str, object]", parse_json(row.holder_jwk))
    same = ("consent_id", "person", "document", "request_digest", "answer", "received_at", "log_index")
    withdrawn = ("withdrawn_at", "withdrawal_log_index")
    return _named(row, (*same, *withdrawn)) | {"holder_key": VerifyingKey.from_jwk(jwk)}


def read_terms(row: DirectRow) -> Fields:
    """The terms of an offer, to be read by their kind."""
    return Fields.of(parse_json(row.terms), "stored terms")


def read_direct_purchase(row: DirectRow) -> dict[str, Any]:
    """The arguments that every kind of purchase is made of."""
    papers = ("account_id", "token", "credential", "escrow_receipt")
    standing = ("state", "placed_at", "updated_at", "log_index", "reason")
    dispute = None
    if row.disputed_at is not None:
        dispute = Judgement(row.dispute_proven, row.dispute_reason, row.disputed_at)
    return _named(row, (*papers, *standing)) | {
        "buyer": Buyer.from_json(row.buyer),
        "price": DirectPrice(row.compensation_cents, row.platform_fee_cents),
        "dispute": dispute,
    }


def _named(row: DirectRow, columns: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}


def _offer_values(offer: StandingOffer[Any]) -> dict[str, object]:
    return {
        "consent_id": offer.consent_id,
        "data_set": offer.terms.data_set,
        "person": offer.person,
        "holder_jwk": canonical_json(offer.holder_key.to_jwk()).decode(),
        "terms": canonical_json(offer.terms.to_json()).decode(),
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


def _placed_values(purchase: DirectPurchase[Any]) -> dict[str, object]:
    return {
        "account_id": purchase.account_id,
        "buyer": purchase.buyer.to_json(),
        "token": purchase.token,
        "credential": purchase.credential,
        "escrow_receipt": purchase.escrow_receipt,
        "compensation_cents": purchase.price.compensation_cents,
        "platform_fee_cents": purchase.price.platform_fee_cents,
        "placed_at": purchase.placed_at,
        "log_index": purchase.log_index,
    }


def _standing_values(purchase: DirectPurchase[Any]) -> dict[str, object]:
    dispute = purchase.dispute
    return {
        "state": purchase.state,
        "updated_at": purchase.updated_at,
        "reason": purchase.reason and purchase.reason[:_MAX_REASON],
        "disputed_at": None if dispute is None else dispute.at,
        "dispute_proven": None if dispute is None else dispute.proven,
        "dispute_reason": None if dispute is None else dispute.reason[:_MAX_REASON],
    }
