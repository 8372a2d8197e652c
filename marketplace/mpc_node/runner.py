"""Who carries attempts forward? A thread for each attempt, inside the serving process.

An attempt mostly waits for its peers. Two nodes that wait for a free thread of each other would never finish,
so an attempt is either started at once or not accepted at all. Attempts that a crash left behind are not
taken up again: keys and shares of a run must not be used twice, so they are marked as interrupted before the
first request is answered, and the marketplace starts the next attempt.
"""

import logging
import threading

from marketplace.mpc_node.errors import AttemptFailedError, BusyError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.run import Attempt
from marketplace.mpc_node.storage.jobs import NewAttempt
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
        """Mark what a crash left unfinished, and forget messages that nobody can need any more."""
        ended = self._node.jobs.interrupt_unfinished()
        self._node.mailbox.forget_old()
        if ended:
            log(_LOGGER, "attempts were interrupted by the end of the process", attempts=ended)

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
            full = self._closing.is_set() or len(self._threads) >= self._node.limits.max_running
            if full and not self._node.jobs.knows(new):
                raise BusyError("this node is busy; ask again in a minute")
            if self._node.jobs.open(new):
                self._node.mailbox.wake()  # an attempt that this one supersedes need not wait any longer
                self._start(job)

    def close(self) -> None:
        """End all attempts, as interrupted, and wait a little for their threads."""
        self._closing.set()
        self._node.mailbox.wake()
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(CLOSE_SECONDS)

    def _start(self, job: CheckedJob) -> None:
        attempt = Attempt(self._node, job, lambda: self._require_running(job))
        thread = threading.Thread(target=attempt.run, name="attempt", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _require_running(self, job: CheckedJob) -> None:
        if self._closing.is_set():
            raise AttemptFailedError(Failure.INTERRUPTED, "the process is ending")
        if not self._node.jobs.is_running(job.manifest.job_id, job.manifest.attempt):
            raise AttemptFailedError(Failure.SUPERSEDED, "a higher attempt took over")
