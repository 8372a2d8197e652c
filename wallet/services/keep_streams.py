"""Readings come into the wallet, from a file or from a source that goes on: each finds its stream."""

import hmac
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from crypto.encoding import canonical_json
from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.appending import Arrived, Change, Tally, append
from wallet.domain.clock import Clock
from wallet.domain.measured import Measured
from wallet.domain.reading import LONGEST_NAME, milliseconds, moment_at, reading_of
from wallet.domain.session import Session
from wallet.domain.stream import Stream
from wallet.errors import ConflictError, UnfitReadingError
from wallet.services.stream_ports import StreamStore
from wallet.services.watch_streams import WatchStreams

BATCH: Final = 50_000
_TRIES: Final = 25
_ROWS: Final = "argonauta stream rows v1"
_ROW_BYTES: Final = 16

Key = tuple[str, str, str]
Numbered = tuple[int | None, Measured]


@dataclass(frozen=True)
class KeepReport:
    """What became of what came in, and which streams it went to (row names)."""

    tally: Tally = field(default=Tally())
    streams: frozenset[str] = field(default=frozenset())

    def __add__(self, other: "KeepReport") -> "KeepReport":
        return KeepReport(self.tally + other.tally, self.streams | other.streams)


@dataclass(frozen=True)
class KeepStreams:
    """Takes readings in batches of 50,000; each batch is kept as a whole or not at all.

    What came in before a source broke off stays. Giving everything once more is safe: what is known is
    counted as a duplicate and changes nothing.
    """

    streams: StreamStore
    watch: WatchStreams
    clock: Clock
    random: RandomBytes = random_bytes
    batch: int = BATCH

    def __call__(self, session: Session, source: str, measured: Iterable[Measured]) -> KeepReport:
        """Keep what a source measured; `source` is what the person knows it by.

        Raises:
            UnfitReadingError: a value cannot be kept, or the source's name is empty or over 100 characters.
            ConflictError: others change the same streams at the same time, again and again.
            TooLargeError: a stream has as many readings as a wallet takes.
        """
        return self.numbered(session, source, ((None, each) for each in measured))

    def numbered(self, session: Session, source: str, measured: Iterable[Numbered]) -> KeepReport:
        """The same for a live source that counts its messages: a number seen before is a duplicate.

        Numbers count for each stream apart, so one message may have one value of each of several quantities.

        Raises:
            UnfitReadingError, ConflictError, TooLargeError: as above.
        """
        if not 0 < len(source) <= LONGEST_NAME:
            raise UnfitReadingError(f"A source has a name of at most {LONGEST_NAME} characters.")
        left, report = iter(measured), KeepReport()
        while batch := list(islice(left, self.batch)):
            report += self._keep(session, _by_stream(source, batch))
        return report

    def _keep(self, session: Session, arrived: Mapping[Key, Sequence[Arrived]]) -> KeepReport:
        for _ in range(_TRIES):
            changes = self._changes(session, arrived)
            touched = [each for each in changes if each.is_new]
            try:
                if touched:
                    self.streams.keep(session, touched)
            except ConflictError:
                continue  # another process added to one of them; the next look sees what it added
            for each in touched:
                starts = [reading.start for reading, _ in arrived[each.stream.key]]
                self.watch.after(session, each.stream, moment_at(min(starts)), moment_at(max(starts)))
            told = sum((each.tally for each in changes), Tally())
            return KeepReport(told, frozenset(each.stream.row_id for each in changes))
        raise ConflictError("Something else adds to the same streams all the time. Try once more.")

    def _changes(self, session: Session, arrived: Mapping[Key, Sequence[Arrived]]) -> list[Change]:
        known = {stream.key: stream.row_id for stream in self.streams.all(session)}
        return [self._change(session, known.get(key), key, arrived[key]) for key in sorted(arrived)]

    def _change(self, session: Session, row_id: str | None, key: Key, arrived: Sequence[Arrived]) -> Change:
        now = milliseconds(self.clock())
        if row_id is None:
            source, quantity, instrument = key
            stream = Stream(_first_name(session, key), quantity, source, instrument)
            return append(stream, {}, arrived, now=now, new_name=self._new_name)
        starts = {each.reading.start for each in arrived}
        stream, opened = self.streams.opened(
            session, row_id, lambda found: [found.parts[place] for place in found.owners(starts)]
        )
        return append(stream, opened, arrived, now=now, new_name=self._new_name)

    def _new_name(self) -> str:
        return str(uuid.UUID(bytes=self.random(_ROW_BYTES), version=4))


def _by_stream(source: str, batch: Iterable[Numbered]) -> dict[Key, list[Arrived]]:
    found: dict[Key, list[Arrived]] = {}
    for number, measured in batch:
        key = (source, measured.quantity, measured.instrument)
        found.setdefault(key, []).append(Arrived(reading_of(measured), number))
    return found


def _first_name(session: Session, key: Key) -> str:
    """The row of a new stream: the same in every process, so that two which begin it at once make one.

    It is keyed by the wallet, so the database learns nothing of what it is the name of.
    """
    digest = hmac.digest(session.vault.derive(_ROWS), canonical_json(list(key)), "sha256")
    return str(uuid.UUID(bytes=digest[:_ROW_BYTES], version=4))
