"""Anybody checks the log: its signed state, where an entry stands, and that it only ever grew."""

from dataclasses import dataclass

from crypto.encoding import Json, b64url_encode
from crypto.tiles import Slice
from marketplace.domain.log import Log
from marketplace.services.desk import Desk
from marketplace.services.log_entries import signed_checkpoint


@dataclass(frozen=True)
class ReadLog:
    """Reads the log. Nothing here tells what an entry is about: that takes its body and its salt."""

    desk: Desk

    def size(self) -> int:
        """How many entries there are."""
        with self.desk.store.reading() as books:
            return Log(books.log).size

    def published(self) -> str:
        """The largest state that enough witnesses cosigned, with their lines (C2SP tlog-cosignature).

        The state now, by the log alone, where they never did.
        """
        with self.desk.store.reading() as books:
            found = next((each for each in books.states.all() if each.published), None)
            return signed_checkpoint(self.desk, Log(books.log)) if found is None else found.to_text()

    def confirmed(self) -> int:
        """How many entries the state has that enough witnesses cosigned; 0 where they never did."""
        with self.desk.store.reading() as books:
            return next((each.size for each in books.states.all() if each.published), 0)

    def checkpoint(self, size: int | None = None) -> str:
        """The state, signed by the log alone (C2SP tlog-checkpoint): now, or when it had `size` entries.

        Raises:
            UnknownEntryError: the log is shorter.
        """
        with self.desk.store.reading() as books:
            return signed_checkpoint(self.desk, Log(books.log), size)

    def entry(self, index: int, *, size: int | None = None) -> dict[str, Json]:
        """The proof that a leaf stands at an index: among all entries, or among the first `size`.

        Raises:
            UnknownEntryError: there is no such entry, or the log is shorter.
        """
        with self.desk.store.reading() as books:
            log = Log(books.log)
            among = log.size if size is None else size
            note = signed_checkpoint(self.desk, log, among)
            return log.inclusion(index, size=among, checkpoint=note).to_json()

    def consistency(self, old: int, new: int | None = None) -> dict[str, Json]:
        """The proof that the log of `new` entries (default: now) continues the log of `old` entries.

        Raises:
            UnknownEntryError: the sizes are not in order, or the log is shorter.
        """
        with self.desk.store.reading() as books:
            log = Log(books.log)
            size = log.size if new is None else new
            return {
                "old": old,
                "new": size,
                "hashes": [b64url_encode(each) for each in log.consistency(old, size)],
                "checkpoint": signed_checkpoint(self.desk, log, size),
            }

    def tile(self, level: int, wanted: Slice) -> bytes:
        """A tile of the tree (C2SP tlog-tiles).

        Raises:
            UnknownEntryError: the log has no such tile, or it is not that wide yet.
        """
        with self.desk.store.reading() as books:
            return Log(books.log).tile(level, wanted)

    def bundle(self, wanted: Slice) -> bytes:
        """The leaves under a tile of level 0, each with its length (C2SP tlog-tiles).

        Raises:
            UnknownEntryError: the log does not have that many.
        """
        with self.desk.store.reading() as books:
            return Log(books.log).bundle(wanted)
