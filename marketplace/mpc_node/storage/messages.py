"""What have the peers said so far? Kept on disk before it is acknowledged, at most once per step."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from marketplace.mpc_node.storage.tables import MessageRow
from ssi.hosting.database import Database

MOST_MESSAGES: Final = 4096
"""Of one sender. An attempt takes three at most, and they go when it ends."""


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
    NO_ROOM = auto()


class MessageStore:
    """The messages of the peers: of each at most `most`, whether or not the attempts are known."""

    def __init__(self, database: Database, *, most: int = MOST_MESSAGES) -> None:
        self._database = database
        self._most = most

    def put(self, slot: Slot, token: str, payload_digest: str, *, now: datetime) -> Heard:
        """Keep the first message of a slot, if its sender has room; note when another one comes there."""
        with self._database.writing() as session:
            known = session.get(MessageRow, (slot.job_id, slot.attempt, slot.step, slot.sender))
            if known is None:
                if self._is_full(session, slot.sender):
                    return Heard.NO_ROOM
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

    def of_attempt(self, job_id: str, attempt: int, senders: Collection[str]) -> tuple[KeptMessage, ...]:
        """Everything that these nodes said about one attempt."""
        asked = select(MessageRow).where(*_of(job_id, attempt), MessageRow.sender.in_(senders))
        with self._database.reading() as session:
            return tuple(
                KeptMessage(Slot(row.job_id, row.attempt, row.step, row.sender), row.token, row.conflict)
                for row in session.scalars(asked)
            )

    def forget(self, job_id: str, attempt: int) -> None:
        """Delete everything that was said about one attempt."""
        with self._database.writing() as session:
            session.execute(delete(MessageRow).where(*_of(job_id, attempt)))

    def forget_before(self, moment: datetime) -> None:
        """Delete messages older than a moment: those of jobs that are over or never came."""
        with self._database.writing() as session:
            session.execute(delete(MessageRow).where(MessageRow.received_at < moment))

    def _is_full(self, session: Session, sender: str) -> bool:
        kept = select(func.count()).select_from(MessageRow).where(MessageRow.sender == sender)
        return (session.scalar(kept) or 0) >= self._most


def _of(job_id: str, attempt: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return MessageRow.job_id == job_id, MessageRow.attempt == attempt
