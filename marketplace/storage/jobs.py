"""Jobs, their leases and events in SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.job import LEFT_ALONE, Job, JobEvent, JobState
from marketplace.errors import LostLeaseError
from marketplace.storage.batches import batched_values
from marketplace.storage.tables import job_events, jobs

_JOB = (
    "job_id",
    "order_id",
    "state",
    "attempt",
    "updated_at",
    "manifest",
    "attempt_until",
    "admitted",
    "dispute_until",
    "reason",
    "charged_cents",
)


class SqlJobs:
    """The part of the `OrderBook` that workers use."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def job(self, job_id: str) -> Job:
        """A job by its id, which must exist."""
        return _job(self._session.execute(select(jobs).where(jobs.c.job_id == job_id)).one())

    def latest_jobs(self, *, limit: int) -> Sequence[Job]:
        """The jobs that were placed last, newest first."""
        rows = self._session.execute(select(jobs).order_by(jobs.c.number.desc()).limit(limit))
        return [_job(row) for row in rows]

    def state_counts(self) -> Mapping[JobState, int]:
        """How many jobs are in which state."""
        counted = select(jobs.c.state, func.count().label("jobs")).group_by(jobs.c.state)
        return {row.state: row.jobs for row in self._session.execute(counted)}

    def claim(self, worker: str, *, now: datetime, until: datetime) -> Job | None:
        """Lease the job that is due for longest and that nobody has leased, or this worker and left alone."""
        is_free = jobs.c.leased_until.is_(None) | (jobs.c.leased_until <= now)
        is_free |= (jobs.c.leased_by == worker) & (jobs.c.leased_until <= until - LEFT_ALONE)
        due = select(jobs).where(jobs.c.due_at <= now, is_free)
        row = self._session.execute(due.order_by(jobs.c.due_at, jobs.c.number).limit(1)).first()
        if row is None:
            return None
        lease = {"leased_by": worker, "leased_until": until}
        self._session.execute(update(jobs).where(jobs.c.job_id == row.job_id).values(lease))
        return _job(row)

    def renew(self, job_id: str, worker: str, *, until: datetime) -> None:
        """Prolong a lease: the worker's sign of life.

        Raises:
            LostLeaseError: the lease is another worker's now.
        """
        self._change_lease(job_id, worker, {"leased_until": until})

    def release(self, job_id: str, worker: str, *, due: datetime | None) -> None:
        """Give a lease back and say when the job is due again; None when it never is.

        Raises:
            LostLeaseError: the lease is another worker's now.
        """
        self._change_lease(job_id, worker, {"leased_by": None, "leased_until": None, "due_at": due})

    def make_due(self, job_id: str, at: datetime | None) -> None:
        """Have the job looked at by a worker from a moment on; never again if it is None."""
        self._session.execute(update(jobs).where(jobs.c.job_id == job_id).values(due_at=at))

    def attendance(self, job_id: str) -> tuple[datetime | None, datetime | None]:
        """When a job is due, and until when it is leased; None where neither."""
        wanted = select(jobs.c.due_at, jobs.c.leased_until).where(jobs.c.job_id == job_id)
        row = self._session.execute(wanted).one()
        return row.due_at, row.leased_until

    def save(self, job: Job, event: JobEvent | None = None) -> None:
        """Replace a job and append to its events."""
        self._session.execute(update(jobs).where(jobs.c.job_id == job.job_id).values(_row(job)))
        if event is not None:
            self.add_event(job.job_id, event)

    def events(self, job_id: str) -> Sequence[JobEvent]:
        """What happened to a job, in order."""
        found = select(job_events).where(job_events.c.job_id == job_id).order_by(job_events.c.ordinal)
        return [_event(row) for row in self._session.execute(found)]

    def histories(self, job_ids: Iterable[str]) -> Mapping[str, tuple[Job, Sequence[JobEvent]]]:
        """These jobs, which must exist, with what happened to each, in order."""
        found: dict[str, tuple[Job, list[JobEvent]]] = {}
        for batch in batched_values(job_ids):
            named = select(jobs).where(jobs.c.job_id.in_(batch))
            found |= {row.job_id: (_job(row), []) for row in self._session.execute(named)}
            told = select(job_events).where(job_events.c.job_id.in_(batch)).order_by(job_events.c.ordinal)
            for row in self._session.execute(told):
                found[row.job_id][1].append(_event(row))
        return found

    def _add_job(self, job: Job, *, number: int, due_at: datetime) -> None:
        self._session.execute(insert(jobs).values(_row(job) | {"number": number, "due_at": due_at}))

    def add_event(self, job_id: str, event: JobEvent) -> None:
        """Append to the events of a job, which stays as it is."""
        counted = select(func.count()).where(job_events.c.job_id == job_id)
        row = {
            "job_id": job_id,
            "ordinal": self._session.execute(counted).scalar_one(),
            "at": event.at,
            "state": event.state,
            "note": event.note,
            "attempt": event.attempt,
        }
        self._session.execute(insert(job_events).values(row))

    def _change_lease(self, job_id: str, worker: str, values: dict[str, object]) -> None:
        mine = (jobs.c.job_id == job_id) & (jobs.c.leased_by == worker)
        held = select(func.count()).where(mine)
        if self._session.execute(held).scalar_one() == 0:
            raise LostLeaseError(f"job {job_id} is driven by another worker now")
        self._session.execute(update(jobs).where(mine).values(values))


def _row(job: Job) -> dict[str, object]:
    row = {name: getattr(job, name) for name in _JOB}
    return row | {"node_ids": list(job.node_ids), "culprits": list(job.culprits)}


def _event(row: Row[tuple[object, ...]]) -> JobEvent:
    return JobEvent(at=row.at, state=row.state, note=row.note, attempt=row.attempt)


def _job(row: Row[tuple[object, ...]]) -> Job:
    members = {name: getattr(row, name) for name in _JOB}
    return Job(**members, node_ids=tuple(row.node_ids), culprits=tuple(row.culprits))
