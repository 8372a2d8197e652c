"""The states of the log that were signed to be published, with the lines of their witnesses."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.domain.signed_state import Cosigned, SignedState
from marketplace.storage.tables import log_cosignatures, log_states


class SqlStates:
    """The `StateBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[SignedState]:
        """The states, the largest first."""
        lines: dict[int, dict[str, Cosigned]] = {}
        for row in self._session.execute(select(log_cosignatures)):
            lines.setdefault(row.size, {})[row.witness] = Cosigned(row.line, row.at)
        rows = self._session.execute(select(log_states).order_by(log_states.c.size.desc()))
        return [SignedState(row.size, row.note, row.published, lines.get(row.size, {})) for row in rows]

    def add(self, state: SignedState) -> None:
        """Remember a state."""
        self._session.execute(
            insert(log_states).values(size=state.size, note=state.note, published=state.published)
        )

    def cosign(self, size: int, witness: str, cosigned: Cosigned) -> None:
        """Remember a witness's line about a state; one that was forgotten meanwhile needs none."""
        if self._session.execute(select(log_states.c.size).where(log_states.c.size == size)).first() is None:
            return
        mine = (log_cosignatures.c.size == size) & (log_cosignatures.c.witness == witness)
        self._session.execute(delete(log_cosignatures).where(mine))
        self._session.execute(
            insert(log_cosignatures).values(size=size, witness=witness, line=cosigned.line, at=cosigned.at)
        )

    def publish(self, size: int) -> None:
        """Note that a state is published, and forget the smaller ones."""
        for table in (log_cosignatures, log_states):
            self._session.execute(delete(table).where(table.c.size < size))
        self._session.execute(update(log_states).where(log_states.c.size == size).values(published=True))
