"""Up to where, and when, has this node witnessed a log? The last state that it cosigned only ever grows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.mpc_node.storage.tables import WitnessedLogRow, WitnessedStateRow
from ssi.hosting.database import Database

REMEMBERED: Final = timedelta(hours=2)
"""For how long the states before the last one are known."""


@dataclass(frozen=True)
class WitnessedLog:
    """A state of a log that was cosigned: size, root, the note that the log signed, and when it was last.

    The moment is missing where the state was cosigned by a version that did not note it.
    """

    size: int
    root: bytes
    note: str = field(repr=False)
    cosigned_at: datetime | None = None


class WitnessStore:
    """The last state of each log, by its origin, and those of the last hours."""

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
            row.cosigned_at = after.cosigned_at
            if after.cosigned_at is not None:
                _remember(session, origin, after, after.cosigned_at)

    def size_at(self, origin: str, moment: datetime) -> int:
        """How many entries this node knew of at a moment of the last hours, 0 if of none."""
        mine = (WitnessedStateRow.origin == origin) & (WitnessedStateRow.first_at <= moment)
        with self._database.reading() as session:
            return session.scalar(select(func.max(WitnessedStateRow.size)).where(mine)) or 0

    def root_at(self, origin: str, size: int) -> bytes | None:
        """The root of a state that was cosigned in the last hours; None if there was none of that size."""
        with self._database.reading() as session:
            row = session.get(WitnessedStateRow, (origin, size))
            return None if row is None else row.root


def _remember(session: Session, origin: str, state: WitnessedLog, at: datetime) -> None:
    """Note a state, and forget those that were overtaken longer ago than anybody asks."""
    if session.get(WitnessedStateRow, (origin, state.size)) is not None:
        return
    mine = WitnessedStateRow.origin == origin
    old = mine & (WitnessedStateRow.first_at <= at - REMEMBERED)
    newest_of_old = select(func.max(WitnessedStateRow.size)).where(old).scalar_subquery()
    session.execute(delete(WitnessedStateRow).where(old & (WitnessedStateRow.size < newest_of_old)))
    session.add(WitnessedStateRow(origin=origin, size=state.size, root=state.root, first_at=at))


def _value(row: WitnessedLogRow | None) -> WitnessedLog | None:
    return None if row is None else WitnessedLog(row.size, row.root, row.note, row.cosigned_at)
