"""A person looks at her streams: which there are, what a period holds, what was corrected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Final

from wallet.domain.bucket import Bucket, bucketed, to_open
from wallet.domain.digest import Digest, joined
from wallet.domain.period import Period, Span
from wallet.domain.reading import Reading
from wallet.domain.segment import Older
from wallet.domain.session import Session
from wallet.domain.stream import Part, Stream
from wallet.services.stream_ports import StreamStore
from wallet.services.watch_streams import WatchStreams

MOST_POINTS: Final = 60_000
"""How many readings are shown one by one; of more, what each hour or day comes to."""
_PARTS: Final = {Span.DAY: Span.HOUR, Span.WEEK: Span.DAY, Span.MONTH: Span.DAY, Span.YEAR: Span.MONTH}
_FINE_PARTS: Final = {Span.DAY: Span.HOUR, Span.WEEK: Span.HOUR, Span.MONTH: Span.HOUR, Span.YEAR: Span.DAY}


@dataclass(frozen=True)
class Window:
    """One stream in one period: what its parts come to, and, unless there are too many, its readings."""

    stream: Stream
    period: Period
    buckets: Sequence[Bucket]
    fine: Sequence[Bucket]
    readings: tuple[Reading, ...] | None
    older: tuple[Older, ...]

    @property
    def digest(self) -> Digest | None:
        """What all of it comes to."""
        return joined(bucket.digest for bucket in self.buckets)

    @property
    def corrected(self) -> Sequence[tuple[Reading, tuple[Older, ...]]]:
        """The readings that were something else before, each with what it was, oldest first."""
        versions: dict[tuple[int, int], list[Older]] = {}
        for each in self.older:
            versions.setdefault(each.reading[:2], []).append(each)
        return [
            (reading, tuple(versions[reading[:2]]))
            for reading in self.readings or ()
            if reading[:2] in versions
        ]


@dataclass(frozen=True)
class ReadStreams:
    """Reads without changing anything; a reading belongs to the period in which it begins."""

    streams: StreamStore
    watch: WatchStreams

    def all(self, session: Session) -> tuple[Stream, ...]:
        """All streams by what they measure, from where, with what."""
        found = self.streams.all(session)
        return tuple(sorted(found, key=lambda each: (each.quantity.english, each.source, each.instrument)))

    def one(self, session: Session, row_id: str) -> Stream:
        """One stream.

        Raises:
            NotInWalletError: this wallet has no such stream.
        """
        return self.streams.get(session, row_id)

    def window(self, session: Session, row_id: str, period: Period) -> Window:
        """What a stream has in a period.

        Raises:
            NotInWalletError: this wallet has no such stream.
            DamagedError: a part of it was changed or removed from outside.
        """
        begin, end = period.bounds
        parts, fine = list(period.split(_PARTS[period.span])), list(period.split(_FINE_PARTS[period.span]))

        def wanted(stream: Stream) -> Sequence[Part]:
            whole = stream.within(begin, end)
            return whole if _fits(whole) else to_open(stream, (*parts, *fine))

        stream, opened = self.streams.opened(session, row_id, wanted)
        shown = opened.values() if _fits(stream.within(begin, end)) else None
        return Window(
            stream,
            period,
            bucketed(stream, opened, parts),
            bucketed(stream, opened, fine),
            None if shown is None else tuple(each for part in shown for each in part.between(begin, end)),
            tuple(each for part in shown or () for each in part.older_between(begin, end)),
        )

    def readings(self, session: Session, row_id: str) -> Iterator[Reading]:
        """All readings of a stream in the order of time; see `between`."""
        parts = self.streams.get(session, row_id).parts
        return self.between(session, row_id, parts[0].first, parts[-1].last + 1) if parts else iter(())

    def between(self, session: Session, row_id: str, begin: int, end: int) -> Iterator[Reading]:
        """The readings that begin between two moments, opened part by part however many there are.

        What is added meanwhile may or may not be among them; nothing comes twice.
        """
        for part in self.streams.get(session, row_id).within(begin, end):
            bounds = max(begin, part.first), min(end, part.last + 1)
            _, opened = self.streams.opened(session, row_id, methodcaller("within", *bounds))
            for segment in opened.values():
                yield from segment.between(*bounds)

    def remove(self, session: Session, row_id: str) -> None:
        """Forget a stream with its readings, and the limits that were set for it."""
        for alert in self.watch.of(session, row_id):
            self.watch.remove(session, alert.row_id)
        self.streams.remove(session, row_id)


def _fits(parts: Sequence[Part]) -> bool:
    return sum(part.digest.count for part in parts) <= MOST_POINTS
