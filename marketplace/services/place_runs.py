"""The worker's duty for saved questions that are repeated: it places each run that is due.

An order and its run are written in one transaction, in which the repetition must still be at that run: so
two workers, or one that comes back after it died, place one order. A refusal that only its buyer can do
something about is a run that was skipped, with the reason. Whatever else fails is tried again a minute later,
and keeps no other repetition waiting: before a run is begun it is put off for that long.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from consent.errors import QueryRefusedError
from consent.query import Query
from crypto.encoding import Json
from marketplace.domain.event import EventKind
from marketplace.domain.order import Order
from marketplace.domain.saved import (
    Reason,
    Run,
    RunState,
    Skip,
    StandingOrder,
    Why,
    missed,
    order_id_of_run,
)
from marketplace.errors import (
    InsufficientFundsError,
    NotAllowedError,
    NotAssessedError,
    NotRegisteredError,
    OrderConflictError,
    PriceChangedError,
    QuestionRefusedError,
    StandingChangedError,
    TooFewPeopleError,
    TooManyQuestionsError,
    TotalReachedError,
    UnknownError,
)
from marketplace.services.desk import Desk
from marketplace.services.place_order import Alongside, OrderRequest, PlaceOrder
from marketplace.services.ports import Books
from marketplace.services.tell_events import named_run, tell, tell_standing
from ssi.errors import CredentialError, RegistryError, UnresolvableError
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
PUT_OFF: Final = timedelta(minutes=1)

_REASONS: Final[Sequence[tuple[type[Exception], Reason]]] = (
    (TooFewPeopleError, Reason.TOO_FEW),
    (QueryRefusedError, Reason.QUESTION),
    (NotAssessedError, Reason.NOT_ASSESSED),
    (PriceChangedError, Reason.PRICE),
    (TotalReachedError, Reason.TOTAL),
    (InsufficientFundsError, Reason.MONEY),
    (NotRegisteredError, Reason.NOT_REGISTERED),
    (TooManyQuestionsError, Reason.PACE),
    (NotAllowedError, Reason.MEMBER),
    (UnknownError, Reason.MEMBER),
    (CredentialError, Reason.CREDENTIAL),
    (OrderConflictError, Reason.TAKEN),
)
"""What makes a run skipped; the first kind that fits counts."""
_REFUSED: Final = tuple(kind for kind, _ in _REASONS)


@dataclass(frozen=True)
class _Due:
    """A run that is due; those before it that nobody placed are missed."""

    standing: StandingOrder
    query: Query
    number: int

    @property
    def order_id(self) -> str:
        return order_id_of_run(self.standing.standing_id, self.number)


@dataclass(frozen=True)
class PlaceRuns:
    """Places the run that is due for longest; calling it again places the next one."""

    desk: Desk
    place_order: PlaceOrder

    def __call__(self) -> bool:
        """Whether one was due.

        Raises:
            RegistryError, UnresolvableError, PeerError, DatabaseUnavailableError: it cannot be placed now,
                and is put off.
        """
        with self.desk.store.reading() as books:
            if books.saved.next_due(self.desk.now()) is None:
                return False
        due = self._begin()
        if due is not None:
            self._run(due)
        return True

    def _begin(self) -> _Due | None:
        """The run that is due, put off for a minute in case that nothing comes of it; None if none is."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            standing = books.saved.next_due(now)
            question = None if standing is None else books.saved.get(standing.saved_id)
            if standing is None or question is None:
                return None
            if now > standing.terms.until:
                _give_up(books, standing, self.desk)
                return None
            books.saved.change(replace(standing, due_at=now + PUT_OFF))
            number = max(standing.next_number, standing.terms.count_until(now))
            return _Due(standing, question.query, number)

    def _run(self, due: _Due) -> None:
        noted = False

        def alongside(books: Books, order: Order) -> None:
            nonlocal noted
            _write_ordered(books, due, order)
            noted = True

        try:
            self._place(due, alongside)
            if not noted:
                raise OrderConflictError("an order with the id of this run exists already")
        except (RegistryError, UnresolvableError):
            raise
        except StandingChangedError:
            log(_LOGGER, "a run was not placed", standing=due.standing.standing_id, run=due.number)
        except _REFUSED as error:
            self._skip(due, _skip(error))

    def _place(self, due: _Due, alongside: Alongside) -> None:
        standing = due.standing
        request = OrderRequest(due.order_id, due.query, standing.terms.per_run_cents, standing.by)
        self.place_order.place(standing.account_id, request, alongside)

    def _skip(self, due: _Due, skip: Skip) -> None:
        now = self.desk.now()
        with self.desk.store.writing() as books:
            try:
                current = _current(books, due)
            except StandingChangedError:
                return
            planned = current.terms.planned_at(due.number)
            run = Run(current.standing_id, due.number, planned, RunState.SKIPPED, now, skip=skip)
            books.saved.add_runs([*missed(current, due.number, now), run])
            after = current.skipped(due.number)
            books.saved.change(after)
            about: dict[str, Json] = {"reason": skip.reason.value, "words": skip.words}
            named = named_run(run, current)
            tell(books, current.account_id, now, EventKind.RUN_SKIPPED, **named, **about)
            tell_standing(books, current, after, now)
        log(_LOGGER, "a run was skipped", standing=current.standing_id, run=due.number, reason=skip.reason)


def _current(books: Books, due: _Due) -> StandingOrder:
    current = books.saved.standing(due.standing.standing_id)
    if current is None or not current.is_active or current.next_number != due.standing.next_number:
        raise StandingChangedError("the repetition is not at this run any more")
    return current


def _write_ordered(books: Books, due: _Due, order: Order) -> None:
    current, now, cents = _current(books, due), order.placed_at, order.price.gross_cents
    if now > current.terms.until:
        raise StandingChangedError("the repetition is over")
    if cents > current.left_cents:
        raise TotalReachedError(
            f"it costs {cents / 100:.2f} euros, and {current.left_cents / 100:.2f} euros are left of the "
            "most in all"
        )
    planned = current.terms.planned_at(due.number)
    run = Run(current.standing_id, due.number, planned, RunState.ORDERED, now, order.order_id, cents)
    books.saved.add_runs([*missed(current, due.number, now), run])
    after = current.ordered(due.number, cents)
    books.saved.change(after)
    named = {**named_run(run, current), "order_id": order.order_id, "cost_cents": cents}
    tell(books, current.account_id, now, EventKind.RUN_ORDERED, **named)
    tell_standing(books, current, after, now)


def _give_up(books: Books, standing: StandingOrder, desk: Desk) -> None:
    """After its end nothing is ordered: what is left was missed."""
    last = standing.terms.count_until(standing.terms.until)
    books.saved.add_runs(missed(standing, last + 1, desk.now()))
    after = replace(standing, next_number=last + 1).ended(Why.OVER)
    books.saved.change(after)
    tell_standing(books, standing, after, desk.now())


def _skip(error: Exception) -> Skip:
    reason = next(reason for kind, reason in _REASONS if isinstance(error, kind))
    nearby = error.nearby if isinstance(error, TooFewPeopleError | QuestionRefusedError) else None
    return Skip(reason, _words(error), nearby)


def _words(error: Exception) -> str:
    if isinstance(error, PriceChangedError):
        return f"it costs {error.price_cents / 100:.2f} euros now, which is above the most for each time"
    if isinstance(error, InsufficientFundsError):
        return f"the account lacks {error.missing_cents / 100:.2f} euros"
    if isinstance(error, QueryRefusedError):
        return f"{error.reason}; {error.remedy}"
    return str(error)
