"""Which jobs was this node given, how far is each attempt, and what came out?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.outcomes import Outcomes
from crypto.encoding import canonical_json
from marketplace.mpc_node.errors import (
    AttemptFailedError,
    Failure,
    NoOutputError,
    ReplayedError,
    UnknownJobError,
)
from marketplace.mpc_node.state import UNFINISHED, AttemptStatus, ReleasedOutput, State
from marketplace.mpc_node.storage.contributions import withdrawn_among
from marketplace.mpc_node.storage.pauses import paused_among
from marketplace.mpc_node.storage.tables import AttemptRow, JobRow
from ssi.hosting.database import Database
from ssi.jws import parse_jws

Refusals = Mapping[str, str] | Outcomes
"""Why rows are left out, each by its name; or what became of all rows, in the order of the roll."""

_UNFINISHED = tuple(state.value for state in UNFINISHED)


@dataclass(frozen=True)
class NewAttempt:
    """An attempt whose manifest was checked. `terms_digest` covers what no later attempt may change."""

    job_id: str
    attempt: int
    order_id: str
    terms_digest: str
    manifest: str = field(repr=False)
    manifest_digest: str
    started_at: datetime


@dataclass(frozen=True)
class Unfinished:
    """An attempt that a process left unfinished when it ended."""

    job_id: str
    attempt: int
    manifest: str = field(repr=False)
    state: State


class JobStore:
    """The jobs of one node. Every change of state is one transaction, and a final state is never left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, new: NewAttempt) -> bool:
        """Take note of an attempt; answer whether it is new and therefore to be started.

        A higher attempt ends the one before it, whatever its state; its output, if any, stays what it was.

        Raises:
            ReplayedError: the job, the order or this attempt was here before with another body.
        """
        with self._database.writing() as session:
            _check_terms(session, new)
            newest = _newest(session, new.job_id)
            if newest is not None and new.attempt <= newest.attempt:
                _check_same(session, new)
                return False
            if newest is None:
                session.add(JobRow(job_id=new.job_id, order_id=new.order_id, terms_digest=new.terms_digest))
                session.flush()
            elif newest.state in _UNFINISHED:
                _fail(newest, Failure.SUPERSEDED)
            session.add(
                AttemptRow(
                    job_id=new.job_id,
                    attempt=new.attempt,
                    manifest=new.manifest,
                    manifest_digest=new.manifest_digest,
                    state=State.ADMITTING.value,
                    culprits=[],
                    admitted=0,
                    refusals={},
                    started_at=new.started_at,
                )
            )
            return True

    def knows(self, new: NewAttempt) -> bool:
        """Whether exactly this attempt was noted before."""
        with self._database.reading() as session:
            row = session.get(AttemptRow, (new.job_id, new.attempt))
            return row is not None and row.manifest_digest == new.manifest_digest

    def advance(
        self,
        job_id: str,
        attempt: int,
        state: State,
        *,
        admitted: int = 0,
        refusals: Refusals | None = None,
    ) -> None:
        """Move a running attempt on, with what is known of it by now.

        Raises:
            AttemptFailedError: it was ended in the meantime, by a higher attempt.
        """
        with self._database.writing() as session:
            row = _running(session, job_id, attempt)
            row.state = state.value
            row.admitted = admitted
            _say(row, refusals or {})

    def release(
        self,
        job_id: str,
        attempt: int,
        admitted: tuple[str, ...],
        make: Callable[[], ReleasedOutput],
        *,
        only_root: str | None = None,
    ) -> None:
        """Make and store the output of a running attempt, unless somebody in it has withdrawn or paused.

        `only_root` is given where the answer is exact: it is the root of the set of people, and whoever had
        answers over two such sets for one payment could subtract one from the other.

        Withdrawals and pauses are written by the same single writer, so each one comes before this, and the
        attempt fails, or after it, and the output existed when she asked.

        Raises:
            AttemptFailedError: somebody withdrew or paused, or the attempt was ended in the meantime, or an
                earlier attempt released its output over a set of people other than `only_root`.
        """
        with self._database.writing() as session:
            row = _running(session, job_id, attempt)
            if only_root is not None:
                _require_only(session, job_id, only_root)
            _require_nobody_left(session, admitted)
            output = make()
            row.statement, row.held_statement = output.statement, output.held_statement
            row.envelope = output.envelope
            row.admitted_ids = [] if row.people is not None else list(output.admitted)
            row.state = State.DONE.value

    def fail(self, job_id: str, attempt: int, failure: AttemptFailedError, refusals: Refusals) -> bool:
        """End an attempt without an output; answer whether it was still running."""
        with self._database.writing() as session:
            row = session.get(AttemptRow, (job_id, attempt))
            if row is None or row.state not in _UNFINISHED:
                return False
            _fail(row, failure.failure)
            row.culprits = list(failure.culprits)
            _say(row, refusals)
            return True

    def interrupt(self, job_id: str, attempt: int) -> bool:
        """End an attempt that a crash left unfinished; answer whether it was still running."""
        with self._database.writing() as session:
            row = session.get(AttemptRow, (job_id, attempt))
            if row is None or row.state not in _UNFINISHED:
                return False
            _fail(row, Failure.INTERRUPTED)
            return True

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The attempts that are neither done nor failed."""
        columns = (AttemptRow.job_id, AttemptRow.attempt, AttemptRow.manifest, AttemptRow.state)
        with self._database.reading() as session:
            found = session.execute(select(*columns).where(AttemptRow.state.in_(_UNFINISHED)))
            return tuple(Unfinished(*row[:3], State(row.state)) for row in found)

    def is_running(self, job_id: str, attempt: int) -> bool:
        """Whether an attempt is neither done nor failed."""
        with self._database.reading() as session:
            row = session.get(AttemptRow, (job_id, attempt))
            return row is not None and row.state in _UNFINISHED

    def status(self, job_id: str) -> AttemptStatus:
        """The newest attempt of a job.

        Raises:
            UnknownJobError: there is no such job here.
        """
        with self._database.reading() as session:
            row = _known(session, job_id)
            return AttemptStatus(
                row.job_id,
                row.attempt,
                State(row.state),
                row.reason,
                tuple(row.culprits),
                row.admitted,
                dict(row.refusals),
                row.people,
            )

    def output(self, job_id: str) -> ReleasedOutput:
        """What the newest attempt of a job released.

        Raises:
            UnknownJobError: there is no such job here.
            NoOutputError: that attempt is not done.
        """
        with self._database.reading() as session:
            row = _known(session, job_id)
            if row.state != State.DONE.value or row.statement is None or row.held_statement is None:
                raise NoOutputError(f"attempt {row.attempt} of the job is {row.state} and has no output")
            return ReleasedOutput(
                row.statement,
                row.held_statement,
                row.envelope or b"",
                tuple(row.admitted_ids or ()),
                row.people,
            )


def _check_terms(session: Session, new: NewAttempt) -> None:
    job = session.get(JobRow, new.job_id)
    if job is None:
        other = session.scalars(select(JobRow.job_id).where(JobRow.order_id == new.order_id)).first()
        if other is not None:
            raise ReplayedError(f"order {new.order_id} was used by another job")
    elif (job.order_id, job.terms_digest) != (new.order_id, new.terms_digest):
        raise ReplayedError(f"job {new.job_id} was here before on other terms")


def _check_same(session: Session, new: NewAttempt) -> None:
    row = session.get(AttemptRow, (new.job_id, new.attempt))
    if row is None or row.manifest_digest != new.manifest_digest:
        raise ReplayedError(f"attempt {new.attempt} of job {new.job_id} is over, or has another manifest")


def _newest(session: Session, job_id: str) -> AttemptRow | None:
    attempts = select(AttemptRow).where(AttemptRow.job_id == job_id)
    return session.scalars(attempts.order_by(AttemptRow.attempt.desc()).limit(1)).first()


def _known(session: Session, job_id: str) -> AttemptRow:
    row = _newest(session, job_id)
    if row is None:
        raise UnknownJobError("this node was never given such a job")
    return row


def _running(session: Session, job_id: str, attempt: int) -> AttemptRow:
    row = session.get(AttemptRow, (job_id, attempt))
    if row is None or row.state not in _UNFINISHED:
        raise AttemptFailedError(Failure.SUPERSEDED, "a higher attempt took over")
    return row


def _require_only(session: Session, job_id: str, root: str) -> None:
    done = select(AttemptRow.statement).where(
        AttemptRow.job_id == job_id, AttemptRow.state == State.DONE.value, AttemptRow.statement.is_not(None)
    )
    for statement in session.scalars(done):
        if parse_jws(statement or "", "statement").payload["admitted_root"] != root:
            raise AttemptFailedError(
                Failure.RELEASED_ALREADY, "the exact answer over another set of people is out already"
            )


def _require_nobody_left(session: Session, admitted: tuple[str, ...]) -> None:
    withdrawn = withdrawn_among(session, admitted)
    if withdrawn:
        raise AttemptFailedError(
            Failure.WITHDRAWN_DURING_COMPUTATION,
            f"{len(withdrawn)} of the people withdrew while the job ran",
            consents=tuple(sorted(withdrawn)),
        )
    paused = paused_among(session, admitted)
    if paused:
        raise AttemptFailedError(
            Failure.PAUSED_DURING_COMPUTATION,
            f"{len(paused)} of the people paused while the job ran",
            consents=tuple(sorted(paused)),
        )


def _say(row: AttemptRow, refusals: Refusals) -> None:
    if isinstance(refusals, Outcomes):
        row.people = canonical_json(refusals.to_json())
    else:
        row.refusals = dict(refusals)


def _fail(row: AttemptRow, failure: Failure) -> None:
    row.state = State.FAILED.value
    row.reason = failure.value
