"""A person brings a file with readings: it is read once to the end before anything of it is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from wallet.domain.clock import Clock
from wallet.domain.measured import Measured
from wallet.domain.session import Session
from wallet.domain.source import Report
from wallet.errors import StoppedError
from wallet.services.keep_streams import KeepReport, KeepStreams
from wallet.services.source_ports import Chosen, FileSources


@dataclass
class Progress:
    """How far a file is; safe to look at from another thread. `stop` ends the reading at the next value.

    `pages` counts what was fetched of a file that a server gives in pages.
    """

    report: Report = field(default_factory=Report)
    pages: int = 0
    found: int = 0
    keeping: bool = False
    stopped: bool = False

    def stop(self) -> None:
        """End it; what was not kept yet stays outside."""
        self.stopped = True


@dataclass(frozen=True)
class TakeFile:
    """Reads a file twice: to its end, so that a damaged one leaves nothing behind, and then into the streams.

    The second reading gives what the first gave, and its batches are kept one by one: when a machine stops
    in between, some are there. Bringing the file once more completes it, and changes nothing that is there.
    """

    sources: FileSources
    keep: KeepStreams
    clock: Clock

    def __call__(
        self, session: Session, name: str, file: BinaryIO, chosen: Chosen, progress: Progress
    ) -> KeepReport:
        """Keep what a file holds; `progress` tells how far it is and has the report of what was left out.

        Raises:
            NotInWalletError: there is no such source.
            SourceError: the file cannot be read; nothing of it was kept.
            StoppedError: it was stopped.
            UnfitReadingError, ConflictError, TooLargeError: as `KeepStreams`.
        """
        title, now = chosen.called or self.sources.manifest(name).title.english, self.clock()
        values = self._values(name, file, chosen, now)
        for _ in _counted(values(progress.report), progress):
            pass
        file.seek(0)
        progress.keeping, progress.found = True, 0
        return self.keep(session, title, _counted(values(Report()), progress))

    def _values(
        self, name: str, file: BinaryIO, chosen: Chosen, now: datetime
    ) -> Callable[[Report], Iterator[Measured]]:
        return lambda report: self.sources.values(name, file, chosen, report, now)


def _counted(values: Iterator[Measured], progress: Progress) -> Iterator[Measured]:
    for value in values:
        if progress.stopped:
            raise StoppedError("It was stopped.")
        progress.found += 1
        yield value
