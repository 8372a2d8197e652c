"""A person's wallet looks who asks for a score, and what came of what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.score_receipt import ScoreReceipt, sign_score_receipt
from crypto.encoding import Json
from crypto.signing import VerifyingKey
from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import own_offer
from marketplace.services.log_entries import shown_uses
from marketplace.services.ports import Books
from marketplace.services.tell_recipients import told_of_scores

_TOLD = frozenset({ScoreState.EXPIRED, ScoreState.WITHDRAWN, ScoreState.DISPUTED})


@dataclass(frozen=True)
class ReadScoreNews:
    """Tells the holder of a credential who asks for a score and what came of it; never a score."""

    desk: Desk

    def __call__(self, consent_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """The requests that wait, the uses that were paid, and the requests that came to nothing.

        Once she ended her agreement, `recipients` are those who hold a score and are told of the end.

        Raises:
            UnknownOfferError: there is no such offer of the holder of this key; somebody else's offer is not
                told apart from none.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            own_offer(books.scores, consent_id, holder_key)
            orders = books.scores.of_consent(consent_id)
            open_ones = [each for each in orders if each.state is ScoreState.ASKED and now < each.valid_until]
            return {
                "requests": [_request(each) for each in open_ones],
                "uses": self._uses(books, orders),
                "ended": [
                    {"request_id": each.request_id, "reason": each.reason or each.state.value}
                    for each in orders
                    if each.state in _TOLD
                ],
                "recipients": told_of_scores(books, consent_id),
            }

    def _uses(self, books: Books, orders: Sequence[ScoreOrder]) -> list[Json]:
        paid = (
            (self._receipt(order, order.use_log_index), order.use_log_index)
            for order in orders
            if order.use_log_index is not None
        )
        return shown_uses(self.desk, books, paid)

    def _receipt(self, order: ScoreOrder, log_index: int) -> str:
        request = order.request
        receipt = ScoreReceipt(
            consent_id=order.consent_id,
            request_id=order.request_id,
            buyer_id=order.buyer.subject,
            buyer_name=order.buyer.name,
            buyer_kind=order.buyer.kind,
            purpose=request.purpose,
            weights=request.weights,
            amount_cents=order.price.compensation_cents,
            used_at=order.updated_at,
            log_index=log_index,
        )
        return sign_score_receipt(receipt, self.desk.key)


def _request(order: ScoreOrder) -> dict[str, Json]:
    return {
        "request": order.token,
        "credential": order.credential,
        "escrow_receipt": order.escrow_receipt,
    }
