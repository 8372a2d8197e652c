"""A person looks at everything that was done with her data here: uses, money, withdrawal, deletions."""

from dataclasses import dataclass
from decimal import Decimal

from consent.joining import asked_about
from consent.receipt import UsageReceipt, sign_usage_receipt
from consent.spending import spending
from consent.wording import describe_query
from crypto.encoding import Json
from crypto.reading import utc_text
from crypto.signing import VerifyingKey
from marketplace.domain.chart import subject_earned
from marketplace.domain.job import Job, JobState, Part, PartOutcome
from marketplace.domain.ledger import Ledger
from marketplace.domain.log import Log
from marketplace.domain.offer import NodeSide, Offer
from marketplace.domain.order import Order
from marketplace.errors import UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import shown, signed_checkpoint
from marketplace.services.ports import Books
from marketplace.services.status_credentials import credentials_of
from marketplace.services.tell_recipients import told_recipients

_OUTCOMES = {
    PartOutcome.MATCHED: "running",
    PartOutcome.TOOK_PART: "running",
    PartOutcome.LEFT_OUT: "left_out",
    PartOutcome.PAID: "paid",
    PartOutcome.FAILED: "failed",
}


@dataclass(frozen=True)
class ReadHistory:
    """Tells the holder of a credential about her offer; each use comes with its proof from the log."""

    desk: Desk

    def __call__(self, consent_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """The history, newest use first; `uses` were paid, `others` not (yet). No value of any attribute.

        `privacy` is what answers with noise that were handed out have told together: the sum, which is held
        against her limit, and what they come to by composition (`consent.spending`).

        Raises:
            UnknownOfferError: there is no such offer of the holder of this key; somebody else's offer is not
                told apart from none.
        """
        with self.desk.store.reading() as books:
            offer = books.offers.get(consent_id)
            if offer is None or offer.holder_key != holder_key:
                raise UnknownOfferError("there is no such offer of yours")
            log = Log(books.log)
            checkpoint = signed_checkpoint(self.desk, log)
            earned = Ledger(books.ledger).balance(subject_earned(consent_id)).posted_cents
            withdrawal = self._withdrawal(books, log, offer, checkpoint)
            uses = [self._use(books, log, part, checkpoint) for part in books.orders.parts_of(consent_id)]
            sides = books.offers.node_sides(consent_id)
            return {
                "consent_id": consent_id,
                "state": offer.state.value,
                "data_set": offer.policy.data_set,
                "received_at": utc_text(offer.received_at),
                "privacy": _privacy(books, consent_id),
                "earnings": {"total_cents": earned, "currency": "EUR"},
                "uses": [use for use in uses if use["receipt"] is not None],
                "others": [use for use in uses if use["receipt"] is None],
                "withdrawal": withdrawal,
                "status_receipts": credentials_of(self.desk, books, offer),
                "nodes": [_node(side) for side in sides],
                "deletion_receipts": [side.deletion_receipt for side in sides if side.deletion_receipt],
                "checkpoint": checkpoint,
            }

    def _use(self, books: Books, log: Log, part: Part, checkpoint: str) -> dict[str, Json]:
        job = books.orders.job(part.job_id)
        order = books.orders.get(job.order_id)
        if order is None:
            raise UnknownOfferError("there is no such use")
        query = order.query
        index = order.log_index if part.log_index is None else part.log_index
        return {
            "job_id": job.job_id,
            "order_id": order.order_id,
            "buyer": order.buyer.to_json(),
            "purpose": query.purpose.value,
            "statistics": [statistic.to_json() for statistic in query.statistics],
            "group_by": query.group_by,
            "sentence": describe_query(query, asked_about(query), "en"),
            "query": query.to_json(),
            "at": utc_text(order.placed_at),
            "updated_at": utc_text(job.updated_at),
            "outcome": _OUTCOMES[part.outcome],
            "reason": _reason(job, part),
            "amount_cents": part.amount_cents,
            "compensation_cents": order.price.compensation_cents,
            "receipt": self._receipt(order, job, part),
            "log": shown(self.desk, log, index, checkpoint),
        }

    def _receipt(self, order: Order, job: Job, part: Part) -> str | None:
        """The signed usage receipt of a use that was paid; made anew each time, and always the same."""
        if part.log_index is None:
            return None
        receipt = UsageReceipt(
            consent_id=part.consent_id,
            job_id=job.job_id,
            buyer_id=order.buyer.subject,
            buyer_name=order.buyer.name,
            buyer_kind=order.buyer.kind,
            purpose=order.query.purpose,
            statistics=order.query.statistics,
            group_by=order.query.group_by,
            amount_cents=part.amount_cents,
            used_at=job.updated_at,
            log_index=part.log_index,
        )
        return sign_usage_receipt(receipt, self.desk.key)

    def _withdrawal(self, books: Books, log: Log, offer: Offer, checkpoint: str) -> dict[str, Json] | None:
        kept = books.offers.withdrawal(offer.consent_id)
        if kept is None or offer.withdrawn_at is None:
            return None
        return {
            "withdrawn_at": utc_text(offer.withdrawn_at),
            "recipients": told_recipients(books, offer.consent_id, offer.withdrawn_at),
            "log": shown(self.desk, log, kept[1], checkpoint),
        }


def _privacy(books: Books, consent_id: str) -> dict[str, Json]:
    told = [
        books.orders.get(books.orders.job(part.job_id).order_id)
        for part in books.orders.parts_of(consent_id)
        if part.outcome in {PartOutcome.TOOK_PART, PartOutcome.PAID}
    ]
    return spending(order.query.epsilon or Decimal(0) for order in told if order is not None).to_json()


def _node(side: NodeSide) -> dict[str, Json]:
    return {
        "node": side.node_id,
        "answer": side.answer.value,
        "reason": side.reason,
        "deletion_receipt": side.deletion_receipt,
    }


def _reason(job: Job, part: Part) -> str | None:
    return part.reason or (job.reason if job.state is JobState.REFUNDED else None)
