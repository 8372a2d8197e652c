"""The worker drives jobs forward, one step at a time, and never holds the books while it talks to a node.

A job is leased while a step is taken; the lease is renewed before every change, and a worker that lost it
changes nothing. What a step did is in the database before the next one begins, so a worker that dies at any
point is followed by another that goes on from there: asking nodes again is harmless, and an ending is one
transaction.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

from marketplace.domain.failure import MAX_REASON, AttemptFailure
from marketplace.domain.job import Job, JobEvent, JobState
from marketplace.domain.order import Order
from marketplace.domain.stall import ANSWER_AGAIN, NO_ANSWER, NOT_APPROVED
from marketplace.errors import LostLeaseError
from marketplace.sdk.errors import NodesContradictError
from marketplace.services.approved_nodes import are_approved
from marketplace.services.desk import Desk
from marketplace.services.end_order import refund, settle
from marketplace.services.follow_attempt import FollowAttempt, Progress
from marketplace.services.ports import Books, Nodes
from marketplace.services.release_result import CollectOutputs, ReleaseResult, again_or_refund
from marketplace.services.roll import has_roll, names_on_roll, pieces_on_roll
from marketplace.services.start_attempt import StartAttempt
from marketplace.services.tell_events import save_step
from ssi.hosting.logs import log
from ssi.http.errors import PeerError

_LOGGER = logging.getLogger(__name__)
_NOTES = {
    JobState.ADMITTED: "every node has checked every consent",
    JobState.RUNNING: "the nodes compute together",
}


@dataclass(frozen=True)
class Pace:
    """The times of driving: how long a lease holds without a sign of life, when to look at a job again.

    `log_patience` is how long an attempt waits until its nodes were shown the log. The buyer is told of a
    node that has not answered for `silence`.
    """

    lease: timedelta = timedelta(seconds=60)
    look_again: timedelta = timedelta(milliseconds=300)
    log_patience: timedelta = timedelta(minutes=1)
    silence: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class DriveJobs:
    """Takes one step for the job that is due for longest."""

    desk: Desk
    nodes: Nodes
    worker: str
    pace: Pace = Pace()

    def __call__(self) -> bool:
        """Whether there was a job to drive."""
        with self.desk.store.writing() as books:
            now = self.desk.clock()
            job = books.orders.claim(self.worker, now=now, until=now + self.pace.lease)
        if job is None:
            return False
        try:
            due = self._step(job)
            with self.desk.store.writing() as books:
                books.orders.release(job.job_id, self.worker, due=due)
        except LostLeaseError:
            log(_LOGGER, "a job went to another worker", job=job.job_id)
        return True

    def _step(self, job: Job) -> datetime | None:
        """Take one step and return when the job is due again, None for never."""
        if job.is_under_way:
            job = self._attempt(job)
        elif job.state is JobState.RELEASED:
            job = self._settle(job)
        if job.is_under_way:
            return self.desk.clock() + self.pace.look_again
        return job.dispute_until if job.state is JobState.RELEASED else None

    def _attempt(self, job: Job) -> Job:
        if not self._are_nodes_approved():
            return self._wait_for_operators(job)
        if job.manifest is None:
            return self._start(job)
        is_over = job.attempt_until is not None and self.desk.now() >= job.attempt_until
        pieces = cache(partial(self._pieces, job))  # one writing for all nodes
        progress = FollowAttempt(self.nodes, pieces)(job, None if is_over else job.manifest)
        failure = progress.failure or self._waited_for_the_log(job, progress)
        if failure is not None:
            return self._end_attempt(job, failure)
        if progress.is_done:
            return self._release(self._advance(job, progress))
        if is_over:
            reason = "the nodes did not finish in time"
            return self._end_attempt(job, AttemptFailure(reason, progress.silent, may_try_again=True))
        return self._advance(job, progress)

    def _waited_for_the_log(self, job: Job, progress: Progress) -> AttemptFailure | None:
        """What it comes to that a node was not shown the log, if that lasts; it takes a moment at least."""
        if job.attempt_until is None:
            return None
        begun = job.attempt_until - self.desk.terms.attempt_limit
        return progress.waits if self.desk.now() >= begun + self.pace.log_patience else None

    def _pieces(self, job: Job) -> Sequence[bytes]:
        if not has_roll(job):
            return ()
        with self.desk.store.reading() as books:
            return pieces_on_roll(books, _order_of(books, job), job)

    def _start(self, job: Job) -> Job:
        """Begin an attempt once all three nodes answer; one that stays away too long ends the job."""
        silent = tuple(node_id for node_id in job.node_ids if not self.nodes.is_well(node_id))
        if silent:
            return self._wait_for(job, silent)
        with self._changing(job) as (books, order):
            return StartAttempt(self.desk)(books, order, job)

    def _are_nodes_approved(self) -> bool:
        with self.desk.store.reading() as books:
            return are_approved(books, self.desk.registry())

    def _wait_for_operators(self, job: Job) -> Job:
        """Ask and tell changed nodes nothing; if nobody approves them in time, the job ends."""
        now = self.desk.now()
        if job.attempt_until is not None and now >= job.attempt_until:
            reason = "the computing nodes changed, and two operators did not approve them in time"
            return self._end_attempt(job, AttemptFailure(reason))
        with self.desk.store.reading() as books:
            is_told = books.orders.events(job.job_id)[-1].note == NOT_APPROVED
        if is_told:
            return job
        until = job.attempt_until or now + self.desk.terms.attempt_limit
        waiting = replace(job, attempt_until=until, updated_at=now)
        with self._changing(job) as (books, _):
            books.orders.save(waiting, JobEvent(now, job.state, NOT_APPROVED, job.attempt))
        return waiting

    def _wait_for(self, job: Job, silent: tuple[str, ...]) -> Job:
        """Wait from the moment the silence was noticed; before that, it may have been us who were away."""
        now, names = self.desk.now(), ", ".join(silent)
        if job.attempt_until is not None and now < job.attempt_until:
            return job
        with self._changing(job) as (books, order):
            if job.attempt_until is not None:
                failure = AttemptFailure(f"{names} could not be reached", silent)
                return refund(self.desk, books, order, job, failure)
            waiting = replace(job, attempt_until=now + self.desk.terms.attempt_limit, updated_at=now)
            books.orders.save(waiting, JobEvent(now, job.state, f"waiting for {names}", job.attempt))
            return waiting

    def _end_attempt(self, job: Job, failure: AttemptFailure) -> Job:
        log(_LOGGER, "an attempt failed", job=job.job_id, attempt=job.attempt, reason=failure.reason)
        with self._changing(job) as (books, order):
            return again_or_refund(self.desk, books, order, job, failure)

    def _release(self, job: Job) -> Job:
        with self.desk.store.reading() as books:
            order = _order_of(books, job)
            offers = books.offers.many(part.consent_id for part in books.orders.parts(job.job_id))
            on_roll = names_on_roll(books, job, order.query) if has_roll(job) else None
        try:
            checked = CollectOutputs(self.desk, self.nodes, on_roll)(order, job, offers)
        except PeerError:
            return self._late(job)
        except NodesContradictError as error:
            return self._end_attempt(job, AttemptFailure(str(error)[:MAX_REASON], error.culprits))
        with self._changing(job) as (books, order):
            return ReleaseResult(self.desk)(books, order, job, checked)

    def _late(self, job: Job) -> Job:
        if job.attempt_until is None or self.desk.now() < job.attempt_until:
            return job
        reason = "a node did not hand over its output in time"
        return self._end_attempt(job, AttemptFailure(reason, may_try_again=True))

    def _advance(self, job: Job, progress: Progress) -> Job:
        if progress.state is job.state or progress.state is JobState.QUEUED:
            self._note_silence(job, progress.silent)
            return job
        now = self.desk.now()
        moved = job.moved(progress.state, now)
        with self._changing(job) as (books, order):
            save_step(books, order, moved, JobEvent(now, moved.state, _NOTES[moved.state], job.attempt))
        return moved

    def _note_silence(self, job: Job, silent: tuple[str, ...]) -> None:
        """Write down which nodes do not answer, once it has lasted, and that they do again."""
        with self.desk.store.reading() as books:
            last = books.orders.events(job.job_id)[-1]
        now = self.desk.now()
        note = f"{NO_ANSWER}{', '.join(silent)}" if silent else ANSWER_AGAIN
        was_silent = last.note.startswith(NO_ANSWER)
        if last.note == note or not (silent or was_silent):
            return
        if was_silent or now - last.at >= self.pace.silence:
            with self._changing(job) as (books, _):
                books.orders.save(job, JobEvent(now, job.state, note, job.attempt))

    def _settle(self, job: Job) -> Job:
        if job.dispute_until is not None and self.desk.now() < job.dispute_until:
            return job
        with self._changing(job) as (books, order):
            return settle(self.desk, books, order, job)

    @contextmanager
    def _changing(self, job: Job) -> Iterator[tuple[Books, Order]]:
        """The books and the order of a leased job.

        Raises:
            LostLeaseError: another worker has the job, or somebody else moved it on meanwhile.
        """
        with self.desk.store.writing() as books:
            books.orders.renew(job.job_id, self.worker, until=self.desk.clock() + self.pace.lease)
            if books.orders.job(job.job_id) != job:
                raise LostLeaseError(f"job {job.job_id} was moved on meanwhile")
            yield books, _order_of(books, job)


def _order_of(books: Books, job: Job) -> Order:
    order = books.orders.get(job.order_id)
    assert order is not None  # noqa: S101 — a job row refers to its order row
    return order
