"""A person's wallet answers: her key waits for the buyer, or the money goes back; told to both sides."""

from dataclasses import dataclass, replace

from consent.errors import ConsentError
from consent.score_answer import ScoreAnswer, unverified_request_id, verify_score_answer
from consent.score_wording import explain_score_refusal
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import CryptoError
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.errors import ContributionRefusedError, OrderConflictError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.direct_money import charge_price
from marketplace.services.end_score import refund
from marketplace.services.log_entries import append
from marketplace.services.ports import Books

_LANGUAGE = "en"


@dataclass(frozen=True)
class TakeScoreAnswer:
    """Takes the signed answer of a wallet. The same one again changes nothing; another one is refused.

    Of a refusal no word is kept but its reason: the person's own refusal for the same reason is the same one.

    The marketplace cannot open the key. That it is the right one is found out by the buyer, who confirms or
    disputes until `dispute_window` after the answer.
    """

    desk: Desk

    def __call__(self, token: str) -> ScoreOrder:
        """The order after the answer.

        Raises:
            MalformedError: it is not an answer.
            UnknownOfferError: there is no such request.
            ContributionRefusedError: the person did not sign it, or not for this request.
            OrderConflictError: it was answered otherwise, ended, or came too late.
        """
        request_id = unverified_request_id(token)
        with self.desk.store.writing() as books:
            order = books.scores.get(request_id)
            offer = None if order is None else books.scores.offer(order.consent_id)
            if order is None or offer is None:
                raise UnknownOfferError(f"there is no request {request_id}")
            answer = _verified(token, offer, order)
            if order.answer == token:
                return order
            reason = None if answer.refusal is None else explain_score_refusal(answer.refusal, _LANGUAGE)
            if reason is not None and (order.state, order.reason) == (ScoreState.REFUSED, reason):
                return order
            self._require_open(order, offer)
            if reason is not None:
                return refund(self.desk, books, order, ScoreState.REFUSED, reason)
            return self._granted(books, order, token)

    def _require_open(self, order: ScoreOrder, offer: ScoreOffering) -> None:
        if order.state is not ScoreState.ASKED:
            raise OrderConflictError(f"request {order.request_id} is {order.state}; it is not answered again")
        now = self.desk.now()
        if now >= order.valid_until or not offer.is_open(now):
            raise OrderConflictError(f"request {order.request_id} cannot be answered any more")

    def _granted(self, books: Books, order: ScoreOrder, token: str) -> ScoreOrder:
        now = self.desk.now()
        charge_price(books, order, at=now)
        body: dict[str, Json] = {
            "request_id": order.request_id,
            "answer_digest": b64url_encode(sha256(token.encode())),
        }
        append(self.desk, books, "release", [body], now)
        answered = replace(
            order.moved(ScoreState.ANSWERED, now),
            answer=token,
            settle_at=now + self.desk.terms.dispute_window,
        )
        books.scores.save(answered)
        return answered


def _verified(token: str, offer: ScoreOffering, order: ScoreOrder) -> ScoreAnswer:
    try:
        return verify_score_answer(token, offer.holder_key, order.request)
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(f"the answer is not the person's to this request: {error}") from error
