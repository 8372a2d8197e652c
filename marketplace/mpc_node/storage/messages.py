"""What have the peers said so far? Kept on disk before it is acknowledged, at most once per step."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import delete, select

from marketplace.mpc_node.storage.tables import MessageRow
from ssi.hosting.database import Database


@dataclass(frozen=True)
class Slot:
    """The one place for a message: who says it, in which attempt, at which step."""

    job_id: str
    attempt: int
    step: str
    sender: str


@dataclass(frozen=True)
class KeptMessage:
    """A message of a known peer. `conflict`: the peer said something else in the same place later."""

    slot: Slot
    token: str = field(repr=False)
    conflict: bool


class Heard(Enum):
    """What became of a message."""

    NEW = auto()
    SAME = auto()
    CONFLICT = auto()


class MessageStore:
    """The messages of the peers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, slot: Slot, token: str, payload_digest: str, *, now: datetime) -> Heard:
        """Keep the first message of a slot; note when another one with another body comes."""
        with self._database.writing() as session:
            known = session.get(MessageRow, (slot.job_id, slot.attempt, slot.step, slot.sender))
            if known is None:
                session.add(
                    MessageRow(
                        job_id=slot.job_id,
                        attempt=slot.attempt,
                        step=slot.step,
                        sender=slot.sender,
                        token=token,
                        payload_digest=payload_digest,
                        conflict=False,
                        received_at=now,
                    )
                )
                return Heard.NEW
            if known.payload_digest == payload_digest:
                return Heard.SAME
            known.conflict = True
            return Heard.CONFLICT

    def of_attempt(self, job_id: str, attempt: int) -> tuple[KeptMessage, ...]:
        """Everything that was said about one attempt."""
        asked = select(MessageRow).where(MessageRow.job_id == job_id, MessageRow.attempt == attempt)
        with self._database.reading() as session:
            return tuple(
                KeptMessage(Slot(row.job_id, row.attempt, row.step, row.sender), row.token, row.conflict)
                for row in session.scalars(asked)
            )

    def forget_before(self, moment: datetime) -> None:
        """Delete messages older than a moment: those of jobs that are over or never came."""
        with self._database.writing() as session:
            session.execute(delete(MessageRow).where(MessageRow.received_at < moment))
