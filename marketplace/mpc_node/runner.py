"""Who carries attempts forward? A thread for each attempt, inside the serving process.

An attempt mostly waits for its peers. Two nodes that wait for a free thread of each other would never finish,
so an attempt is either started at once or not accepted at all. An attempt that a crash cut off while it
computed is gone on with from its log, as long as the peers still wait; every other one that a crash left
behind is marked as interrupted before the first request is answered, its peers are told, and the marketplace
starts the next.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from consent.job import Manifest
from marketplace.mpc_node.errors import (
    AttemptFailedError,
    BusyError,
    CheckpointError,
    Failure,
    ManifestRefusedError,
)
from marketplace.mpc_node.job_check import CheckedJob, check_job
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.run import Attempt, Record
from marketplace.mpc_node.state import State
from marketplace.mpc_node.status import StatusCheck
from marketplace.mpc_node.storage.jobs import NewAttempt, Unfinished
from ssi.errors import RegistryError
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
CLOSE_SECONDS = 3.0


class Runner:
    """Starts attempts and ends them when the process is to end."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._closing = threading.Event()

    def recover(self) -> None:
        """Go on with what a crash cut off, or mark it; forget what nobody can need any more."""
        records = {each: self._record(each) for each in self._node.jobs.unfinished()}
        going_on = {each: record for each, record in records.items() if record is not None}
        ended = sum(
            self._node.jobs.interrupt(each.job_id, each.attempt) for each in records if each not in going_on
        )
        self._node.checkpoints.forget_all_but([(each.job_id, each.attempt) for each in going_on])
        self._node.mailbox.forget_old()
        for each, record in going_on.items():
            self._start(partial(self._go_on, each, record))
        over = [each for each in records if each not in going_on]
        if over:  # takes no attempt's room
            threading.Thread(target=self._leave, args=(over,), name="attempt", daemon=True).start()
        if records:
            log(
                _LOGGER,
                "attempts were cut off by the end of the process",
                interrupted=ended,
                going_on=len(going_on),
            )

    def take(self, job: CheckedJob) -> None:
        """Take note of a checked attempt and start it, unless it is known already.

        Raises:
            ReplayedError: the job, the order or the attempt was here before with another body.
            BusyError: as many attempts run as there is room for; nothing was noted.
        """
        with self._lock:
            self._threads = {thread for thread in self._threads if thread.is_alive()}
            manifest = job.manifest
            new = NewAttempt(
                job_id=manifest.job_id,
                attempt=manifest.attempt,
                order_id=manifest.order_id,
                terms_digest=job.terms_digest,
                manifest=job.token,
                manifest_digest=job.manifest_digest,
                started_at=self._node.now(),
            )
            self._node.mailbox.forget_old()
            full = self._closing.is_set() or len(self._threads) >= self._node.limits.max_running
            if full and not self._node.jobs.knows(new):
                raise BusyError("this node is busy; ask again in a minute")
            if self._node.jobs.open(new):
                self._node.mailbox.wake()  # an attempt that this one supersedes need not wait any longer
                self._start(Attempt(self._node, job, partial(self._require_running, job.manifest)).run)

    def close(self) -> None:
        """End all attempts, as interrupted, and wait a little for their threads."""
        self._closing.set()
        self._node.mailbox.wake()
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(CLOSE_SECONDS)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name="attempt", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _record(self, unfinished: Unfinished) -> Record | None:
        if unfinished.state is not State.COMPUTING:
            return None
        try:
            return Record(*self._node.checkpoints.resume(unfinished.job_id, unfinished.attempt))
        except CheckpointError as error:
            log(_LOGGER, "an attempt cannot be gone on with", job=unfinished.job_id, why=str(error))
            return None

    def _go_on(self, unfinished: Unfinished, record: Record) -> None:
        job = self._checked(unfinished)
        if job is None:
            self._node.jobs.interrupt(unfinished.job_id, unfinished.attempt)
            record.log.discard()
            return
        Attempt(self._node, job, partial(self._require_running, job.manifest), record).run()

    def _leave(self, over: Sequence[Unfinished]) -> None:
        """Tell the peers of attempts that were cut off, so that they need not wait for their time-out."""
        for each in over:
            job = self._checked(each)
            if job is not None:
                Attempt(self._node, job, partial(self._require_running, job.manifest)).leave()

    def _checked(self, unfinished: Unfinished) -> CheckedJob | None:
        """The job of an attempt, checked again; None if that is not possible now."""
        node = self._node
        try:
            registry = node.around.registry()
            return check_job(
                unfinished.manifest,
                registry,
                node_id=node.node_id,
                status=StatusCheck(node.around.fetch_status, registry, clock=node.now),
                now=node.now(),
                find=partial(node.pieces.find, registry.marketplace.id),
            )
        except (ManifestRefusedError, RegistryError):
            return None
        except Exception:  # whatever it was: the attempt must not stay unfinished
            _LOGGER.exception("an attempt cannot be checked again")
            return None

    def _require_running(self, manifest: Manifest) -> None:
        if self._closing.is_set():
            raise AttemptFailedError(Failure.INTERRUPTED, "the process is ending")
        if self._node.now() >= manifest.expires_at:
            raise AttemptFailedError(Failure.EXPIRED, "the manifest ran out while the job ran")
        if not self._node.jobs.is_running(manifest.job_id, manifest.attempt):
            raise AttemptFailedError(Failure.SUPERSEDED, "a higher attempt took over")
