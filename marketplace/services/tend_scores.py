"""Requests for scores that nobody ended come to their end by themselves."""

from dataclasses import dataclass

from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.services.desk import Desk
from marketplace.services.end_score import refund, settle
from marketplace.services.ports import Books

NOT_ANSWERED = "nobody answered in time"


@dataclass(frozen=True)
class TendScores:
    """Ends what nobody ended: requests without an answer are refunded, answers without a word are paid."""

    desk: Desk

    def __call__(self) -> int:
        """How many ended."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            due = books.scores.due(now)
            for order in due:
                self._end(books, order)
        return len(due)

    def _end(self, books: Books, order: ScoreOrder) -> None:
        if order.state is ScoreState.ASKED:
            refund(self.desk, books, order, ScoreState.EXPIRED, NOT_ANSWERED)
        else:
            settle(self.desk, books, order)
