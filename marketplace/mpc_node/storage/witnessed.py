"""Up to where has this node witnessed a log? The last state that it cosigned, which only ever grows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from marketplace.mpc_node.storage.tables import WitnessedLogRow
from ssi.hosting.database import Database


@dataclass(frozen=True)
class WitnessedLog:
    """A state of a log that was cosigned: size, root, and the note that the log signed."""

    size: int
    root: bytes
    note: str = field(repr=False)


class WitnessStore:
    """The last state of each log, by its origin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, origin: str) -> WitnessedLog | None:
        """The last state that was cosigned; None of a log that was never seen."""
        with self._database.reading() as session:
            return _value(session.get(WitnessedLogRow, origin))

    def advance(self, origin: str, following: Callable[[WitnessedLog | None], WitnessedLog]) -> None:
        """Put the state that follows from the last one in its place, in one transaction.

        What `following` raises leaves the last state as it is.
        """
        with self._database.writing() as session:
            row = session.get(WitnessedLogRow, origin)
            after = following(_value(row))
            if row is None:
                row = WitnessedLogRow(origin=origin, size=0, root=b"", note="")
                session.add(row)
            row.size, row.root, row.note = after.size, after.root, after.note


def _value(row: WitnessedLogRow | None) -> WitnessedLog | None:
    return None if row is None else WitnessedLog(row.size, row.root, row.note)
