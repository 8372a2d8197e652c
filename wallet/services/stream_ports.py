"""What the use cases about streams need from outside; `tests/contracts` asks every adapter for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from wallet.domain.appending import Change
from wallet.domain.segment import Segment
from wallet.domain.session import Session
from wallet.domain.stream import Part, Stream

Wanted = Callable[[Stream], Sequence[Part]]
"""Which parts of a stream to open."""


class StreamStore(Protocol):
    """Keeps streams and their segments for every wallet, each readable only with its own session."""

    def all(self, session: Session) -> tuple[Stream, ...]:
        """Every stream of this wallet, without its readings, in no promised order."""
        ...

    def get(self, session: Session, row_id: str) -> Stream:
        """One stream, without its readings.

        Raises:
            NotInWalletError: this wallet has no such stream, whoever else may have.
        """
        ...

    def opened(self, session: Session, row_id: str, wanted: Wanted) -> tuple[Stream, Mapping[str, Segment]]:
        """One stream and those of its segments that are wanted, by name and as of one moment.

        Raises:
            NotInWalletError: as `get`.
            DamagedError: a segment is not there, does not open, or is not what the index says.
        """
        ...

    def keep(self, session: Session, changes: Sequence[Change]) -> None:
        """Keep what was added to new or known streams: all of it or, with any error, nothing.

        Raises:
            ConflictError: one of the streams changed, vanished or appeared since it was read.
            TooLargeError: something could not be read back.
        """
        ...

    def remove(self, session: Session, row_id: str) -> None:
        """Forget a stream with all its readings; forgetting what is not there is no error."""
        ...
