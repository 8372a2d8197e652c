"""Which jobs do not move, and why: for the page of an order, and for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain.job import Job
from marketplace.domain.stall import Stall, stall_of
from marketplace.services.desk import Desk
from marketplace.services.ports import Books

LEASE = timedelta(seconds=60)
"""How long a worker leases a job; it renews the lease before each change (`drive_jobs.Pace`)."""
MOST_JOBS = 100


@dataclass(frozen=True)
class DetectStalls:
    """Looks at jobs that are under way; asks nobody."""

    desk: Desk

    def of_order(self, account_id: str, order_id: str) -> Stall | None:
        """Why one of an account's orders does not move; None where it does, or where there is none."""
        with self.desk.store.reading() as books:
            order = books.orders.get(order_id)
            if order is None or order.account_id != account_id:
                return None
            return self._stall(books, books.orders.job(order.job_id))

    def __call__(self) -> Sequence[Stall]:
        """The latest jobs that do not move, the newest first."""
        with self.desk.store.reading() as books:
            found = [self._stall(books, job) for job in books.orders.latest_jobs(limit=MOST_JOBS)]
        return [each for each in found if each is not None]

    def _stall(self, books: Books, job: Job) -> Stall | None:
        if not job.is_under_way:
            return None
        due_at, leased_until = books.orders.attendance(job.job_id)
        attended = due_at if leased_until is None else leased_until - LEASE
        return stall_of(job, books.orders.events(job.job_id), attended or job.updated_at, self.desk.now())
