"""Keeps streams: an index for each, and the segments it names, sealed one by one and kept together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ssi.hosting.database import Database
from wallet.domain.appending import Change
from wallet.domain.segment import Segment
from wallet.domain.session import Session
from wallet.domain.stream import Stream, part_of
from wallet.errors import DamagedError, NotInWalletError
from wallet.services.stream_ports import Wanted
from wallet.storage.sealed import Form, SealedStore
from wallet.storage.tables import StreamRow, StreamSegmentRow


@dataclass(frozen=True)
class SqlStreamStore:
    """`services.stream_ports.StreamStore` on SQLite or PostgreSQL."""

    database: Database
    streams: SealedStore[Stream]
    segments: SealedStore[Segment]

    @classmethod
    def over(cls, database: Database) -> "SqlStreamStore":
        """The store of one database."""
        return cls(
            database,
            SealedStore(database, StreamRow, Form(Stream.to_document, Stream.from_document)),
            SealedStore(database, StreamSegmentRow, Form(Segment.to_document, Segment.from_document)),
        )

    def all(self, session: Session) -> tuple[Stream, ...]:
        """Every stream of this wallet."""
        return self.streams.all(session)

    def get(self, session: Session, row_id: str) -> Stream:
        """One stream."""
        return self.streams.get(session, row_id)

    def opened(self, session: Session, row_id: str, wanted: Wanted) -> tuple[Stream, Mapping[str, Segment]]:
        """One stream and some of its segments, from one moment of the database."""
        with self.database.reading() as transaction:
            stream = self.streams.read(transaction, session, row_id)
            parts = wanted(stream)
            found = self.segments.read_some(transaction, session, [part.row_id for part in parts])
            segments = {segment.row_id: segment for segment in found}
        if any(part.row_id not in segments or part_of(segments[part.row_id]) != part for part in parts):
            raise DamagedError("A part of a stream was removed or changed from outside.")
        return stream, {part.row_id: segments[part.row_id] for part in parts}

    def keep(self, session: Session, changes: Sequence[Change]) -> None:
        """Keep what was added in one transaction; each stream's revision says whether it is the one read."""
        added = [self.segments.new_row(session, segment) for each in changes for segment in each.added]
        with self.database.writing() as transaction:
            for each in changes:
                self.streams.write(transaction, session, each.stream)
                self.segments.forget(transaction, session, each.dropped)
            transaction.add_all(added)

    def remove(self, session: Session, row_id: str) -> None:
        """Forget a stream with all its readings."""
        with self.database.writing() as transaction:
            try:
                stream = self.streams.read(transaction, session, row_id)
            except NotInWalletError:
                return
            self.segments.forget(transaction, session, [part.row_id for part in stream.parts])
            self.streams.forget(transaction, session, (row_id,))
