"""What goes on in the background: batches, events, letters, one piece at a time.

One worker belongs to each process that serves; a further one may run by itself (`issuer work`). They meet in
the database: a batch is leased, events and letters are claimed, and what one of them does is done for all.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ssi.hosting.logs import log
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.send_out import SendEvents, SendLetters
from ssi.issuer_service.services.work_batch import WorkBatch

IDLE_SECONDS = 1.0
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What there may be to do; letters only where there is a way to send them."""

    batches: WorkBatch
    events: SendEvents
    letters: SendLetters | None
    operations: Operations
    now: Callable[[], datetime]

    @property
    def kinds(self) -> tuple[Callable[[], bool], ...]:
        """One piece of each kind of work; each returns whether there was any. They may run at once."""
        return self._piece_of_batch, self._some_events, self._some_letters

    def once(self) -> bool:
        """Do one piece of each kind, also where another kind failed; whether there was any.

        Raises:
            Exception: what the first kind that failed raised, once all were tried.
        """
        worked, failures = False, []
        for piece in self.kinds:
            try:
                worked = piece() or worked
            except Exception as error:  # noqa: BLE001 — the other kinds do not wait for this one
                failures.append(error)
        if failures:
            raise failures[0]
        return worked

    def until_idle(self) -> None:
        """Go on until there is nothing to do now."""
        while self.once():
            pass

    def _piece_of_batch(self) -> bool:
        worked = self.batches(now=self.now())
        if worked is not None:
            self.operations.registered(worked.registered, by=f"batch {worked.batch.batch_id}")
        return worked is not None

    def _some_events(self) -> bool:
        return self.events(now=self.now()) > 0

    def _some_letters(self) -> bool:
        return self.letters is not None and self.letters(now=self.now()) > 0


class Worker:
    """Works until it is stopped, in a thread for each kind: a slow receiver holds up no other work."""

    def __init__(self, work: Work) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(piece,), name="issuer worker", daemon=True)
            for piece in work.kinds
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the pieces that are being worked on, or without them where they take long."""
        self._stopping.set()
        until = time.monotonic() + IDLE_SECONDS * 5
        for thread in self._threads:
            thread.join(timeout=max(until - time.monotonic(), 0))

    def _run(self, piece: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            if not self._tried(piece):
                self._stopping.wait(IDLE_SECONDS)

    def _tried(self, piece: Callable[[], bool]) -> bool:
        try:
            return piece()
        except Exception as error:  # noqa: BLE001 — nobody would notice a thread that ended
            # Nothing was written, so the piece is tried again: a database may be away for a while.
            log(_LOGGER, "the worker pauses", level=logging.ERROR, kind=type(error).__name__)
            return False
