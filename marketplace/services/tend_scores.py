"""Requests for scores that nobody ended come to their end by themselves."""

import logging
from dataclasses import dataclass

from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.errors import ConflictError, InsufficientFundsError
from marketplace.services.desk import Desk
from marketplace.services.end_score import refund, settle
from marketplace.services.ports import Books
from ssi.hosting.logs import log

NOT_ANSWERED = "nobody answered in time"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class TendScores:
    """Ends what nobody ended: requests without an answer are refunded, answers without a word are paid.

    Each in a transaction of its own: one that cannot be ended is logged, and keeps no other one waiting.
    """

    desk: Desk

    def __call__(self) -> int:
        """How many ended."""
        with self.desk.store.reading() as books:
            due = [order.request_id for order in books.scores.due(self.desk.now())]
        return sum(self._tended(request_id) for request_id in due)

    def _tended(self, request_id: str) -> bool:
        try:
            with self.desk.store.writing() as books:
                order = books.scores.get(request_id)
                # Somebody may have answered, confirmed or ended it since.
                return order is not None and self._end(books, order)
        except (ConflictError, InsufficientFundsError) as error:
            log(_LOGGER, "request for a score cannot be ended", request=request_id, reason=str(error))
            return False

    def _end(self, books: Books, order: ScoreOrder) -> bool:
        now = self.desk.now()
        if order.state is ScoreState.ASKED and order.valid_until <= now:
            refund(self.desk, books, order, ScoreState.EXPIRED, NOT_ANSWERED)
            return True
        if order.state is ScoreState.ANSWERED and order.settle_at is not None and order.settle_at <= now:
            settle(self.desk, books, order)
            return True
        return False
