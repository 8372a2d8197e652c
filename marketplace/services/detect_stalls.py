"""Which jobs do not move, and why: for the page of an order, and for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain.job import Job, JobEvent
from marketplace.domain.stall import Stall, stall_of
from marketplace.domain.view import OrderView, view
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.read_orders import order_of

LEASE = timedelta(seconds=60)
"""How long a worker leases a job; it renews the lease before each change (`drive_jobs.Pace`)."""
MOST_JOBS = 100


@dataclass(frozen=True)
class DetectStalls:
    """Looks at jobs that are under way; asks nobody."""

    desk: Desk

    def of_order(self, account_id: str, order_id: str) -> tuple[OrderView, Stall | None]:
        """One of an account's orders, and why it does not move, None where it does: both of one moment.

        Raises:
            UnknownOrderError: this buyer has no such order.
        """
        with self.desk.store.reading() as books:
            order = order_of(books, account_id, order_id)
            job, events = books.orders.job(order.job_id), books.orders.events(order.job_id)
            return view(order, job, events), self._stall(books, job, events)

    def __call__(self) -> Sequence[Stall]:
        """The latest jobs that do not move, the newest first."""
        with self.desk.store.reading() as books:
            latest = [job for job in books.orders.latest_jobs(limit=MOST_JOBS) if job.is_under_way]
            jobs = books.orders.histories(job.job_id for job in latest).values()
            found = [self._stall(books, job, events) for job, events in jobs]
        return [each for each in found if each is not None]

    def _stall(self, books: Books, job: Job, events: Sequence[JobEvent]) -> Stall | None:
        if not job.is_under_way:
            return None
        due_at, leased_until = books.orders.attendance(job.job_id)
        attended = due_at if leased_until is None else leased_until - LEASE
        return stall_of(job, events, attended or job.updated_at, self.desk.now())
