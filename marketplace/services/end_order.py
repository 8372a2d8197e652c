"""How does an order end? Everybody is paid, or everything goes back; in one transaction either way.

Each function changes the books of one transaction, given by its caller, who has made sure that the job is in
the state that the ending needs.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crypto.encoding import Json
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.failure import AttemptFailure
from marketplace.domain.invoice import Sale
from marketplace.domain.job import Job, JobEvent, JobState, Part, PartOutcome
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.domain.order import Order
from marketplace.domain.split import Price, price_of
from marketplace.services.desk import Desk
from marketplace.services.issue_invoices import bill
from marketplace.services.log_entries import append, asked, named
from marketplace.services.ports import Books
from marketplace.services.tell_events import save_step
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)


def settle(desk: Desk, books: Books, order: Order, job: Job) -> Job:
    """Pay exactly those whose data is in the answer, the nodes and the platform; return the rest.

    Whoever gives as data altruism is paid nothing, and what was held for that goes back to the buyer.
    The log gets one salted entry for each person and one for the payment, the buyer an invoice.
    """
    now = desk.now()
    took_part = [part for part in books.orders.parts(job.job_id) if part.outcome is PartOutcome.TOOK_PART]
    compensation = order.price.compensation_cents
    earned = _earned(books, took_part, compensation)
    # Each record is paid for itself, so whether a query joined some makes no difference here.
    price = price_of(sum(1 for cents in earned.values() if cents), compensation, job.node_ids)
    settled = replace(job.moved(JobState.SETTLED, now), charged_cents=price.gross_cents)
    Ledger(books.ledger).record(
        [entry for entry in _payments(order, job, price, earned, now) if entry.amount_cents > 0]
    )
    bill(desk, books, _sale(order, price))
    shared = asked(order.order_id, order.job_id, order.query, order.buyer)
    uses: list[dict[str, Json]] = [
        {**shared, "consent_id": part.consent_id, "amount_cents": earned[part.consent_id]}
        for part in took_part
    ]
    indexes = append(desk, books, "use", uses, now)
    books.orders.save_parts(
        [
            replace(part, outcome=PartOutcome.PAID, amount_cents=earned[part.consent_id], log_index=index)
            for part, index in zip(took_part, indexes, strict=True)
        ]
    )
    append(desk, books, "payment", [{**named(order), "charged_cents": price.gross_cents}], now)
    save_step(books, order, settled, JobEvent(now, JobState.SETTLED, "everybody is paid", job.attempt))
    books.orders.make_due(job.job_id, None)
    log(_LOGGER, "order settled", order=order.order_id, job=job.job_id, cents=price.gross_cents)
    return settled


def refund(desk: Desk, books: Books, order: Order, job: Job, failure: AttemptFailure) -> Job:
    """Give everything back to the buyer and name the reason. Nothing is handed out any more."""
    now, reason = desk.now(), failure.reason
    failed = job.failed(reason, failure.culprits, now)
    _give_back(books, order, now)
    parts = books.orders.parts(job.job_id)
    books.orders.save_parts(
        [replace(part, outcome=PartOutcome.FAILED, reason=part.reason or reason) for part in parts]
    )
    if not _may_be_charged(books, job, failure):
        books.offers.give_back((part.consent_id for part in parts), order.query.epsilon)
    body: dict[str, Json] = {**named(order), "reason": reason, "culprits": list(failure.culprits)}
    append(desk, books, "failure", [body], now)
    save_step(books, order, failed, JobEvent(now, JobState.FAILED, reason, job.attempt))
    refunded = failed.moved(JobState.REFUNDED, now)
    save_step(books, order, refunded, JobEvent(now, JobState.REFUNDED, "the money is back", job.attempt))
    books.orders.make_due(job.job_id, None)
    log(_LOGGER, "order refunded", order=order.order_id, job=job.job_id, reason=reason)
    return refunded


def _earned(books: Books, took_part: Sequence[Part], compensation_cents: int) -> dict[str, int]:
    """What each consent of an answer earns, in cents."""
    offers = books.offers.many(part.consent_id for part in took_part)
    return {
        part.consent_id: 0 if offers[part.consent_id].policy.altruism else compensation_cents
        for part in took_part
    }


def _payments(
    order: Order, job: Job, price: Price, earned: Mapping[str, int], now: datetime
) -> list[Transfer]:
    source = escrow(order.order_id)

    def payment(name: str, account: str, amount_cents: int) -> Transfer:
        return Transfer(
            transfer_id=f"{order.order_id}/{name}",
            kind=EntryKind.PAYMENT,
            debit=source,
            credit=account,
            amount_cents=amount_cents,
            at=now,
            order_id=order.order_id,
        )

    people = [
        payment(f"person/{consent_id}", subject_earned(consent_id), cents)
        for consent_id, cents in earned.items()
    ]
    nodes = [
        payment(f"node/{role}", node_fee(node_id), price.node_fees_cents[role])
        for role, node_id in enumerate(job.node_ids)
    ]
    rest = order.price.gross_cents - price.gross_cents
    return [
        *people,
        *nodes,
        payment("platform", PLATFORM_FEE, price.platform_fee_cents),
        payment("return", buyer_available(order.account_id), rest),
    ]


def _sale(order: Order, price: Price) -> Sale:
    return Sale(
        account_id=order.account_id,
        purchase_id=order.order_id,
        what=f"Statistical answer, order {order.order_id}",
        people=price.people,
        passed_through_cents=price.people_total_cents,
        fee_cents=price.gross_cents - price.people_total_cents,
    )


def _give_back(books: Books, order: Order, now: datetime) -> None:
    """Void the hold or, where it was charged into escrow at the release, pay back what is there."""
    ledger = Ledger(books.ledger)
    if ledger.hold_of(order.hold_id) is None:
        return
    in_escrow = ledger.balance(escrow(order.order_id)).available_cents
    if in_escrow == 0:
        ledger.void(order.hold_id, transfer_id=f"{order.order_id}/void", at=now)
        return
    ledger.record(
        [
            Transfer(
                transfer_id=f"{order.order_id}/refund",
                kind=EntryKind.PAYMENT,
                debit=escrow(order.order_id),
                credit=buyer_available(order.account_id),
                amount_cents=in_escrow,
                at=now,
                order_id=order.order_id,
            )
        ]
    )


def _may_be_charged(books: Books, job: Job, failure: AttemptFailure) -> bool:
    """Whether any node may have charged people's budgets and runs: they do so before they compute.

    What is counted here is given back only if that is certain: nodes never give anything back, and a node
    that died after it charged says nothing of it. An attempt before the last one is not remembered, so it
    counts as charged.
    """
    if job.attempt > 1 or any(event.state is JobState.RUNNING for event in books.orders.events(job.job_id)):
        return True
    return job.manifest is not None and not failure.before_charge
