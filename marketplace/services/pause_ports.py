"""What do the use cases about pauses need of the book of offers?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from consent.pause import PauseStatement


class PauseLines(Protocol):
    """Keeps what each person said last about pausing her offer, and which nodes are to be told."""

    def pause(self, said: PauseStatement, token: str, *, at: datetime) -> None:
        """Keep a verified statement instead of the one before; every node is to be told of it."""
        ...

    def pauses_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        """Statements to be told to a node, by consent: of offers that are going, and not put off."""
        ...

    def pause_told(self, consent_id: str, node_id: str, token: str) -> None:
        """Record that a node heard a statement, unless there is a later one by now."""
        ...

    def put_off_pause(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        """Tell a node of a statement again, but not before a moment."""
        ...
