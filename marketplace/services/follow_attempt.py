"""How far are the nodes with an attempt? Ask all three, hand over the manifest where it has not arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from marketplace.domain.failure import MAX_REASON, AttemptFailure, explain, until_shown
from marketplace.domain.job import Job, JobState, NodeJobStatus
from marketplace.services.ports import Nodes
from marketplace.services.roll import Pieces
from ssi.http.errors import PeerError, RefusedByPeerError

_CHECKED = ("AGREEING", "COMPUTING", "DONE")
_COMPUTING = ("COMPUTING", "DONE")
_ASK_LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT.value,
        HTTPStatus.TOO_MANY_REQUESTS.value,
        HTTPStatus.INTERNAL_SERVER_ERROR.value,
        HTTPStatus.BAD_GATEWAY.value,
        HTTPStatus.SERVICE_UNAVAILABLE.value,
        HTTPStatus.GATEWAY_TIMEOUT.value,
    }
)


@dataclass(frozen=True)
class Progress:
    """What the nodes said: reports by node id, those who did not answer, and what they add up to.

    `waits` is what it comes to if a node goes on waiting to be shown the log.
    """

    reports: Mapping[str, NodeJobStatus]
    silent: tuple[str, ...]
    failure: AttemptFailure | None
    node_ids: tuple[str, ...] = field(default=())
    waits: AttemptFailure | None = None

    @property
    def state(self) -> JobState:
        """How far all three are."""
        states = [self.reports[node].state for node in self.node_ids if node in self.reports]
        if len(states) < len(self.node_ids) or not all(state in _CHECKED for state in states):
            return JobState.QUEUED
        return JobState.RUNNING if all(state in _COMPUTING for state in states) else JobState.ADMITTED

    @property
    def is_done(self) -> bool:
        """Whether all three have an output."""
        states = [self.reports[node].state for node in self.node_ids if node in self.reports]
        return states == ["DONE"] * len(self.node_ids)


@dataclass(frozen=True)
class FollowAttempt:
    """Asks the nodes about the present attempt of a job. `pieces` are those of its roll, if it has one."""

    nodes: Nodes
    pieces: Pieces = tuple

    def __call__(self, job: Job, manifest: str | None) -> Progress:
        """What they said. A node that cannot be reached is silent; that alone is no failure.

        `manifest` is handed to a node that does not know the attempt yet; without one, such a node is silent.
        """
        reports: dict[str, NodeJobStatus] = {}
        silent: list[str] = []
        waits: AttemptFailure | None = None
        for node_id in job.node_ids:
            report = None
            try:
                report = self._ask(node_id, job, manifest)
            except RefusedByPeerError as error:
                waiting = until_shown(node_id, _said(error))
                waits = waits or waiting
                if waiting is None and error.status not in _ASK_LATER:
                    return Progress(reports, tuple(silent), _refused(node_id, error), job.node_ids)
            except PeerError:
                pass
            if report is None:
                silent.append(node_id)
            else:
                reports[node_id] = report
        failure = explain(reports)
        if failure is not None and failure.may_try_again:
            failure = waits or failure  # the others gave up because this one did not begin
        return Progress(reports, tuple(silent), failure, job.node_ids, waits)

    def _ask(self, node_id: str, job: Job, manifest: str | None) -> NodeJobStatus | None:
        status = self._known(node_id, job)
        if status is None and manifest is not None:
            self.nodes.start(node_id, manifest, self.pieces())
            status = self._known(node_id, job)
        return status

    def _known(self, node_id: str, job: Job) -> NodeJobStatus | None:
        """What a node says about the present attempt, None if it has not heard of it."""
        try:
            status = self.nodes.status(node_id, job.job_id)
        except RefusedByPeerError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return None
        return status if status.attempt >= job.attempt else None


def _said(error: RefusedByPeerError) -> str:
    return error.problem.sentence if error.problem else f"status {error.status}"


def _refused(node_id: str, error: RefusedByPeerError) -> AttemptFailure:
    said = _said(error)
    # A status list that cannot be had now may be had in the next attempt, and pieces of a roll that a node
    # lost can be sent again; any other refusal is final.
    passing = said.startswith(("buyer_status_unknown", "pieces_missing"))
    reason = f"{node_id} does not take part: {said[:MAX_REASON]}"
    # Without the word of all three nobody is charged, so a node that never began kept the others from it.
    return AttemptFailure(reason, (), may_try_again=passing, before_charge=True)
