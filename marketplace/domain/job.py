"""How far is the computation behind an order? The states of a job and the steps between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from marketplace.errors import ConflictError

MAX_ATTEMPTS = 3
LEFT_ALONE: Final = timedelta(seconds=5)
"""After how long without a renewal a worker takes up again what it has leased and did not finish.

A worker takes one step at a time, so what it still has leased when it looks for the next was left in the
middle, as when the database went away. It need not wait for its own lease to run out.
"""


class JobState(StrEnum):
    """Where a job stands.

    QUEUED: not yet checked by all nodes. ADMITTED: all three nodes finished checking. RUNNING: all three
    compute. RELEASED: all three outputs agree and the buyer can fetch them. SETTLED: everybody is paid.
    FAILED is followed by REFUNDED in the same transaction.
    """

    QUEUED = "queued"
    ADMITTED = "admitted"
    RUNNING = "running"
    RELEASED = "released"
    SETTLED = "settled"
    FAILED = "failed"
    REFUNDED = "refunded"


_UNDER_WAY = frozenset({JobState.QUEUED, JobState.ADMITTED, JobState.RUNNING})
_NEXT: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: _UNDER_WAY | {JobState.RELEASED, JobState.FAILED},
    JobState.ADMITTED: _UNDER_WAY | {JobState.RELEASED, JobState.FAILED},
    JobState.RUNNING: _UNDER_WAY | {JobState.RELEASED, JobState.FAILED},
    JobState.RELEASED: frozenset({JobState.SETTLED, JobState.FAILED}),
    JobState.SETTLED: frozenset(),
    JobState.FAILED: frozenset({JobState.REFUNDED}),
    JobState.REFUNDED: frozenset(),
}


@dataclass(frozen=True)
class Job:
    """One order's computation.

    `attempt` counts from 1. `manifest` is the signed manifest of the attempt, None before it is made;
    `attempt_until` is when the attempt, or waiting for the nodes to begin it, is given up. `admitted` is the
    number of people whose data is in the answer, known from the release on. `reason` and `culprits` say why
    it failed and which nodes are to blame. `charged_cents` is what the buyer paid in the end, known once it
    is settled; None for jobs from before it was kept.
    """

    job_id: str
    order_id: str
    node_ids: tuple[str, str, str]
    state: JobState
    attempt: int
    updated_at: datetime
    manifest: str | None = field(default=None, repr=False)
    attempt_until: datetime | None = None
    admitted: int | None = None
    dispute_until: datetime | None = None
    reason: str | None = None
    culprits: tuple[str, ...] = ()
    charged_cents: int | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the nodes may still be at work."""
        return self.state in _UNDER_WAY

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now ends the job."""
        return self.attempt >= MAX_ATTEMPTS

    @property
    def has_result(self) -> bool:
        """Whether the buyer may fetch the outputs."""
        return self.state in {JobState.RELEASED, JobState.SETTLED}

    def moved(self, state: JobState, at: datetime) -> "Job":
        """The job in its next state.

        Raises:
            ConflictError: that step does not exist, for example out of a final state.
        """
        if state not in _NEXT[self.state]:
            raise ConflictError(f"job {self.job_id} is {self.state} and cannot become {state}")
        return replace(self, state=state, updated_at=at)

    def again(self, at: datetime) -> "Job":
        """The job at the start of its next attempt.

        Raises:
            ConflictError: it is not under way.
        """
        fresh = self.moved(JobState.QUEUED, at)
        return replace(fresh, attempt=self.attempt + 1, manifest=None, attempt_until=None)

    def failed(self, reason: str, culprits: tuple[str, ...], at: datetime) -> "Job":
        """The failed job with its reason.

        Raises:
            ConflictError: it is settled or failed already.
        """
        return replace(self.moved(JobState.FAILED, at), reason=reason, culprits=culprits)


@dataclass(frozen=True)
class JobEvent:
    """One step of a job, for those who follow it; the note is plain words without personal data."""

    at: datetime
    state: JobState
    note: str
    attempt: int = 1


class PartOutcome(StrEnum):
    """What became of one person's part in one job."""

    MATCHED = "matched"
    LEFT_OUT = "left_out"
    TOOK_PART = "took_part"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class Part:
    """One person's part in one job: invited when the order was placed, paid when it was settled.

    `reason` says why a node left her out, `log_index` where the log holds her payment.
    """

    job_id: str
    consent_id: str
    inputs_digest: str
    outcome: PartOutcome = PartOutcome.MATCHED
    amount_cents: int = 0
    reason: str | None = None
    log_index: int | None = None


@dataclass(frozen=True)
class NodeOutput:
    """What one node returned for one attempt; the envelope is sealed to the buyer."""

    role: int
    node_id: str
    statement: str = field(repr=False)
    held_statement: str = field(repr=False)
    envelope: bytes = field(repr=False)


@dataclass(frozen=True)
class Release:
    """What was released for a job: the people's root, the computation, and the three outputs by role."""

    job_id: str
    admitted_root: str
    computation: Mapping[str, Json] = field(repr=False)
    outputs: tuple[NodeOutput, ...] = field(repr=False)


@dataclass(frozen=True)
class NodeJobStatus:
    """What a node says about a job: its state in the words of the node's interface, and why it failed."""

    state: str
    attempt: int
    reason: str | None = None
    culprits: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollectedOutput:
    """What a node returns for a finished job.

    Of a job with a roll, `people` is what it says of everybody on it (`consent.outcomes`), and nobody is
    named.
    """

    output: NodeOutput
    admitted: tuple[str, ...] = field(repr=False)
    refusals: Mapping[str, str] = field(default_factory=dict, repr=False)
    people: Mapping[str, Json] | None = field(default=None, repr=False)
