"""A buyer orders: the price is held and the job exists, both or neither."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.pace import MOST_QUESTIONS, SPAN, asked_too_often
from consent.query import Query
from crypto.errors import MalformedError
from crypto.reading import utc_text
from marketplace.domain.account import Organisation
from marketplace.domain.chart import buyer_available, escrow
from marketplace.domain.event import EventKind
from marketplace.domain.job import Job, JobEvent, JobState, Part
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.domain.matching import Match
from marketplace.domain.order import Order, request_digest
from marketplace.domain.split import Price
from marketplace.domain.view import OrderView, view
from marketplace.errors import OrderConflictError, PriceChangedError, TooManyQuestionsError
from marketplace.services.approved_nodes import require_approved
from marketplace.services.assessed import require_assessed
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, asked
from marketplace.services.make_quote import question_of, registered
from marketplace.services.member_acts import spend
from marketplace.services.ports import Books, StatusLists
from marketplace.services.question import Stock, matched, price_for, stock_for
from marketplace.services.tell_events import tell
from ssi.credential import verify_organisation
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)

Alongside = Callable[[Books, Order], None]
"""What is written with an order, in its transaction; an error of it takes the order back."""


@dataclass(frozen=True)
class OrderRequest:
    """What a buyer asks for. The buyer makes the id, a UUID; `accepted_price_cents` is the most it pays.

    `by` is the member who orders; None where that is not known.
    """

    order_id: str
    query: Query
    accepted_price_cents: int
    by: str | None = None

    def __post_init__(self) -> None:
        try:
            well_formed = str(UUID(self.order_id)) == self.order_id
        except ValueError:
            well_formed = False
        if not well_formed:
            raise MalformedError("order_id: expected a UUID in small letters")

    @property
    def digest(self) -> str:
        """What tells the same request from another under one id."""
        return request_digest(self.query, self.accepted_price_cents)


@dataclass(frozen=True)
class PlaceOrder:
    """Places an order in one database transaction: matching, hold, job, log entry, escrow receipt.

    The same request again gets the same order; another request under the same id is refused. A price below
    the accepted one is taken, a higher one is not.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(
        self,
        account_id: str,
        *,
        order_id: str,
        query: Query,
        accepted_price_cents: int,
        by: str | None = None,
    ) -> OrderView:
        """The order.

        Raises:
            MalformedError: the order id is not a UUID.
            OrderConflictError: this id was used for another order.
            NotRegisteredError: the buyer has no valid credential or mandate on file.
            RevokedError: the issuer took the buyer's credential back.
            UnknownDataSetError, QuestionRefusedError, TooFewPeopleError, DiffersByTooFewError,
                NotAssessedError, NodesNotApprovedError: as for a quote.
            TooManyQuestionsError: this buyer asked about a data set as often as it may in a day.
            PriceChangedError: the price is above the accepted one now.
            InsufficientFundsError: the buyer does not have the price.
            RoleMissingError, SpendingLimitError: the member `by` may not order, or not for so much.
        """
        return self.place(account_id, OrderRequest(order_id, query, accepted_price_cents, by))

    def place(self, account_id: str, request: OrderRequest, alongside: Alongside | None = None) -> OrderView:
        """The order; `alongside` is called where it is new, and where the same was placed before it is not.

        Raises:
            MarketplaceError, QueryRefusedError, CredentialError: as above, and what `alongside` raises.
        """
        query, now = request.query, self.desk.now()
        with self.desk.store.reading() as books:
            placed = _placed(books, account_id, request)
            if placed is not None:
                return placed
            question = question_of(self.desk, books, account_id, query)
        self._check_status(question.buyer, now)
        question.quote(query)  # what cannot be answered is told so before anything is written
        with self.desk.store.writing() as books:
            placed = _placed(books, account_id, request)
            if placed is not None:
                return placed
            order, found = self._place(books, account_id, request, question.stock, now=now)
            kept = _keep(books, order, found)
            if alongside is not None:
                alongside(books, order)
            return kept

    def _check_status(self, buyer: Organisation, now: datetime) -> None:
        credential = verify_organisation(buyer.credential, self.desk.registry(), now=now)
        self.status_lists.check(credential, now=now)

    def _place(
        self, books: Books, account_id: str, request: OrderRequest, stock: Stock, *, now: datetime
    ) -> tuple[Order, Match]:
        buyer = registered(books.accounts.get(account_id), now)
        query = request.query
        require_assessed(books, query.data_sets, self.desk.terms)
        require_approved(books, self.desk.registry())
        _require_pace(books, account_id, query, now)
        # Without the search for a query close by, and without reading again what cannot have changed: a
        # writer keeps everybody else waiting.
        found = matched(stock_for(books, query, now=now, before=stock), query, buyer, now=now)
        price = price_for(found, request.query)
        if price.gross_cents > request.accepted_price_cents:
            raise PriceChangedError(price.gross_cents)
        spend(books, now, (account_id, request.by), request.order_id, price.gross_cents)
        job_id = self.desk.new_id()
        body = asked(request.order_id, job_id, request.query, buyer.buyer)
        (log_index,) = append(self.desk, books, "order", [body], now)
        order = Order(
            order_id=request.order_id,
            account_id=account_id,
            job_id=job_id,
            buyer=buyer.buyer,
            query=request.query,
            price=price,
            request_digest=request.digest,
            credential=buyer.credential,
            mandate=buyer.mandate,
            escrow_receipt=self._receipt(request, price, now),
            placed_at=now,
            log_index=log_index,
            ordered_by=request.by,
        )
        self._hold(books, order)
        log(_LOGGER, "order placed", order=order.order_id, job=job_id, cents=price.gross_cents)
        return order, found

    def _receipt(self, request: OrderRequest, price: Price, now: datetime) -> str:
        receipt = EscrowReceipt(
            order_id=request.order_id,
            query_digest=request.query.digest,
            amount_cents=price.gross_cents,
            compensation_cents=price.compensation_cents,
            issued_at=now,
        )
        return sign_escrow_receipt(receipt, self.desk.key)

    def _hold(self, books: Books, order: Order) -> None:
        if order.price.gross_cents == 0:  # everybody takes part for nothing
            return
        hold = Transfer(
            transfer_id=order.hold_id,
            kind=EntryKind.HOLD,
            debit=buyer_available(order.account_id),
            credit=escrow(order.order_id),
            amount_cents=order.price.gross_cents,
            at=order.placed_at,
            order_id=order.order_id,
            valid_until=order.placed_at + self.desk.terms.hold_limit,
        )
        Ledger(books.ledger).record([hold])


def _require_pace(books: Books, account_id: str, query: Query, now: datetime) -> None:
    wait = asked_too_often(query, books.orders.queries_since(account_id, now - SPAN))
    if wait is not None:
        raise TooManyQuestionsError(
            f"{MOST_QUESTIONS} questions about {wait.data_set} were ordered within a day; the next has to "
            f"wait until {utc_text(wait.until)}",
            not_before=wait.until,
        )


def _keep(books: Books, order: Order, found: Match) -> OrderView:
    first, second, third = found.node_ids
    job = Job(
        job_id=order.job_id,
        order_id=order.order_id,
        node_ids=(first, second, third),
        state=JobState.QUEUED,
        attempt=1,
        updated_at=order.placed_at,
    )
    parts = [Part(order.job_id, offer.consent_id, offer.inputs_digest) for offer in found.offers]
    books.orders.add(order, job, parts)
    event = JobEvent(order.placed_at, JobState.QUEUED, "ordered; the price is held")
    books.orders.save(job, event)
    tell(
        books,
        order.account_id,
        order.placed_at,
        EventKind.ORDER_PLACED,
        order_id=order.order_id,
        price_cents=order.price.gross_cents,
    )
    books.offers.spend((part.consent_id for part in parts), order.query.epsilon)
    return view(order, job, [event])


def _placed(books: Books, account_id: str, request: OrderRequest) -> OrderView | None:
    """The order that the same request placed before, if it did."""
    order = books.orders.get(request.order_id)
    if order is None:
        return None
    if (order.account_id, order.request_digest) != (account_id, request.digest):
        raise OrderConflictError(f"order {request.order_id} exists with another content; make a new id")
    return view(order, books.orders.job(order.job_id), books.orders.events(order.job_id))
