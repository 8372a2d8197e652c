"""Is a worker alive? It says so itself, in the books, so that web processes and `doctor` can see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.services.desk import Desk

_REMEMBERED: Final = timedelta(days=1)
SILENT_AFTER: Final = timedelta(seconds=25)
"""After how long without a sign a worker counts as not running; it gives one every ten seconds."""


@dataclass(frozen=True)
class SignOfLife:
    """What a worker does again and again beside its duties."""

    desk: Desk
    worker: str

    def __call__(self) -> int:
        """Say that the worker is alive; nothing more is to be done at once."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            books.heartbeats.beat(self.worker, now, forget_before=now - _REMEMBERED)
        return 0


@dataclass(frozen=True)
class SeeWorker:
    """Tells when a worker was last alive."""

    desk: Desk

    def __call__(self) -> datetime | None:
        """The moment; None if there was none within a day."""
        with self.desk.store.reading() as books:
            return books.heartbeats.latest()
