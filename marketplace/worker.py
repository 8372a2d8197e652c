"""The process that drives things forward: contributions to nodes, jobs to their end, holds to their expiry.

Each duty has a thread of its own, and each node has its own for what is sent to it, so that a node that does
not answer keeps nobody waiting. A duty that fails is logged and tried again; nothing is lost, because what is
to be done stands in the database.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter

from marketplace.services.suite import Duties
from ssi.errors import CredentialError
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.hosting.logs import log
from ssi.http.errors import PeerError
from ssi.trust import TrustRegistry

CONNECTIONS = 5
"""How many connections to PostgreSQL its thirty threads share: each needs one for some milliseconds at a
time, and those that wait for another writer would only fill the server."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pauses:
    """How long a duty rests, in seconds, when there was nothing to do and when it failed.

    `senders` is no time: so many events are sent to buyers' servers at once.
    """

    idle: float = 0.25
    failed: float = 2.0
    expiry: float = 10.0
    crowds: float = 1.0
    notices: float = 1.0
    withdrawals: float = 2.0
    look_for_nodes: float = 5.0
    space: float = 1.0
    runs: float = 5.0
    senders: int = 4


@dataclass(frozen=True)
class Loop:
    """One duty, again and again: `turn` says whether there was something to do."""

    name: str
    turn: Callable[[], object]
    idle: float


class Worker:
    """Runs all duties until it is told to stop."""

    def __init__(
        self,
        duties: Duties,
        trust: Callable[[], TrustRegistry],
        *,
        pauses: Pauses | None = None,
        metrics: CollectorRegistry | None = None,
    ) -> None:
        self._duties = duties
        self._trust = trust
        self._pauses = pauses or Pauses()
        self._stop = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._turns = Counter(
            "marketplace_worker_turns",
            "Turns of the worker's duties by outcome",
            ("duty", "outcome"),
            registry=metrics or CollectorRegistry(),
        )

    def run(self) -> None:
        """Work until `stop` is called from another thread or a signal handler."""
        self._begin(Loop("drive jobs", self._duties.drive_jobs, self._pauses.idle))
        self._begin(Loop("expire holds", self._duties.expire_holds, self._pauses.expiry))
        self._begin(Loop("tend scores", self._duties.tend_scores, self._pauses.expiry))
        self._begin(Loop("tend crowd sums", self._duties.tend_crowds, self._pauses.crowds))
        self._begin(Loop("forget presentations", self._duties.forget_presentations, self._pauses.expiry))
        self._begin(Loop("give a sign of life", self._duties.sign_of_life, self._pauses.expiry))
        self._begin(Loop("take the first nodes", self._duties.take_first_nodes, self._pauses.expiry))
        self._begin(Loop("sum up supply", self._duties.sum_up_supply, self._pauses.expiry))
        if self._duties.space is not None:
            self._begin(Loop("negotiate", self._duties.space.negotiate, self._pauses.space))
            self._begin(Loop("transfer", self._duties.space.transfer, self._pauses.space))
        if self._duties.deliver_notices is not None:
            self._begin(Loop("deliver notices", self._duties.deliver_notices, self._pauses.notices))
        if self._duties.tend_payments is not None:
            self._begin(Loop("tend payments", self._duties.tend_payments, self._pauses.expiry))
        self._begin_for_buyers()
        while not self._stop.is_set():
            self._begin_for_nodes()
            self._stop.wait(self._pauses.look_for_nodes)
        for thread in self._threads.values():
            thread.join()

    def _begin_for_buyers(self) -> None:
        """Begin the duties for questions that are asked again, and for events."""
        if self._duties.place_runs is not None:
            self._begin(Loop("place runs", self._duties.place_runs, self._pauses.runs))
        if self._duties.forget_events is not None:
            self._begin(Loop("forget events", self._duties.forget_events, self._pauses.expiry))
        if self._duties.send_webhooks is not None:  # several, so that a slow server keeps few others waiting
            for each in range(self._pauses.senders):
                name = f"send webhooks {each + 1}"
                self._begin(Loop(name, self._duties.send_webhooks, self._pauses.notices))

    def stop(self) -> None:
        """Finish the turns that were begun, then end."""
        self._stop.set()

    def take_turn(self, loop: Loop) -> float:
        """Take one turn of a duty, whatever happens in it, and return how long to rest after it."""
        try:
            found = loop.turn()
        except (PeerError, CredentialError, DatabaseUnavailableError) as error:
            log(_LOGGER, "a duty has to wait", duty=loop.name, error=type(error).__name__)
            self._turns.labels(loop.name, "waiting").inc()
            return self._pauses.failed
        except Exception:  # one duty that breaks must not stop the others, nor itself the next time
            _LOGGER.exception("a duty failed: %s", loop.name)
            self._turns.labels(loop.name, "failed").inc()
            return self._pauses.failed
        self._turns.labels(loop.name, "done" if found else "idle").inc()
        return 0.0 if found else loop.idle

    def _begin_for_nodes(self) -> None:
        """Begin the duties for nodes that joined the registry since."""
        try:
            nodes = self._trust().nodes
        except CredentialError as error:
            log(_LOGGER, "the trust registry cannot be used", error=str(error))
            return
        duties = self._duties
        for node in nodes:
            for name, duty in (
                ("forward contributions", duties.forward_contributions),
                ("relay withdrawals", duties.relay_withdrawals),
                ("relay pauses", duties.relay_pauses),
                ("show the log", duties.witness_log),
            ):
                turn = _bound(duty, node.id)
                self._begin(Loop(f"{name} to {node.id}", turn, self._pauses.idle))
            showing = _bound(duties.show_withdrawals, node.id)
            self._begin(Loop(f"show withdrawals to {node.id}", showing, self._pauses.withdrawals))

    def _begin(self, loop: Loop) -> None:
        if loop.name not in self._threads:
            thread = threading.Thread(target=self._go_on, args=(loop,), name=loop.name)
            self._threads[loop.name] = thread
            thread.start()

    def _go_on(self, loop: Loop) -> None:
        while not self._stop.is_set():
            self._stop.wait(self.take_turn(loop))


def _bound(duty: Callable[[str], int], node_id: str) -> Callable[[], int]:
    return lambda: duty(node_id)
