"""An attempt begins: who is still in, and the signed manifest for the nodes."""

from dataclasses import dataclass, replace
from datetime import datetime

from consent.job import Manifest, sign_manifest
from marketplace.domain.failure import AttemptFailure
from marketplace.domain.job import Job, JobEvent, JobState
from marketplace.domain.offer import OfferState
from marketplace.domain.order import Order
from marketplace.services.desk import Desk
from marketplace.services.end_order import refund
from marketplace.services.ports import Books


@dataclass(frozen=True)
class StartAttempt:
    """Makes the manifest of a job's present attempt, over those who have not withdrawn since the order."""

    desk: Desk

    def __call__(self, books: Books, order: Order, job: Job) -> Job:
        """The job with its manifest, or refunded because too few people are left."""
        now = self.desk.now()
        inputs = _still_in(books, job)
        if len(inputs) < order.query.floor:
            failure = AttemptFailure("too many people withdrew before the computation")
            return refund(self.desk, books, order, job, failure)
        until = now + self.desk.terms.attempt_limit
        manifest = self._manifest(order, job, inputs, (now, until))
        started = replace(job, manifest=manifest, attempt_until=until, updated_at=now)
        note = f"attempt {job.attempt}: the nodes check every consent"
        books.orders.save(started, JobEvent(now, JobState.QUEUED, note, job.attempt))
        return started

    def _manifest(
        self, order: Order, job: Job, inputs: dict[str, str], span: tuple[datetime, datetime]
    ) -> str:
        issued_at, expires_at = span
        manifest = Manifest(
            job_id=job.job_id,
            attempt=job.attempt,
            order_id=order.order_id,
            query=order.query,
            buyer_presentation=order.credential,
            mandate=order.mandate,
            escrow_receipt=order.escrow_receipt,
            nodes=job.node_ids,
            contributions=inputs,
            compensation_cents=order.price.compensation_cents,
            issued_at=issued_at,
            expires_at=expires_at,
        )
        return sign_manifest(manifest, self.desk.key)


def _still_in(books: Books, job: Job) -> dict[str, str]:
    parts = books.orders.parts(job.job_id)
    offers = books.offers.many(part.consent_id for part in parts)
    return {
        part.consent_id: part.inputs_digest
        for part in parts
        if part.consent_id in offers and offers[part.consent_id].state is OfferState.ACTIVE
    }
