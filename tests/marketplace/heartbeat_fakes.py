"""When workers were last seen, in memory."""

from datetime import datetime


class MemoryHeartbeats:
    """The `HeartbeatBook` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, datetime] = {}

    def beat(self, worker: str, at: datetime, *, forget_before: datetime) -> None:
        kept = {name: seen for name, seen in self.rows.items() if seen >= forget_before}
        self.rows = {**kept, worker: at}

    def latest(self) -> datetime | None:
        return max(self.rows.values(), default=None)
