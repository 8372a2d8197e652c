"""The buyer's word on a score: it is right, and the person is paid; or the key lied, and that is judged."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.score_answer import open_function_key, verify_score_answer
from consent.score_function import ScoreFunction
from consent.score_offer import ScoreOffer
from crypto.encoding import Json, parse_json
from crypto.errors import CryptoError
from crypto.functional.als16_wire import decode_public_key
from crypto.sealing import SealingKey
from marketplace.domain.direct import Judgement
from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.errors import DisputeRefusedError, ResultNotReadyError
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import judged, shown_key
from marketplace.services.end_score import refund, settle
from marketplace.services.ports import Books
from marketplace.services.read_score_orders import score_order_of
from ssi.dataset import data_set


@dataclass(frozen=True)
class ConfirmScore:
    """Settles a request at once; confirming again changes nothing."""

    desk: Desk

    def __call__(self, account_id: str, request_id: str) -> ScoreOrder:
        """The settled request.

        Raises:
            UnknownOrderError: this buyer has no such request.
            ResultNotReadyError: there is no answer to confirm.
        """
        with self.desk.store.writing() as books:
            order = score_order_of(books, account_id, request_id)
            if order.state is ScoreState.ANSWERED:
                return settle(self.desk, books, order)
            if order.state is not ScoreState.SETTLED:
                raise ResultNotReadyError(
                    f"request {request_id} is {order.state}; there is nothing to confirm"
                )
            return order


@dataclass(frozen=True)
class DisputeScore:
    """Looks into an answer with the key that the buyer shows, and refunds if the wallet lied.

    The key is that of one request and opens nothing else. It is not kept, and the score is not computed: what
    is looked at is whether the function key is one for these weights under the public key of the offer.
    """

    desk: Desk

    def __call__(self, account_id: str, request_id: str, *, private_key: bytes) -> ScoreOrder:
        """The request after it was looked into. It is looked into once; again gives the same outcome.

        Raises:
            UnknownOrderError: this buyer has no such request.
            ResultNotReadyError: there is no answer.
            DisputeRefusedError: it is settled, the time for a dispute is over, or the key is not the one that
                the request names.
        """
        with self.desk.store.writing() as books:
            order = score_order_of(books, account_id, request_id)
            if order.dispute is not None:
                return order
            if order.state is ScoreState.SETTLED:
                raise DisputeRefusedError("the score is paid for")
            if order.state is not ScoreState.ANSWERED:
                raise ResultNotReadyError(f"request {request_id} is {order.state}; there is no answer")
            if order.settle_at is not None and self.desk.now() >= order.settle_at:
                raise DisputeRefusedError("the time for a dispute is over")
            key = shown_key(private_key, order.request.result_key, name="request")
            return self._judged(books, order, key)

    def _judged(self, books: Books, order: ScoreOrder, key: SealingKey) -> ScoreOrder:
        fault, now = self._fault(books, order, key), self.desk.now()
        reason = fault or "the wallet sealed a key for exactly these weights"
        named: dict[str, Json] = {"request_id": order.request_id, "consent_id": order.consent_id}
        outcome = judged(self.desk, books, order, Judgement(fault is not None, reason, now), named)
        if fault is None:
            books.scores.save(outcome)
            return outcome
        return refund(self.desk, books, outcome, ScoreState.DISPUTED, reason)

    def _fault(self, books: Books, order: ScoreOrder, key: SealingKey) -> str | None:
        request = order.request
        offer, kept = books.scores.offer(order.consent_id), _kept_offer(order)
        if offer is None or order.answer is None:
            raise ResultNotReadyError(f"request {order.request_id} has no answer")
        answer = verify_score_answer(order.answer, offer.holder_key, request)
        try:
            open_function_key(
                answer,
                request,
                ScoreFunction(data_set(request.data_set), request.weights).key_weights,
                public_key=decode_public_key(kept.record.public_key),
                result_key=key,
            )
        except (CryptoError, ConsentError) as error:
            return str(error)
        return None


def _kept_offer(order: ScoreOrder) -> ScoreOffer:
    return ScoreOffer.from_json(parse_json(order.offer or "null"), "stored score offer")
