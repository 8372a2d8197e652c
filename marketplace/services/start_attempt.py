"""An attempt begins: who is still in, and the signed manifest for the nodes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from consent.job import MOST_INLINE, Manifest, put_on_roll, sign_manifest
from consent.log import LogState
from consent.query import Query
from marketplace.domain.failure import AttemptFailure
from marketplace.domain.job import Job, JobEvent, JobState
from marketplace.domain.log import Log
from marketplace.domain.order import Order
from marketplace.domain.rows import Row, rows_of
from marketplace.services.desk import Desk
from marketplace.services.end_order import refund
from marketplace.services.ports import Books
from marketplace.services.roll import Named, leave_out


class Present(NamedTuple):
    """When an attempt begins and ends, and the state of the log at which everybody is looked at."""

    log: LogState
    now: datetime
    until: datetime


@dataclass(frozen=True)
class StartAttempt:
    """Makes the manifest of a job's present attempt, over those who did not withdraw or pause meanwhile.

    It names the state of the log of the same transaction, so no withdrawal that stands in it is overlooked.
    """

    desk: Desk

    def __call__(self, books: Books, order: Order, job: Job) -> Job:
        """The job with its manifest, or refunded because too few people are left."""
        now = self.desk.now()
        rows = _still_in(books, job, order.query)
        if len(rows) < order.query.floor:
            failure = AttemptFailure("too many people withdrew or paused before the computation")
            return refund(self.desk, books, order, job, failure)
        if len(rows) > MOST_INLINE:
            leave_out(books, job, rows)
        until = now + self.desk.terms.attempt_limit
        manifest = self._manifest(order, job, rows, Present(_log_state(self.desk, books), now, until))
        started = replace(job, manifest=manifest, attempt_until=until, updated_at=now)
        note = f"attempt {job.attempt}: the nodes check every consent"
        books.orders.save(started, JobEvent(now, JobState.QUEUED, note, job.attempt))
        return started

    def _manifest(self, order: Order, job: Job, rows: list[Row], present: Present) -> str:
        named = Named.of(rows)
        manifest = Manifest(
            job_id=job.job_id,
            attempt=job.attempt,
            order_id=order.order_id,
            query=order.query,
            buyer_presentation=order.credential,
            mandate=order.mandate,
            escrow_receipt=order.escrow_receipt,
            nodes=job.node_ids,
            contributions=named.contributions,
            compensation_cents=order.price.compensation_cents,
            issued_at=present.now,
            expires_at=present.until,
            log=present.log,
            partners=named.partners,
        )
        if len(rows) > MOST_INLINE:
            manifest, _ = put_on_roll(manifest)
        return sign_manifest(manifest, self.desk.key)


def _log_state(desk: Desk, books: Books) -> LogState:
    checkpoint = Log(books.log).checkpoint(desk.marketplace_id)
    return LogState(checkpoint.size, checkpoint.root)


def _still_in(books: Books, job: Job, query: Query) -> list[Row]:
    """The rows of those who did not withdraw or pause; one of two records is enough to be out with both."""
    offers = books.offers.many(part.consent_id for part in books.orders.parts(job.job_id))
    return rows_of([offer for offer in offers.values() if offer.may_be_used], query)
