"""When workers were last seen, in SQL."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from marketplace.storage.heartbeat_tables import heartbeats


class SqlHeartbeats:
    """The `HeartbeatBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def beat(self, worker: str, at: datetime, *, forget_before: datetime) -> None:
        """Record that a worker is alive; what was seen last before a moment is forgotten."""
        gone = (heartbeats.c.worker == worker) | (heartbeats.c.at < forget_before)
        self._session.execute(delete(heartbeats).where(gone))
        self._session.execute(insert(heartbeats).values(worker=worker, at=at))

    def latest(self) -> datetime | None:
        """When any worker was last seen."""
        found: datetime | None = self._session.execute(select(func.max(heartbeats.c.at))).scalar()
        return found
