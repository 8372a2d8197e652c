"""What signs of life need of the books."""

from datetime import datetime
from typing import Protocol


class HeartbeatBook(Protocol):
    """Keeps when workers were last seen, within one database transaction."""

    def beat(self, worker: str, at: datetime, *, forget_before: datetime) -> None:
        """Record that a worker is alive; what was seen last before a moment is forgotten."""
        ...

    def latest(self) -> datetime | None:
        """When any worker was last seen."""
        ...
