"""Why does a job not move? The cause in words, and what to do about it, for the buyer and for the operator.

What is known stands in the books: when a worker was last at the job, and what the worker last heard of the
nodes. A job is called stalled `PATIENCE` after that at the latest, so within half a minute a page shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from marketplace.domain.job import Job, JobEvent

PATIENCE: Final = timedelta(seconds=25)
NO_ANSWER: Final = "no answer from "
WAITING: Final = "waiting for "
ANSWER_AGAIN: Final = "all nodes answer again"
NOT_APPROVED: Final = "the computing nodes changed; two operators have to approve them first"


class StallCause(StrEnum):
    """What keeps a job from moving."""

    NO_WORKER = "no_worker"
    NODES_SILENT = "nodes_silent"
    NODES_CHANGED = "nodes_changed"


@dataclass(frozen=True)
class Stall:
    """A job that does not move: why and since when, and when it ends by itself if nothing changes."""

    job_id: str
    order_id: str
    cause: StallCause
    since: datetime
    nodes: str = ""
    ends_at: datetime | None = None

    @property
    def told(self) -> str:
        """The cause for everybody."""
        if self.cause is StallCause.NO_WORKER:
            return "The part of this market that drives orders forward has not been at this one for a while."
        if self.cause is StallCause.NODES_CHANGED:
            return "The computing nodes of this market changed, and that has to be approved first."
        return f"{self.nodes} does not answer, and an answer needs all three nodes."

    @property
    def for_buyer(self) -> str:
        """What the buyer can do."""
        if self.cause is StallCause.NO_WORKER:
            return (
                "You need not do anything: your money is held, and is free again by itself within two days."
            )
        return "You need not do anything: the order goes on after that, or ends and all money comes back."

    @property
    def for_operator(self) -> str:
        """What the operator has to do."""
        if self.cause is StallCause.NO_WORKER:
            return (
                "Start a worker (marketplace worker), or look into the log of the one that runs."
                " What a worker had in hand when it died is taken up a minute after that."
            )
        if self.cause is StallCause.NODES_CHANGED:
            return "Look at the nodes, and approve them if they are meant: it takes two operators."
        return f"Ask the operator of {self.nodes} to start it; see the cards above for what answers."


def stall_of(job: Job, events: Sequence[JobEvent], attended_at: datetime, now: datetime) -> Stall | None:
    """Why a job that is under way does not move; None while it does.

    `attended_at` is when a worker was last at it, or was to be: it may lie in the future.
    """
    if not job.is_under_way:
        return None
    if now - attended_at >= PATIENCE:
        return Stall(job.job_id, job.order_id, StallCause.NO_WORKER, attended_at)
    last = events[-1] if events else None
    if last is not None and last.note == NOT_APPROVED:
        cause = StallCause.NODES_CHANGED
        return Stall(job.job_id, job.order_id, cause, last.at, ends_at=job.attempt_until)
    for begin in (NO_ANSWER, WAITING):
        if last is not None and last.note.startswith(begin):
            names, until = last.note.removeprefix(begin), job.attempt_until
            return Stall(job.job_id, job.order_id, StallCause.NODES_SILENT, last.at, names, until)
    return None
