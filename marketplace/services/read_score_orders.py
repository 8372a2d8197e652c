"""A buyer looks at its requests for scores."""

from dataclasses import dataclass

from consent.score_terms import ScoreTerms
from crypto.encoding import Json
from marketplace.domain.score import ScoreOrder
from marketplace.errors import UnknownOrderError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.tell_recipients import ended_in_score


@dataclass(frozen=True)
class ReadScoreOrders:
    """A buyer's requests."""

    desk: Desk

    def __call__(self, account_id: str) -> tuple[ScoreOrder, ...]:
        """All of them, newest first."""
        with self.desk.store.reading() as books:
            return tuple(books.scores.of_account(account_id))

    def one(self, account_id: str, request_id: str) -> ScoreOrder:
        """One of them; with answer and ciphertext once there is an answer, which only the buyer can open.

        Raises:
            UnknownOrderError: this buyer has no such request.
        """
        with self.desk.store.reading() as books:
            return score_order_of(books, account_id, request_id)

    def agreed(self, account_id: str, request_id: str) -> ScoreTerms | None:
        """What the person agreed to; None where her offer is not known any more.

        Raises:
            UnknownOrderError: this buyer has no such request.
        """
        with self.desk.store.reading() as books:
            offer = books.scores.offer(score_order_of(books, account_id, request_id).consent_id)
        return None if offer is None else offer.terms

    def ended_agreements(self, account_id: str, request_id: str) -> list[Json]:
        """That the person ended her agreement after she answered (GDPR art. 19); else nothing.

        Raises:
            UnknownOrderError: this buyer has no such request.
        """
        with self.desk.store.reading() as books:
            return ended_in_score(books, score_order_of(books, account_id, request_id))


def score_order_of(books: Books, account_id: str, request_id: str) -> ScoreOrder:
    """A buyer's own request.

    Raises:
        UnknownOrderError: this buyer has none of this id.
    """
    order = books.scores.get(request_id)
    if order is None or order.account_id != account_id:
        raise UnknownOrderError(f"there is no request {request_id[:80]} of yours")
    return order
