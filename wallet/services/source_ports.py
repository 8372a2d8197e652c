"""What the use cases about files from outside need from those who read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Report
from wallet.domain.table_mapping import Mapping, Preview


@dataclass(frozen=True)
class Chosen:
    """What a person chose for one file: her switches, where she lives, what the columns of a table are.

    `called` is what its streams are known by, where that is not the title of the source.
    """

    switches: frozenset[str]
    zone: ZoneInfo
    mapping: Mapping | None = None
    called: str = ""


class FileSources(Protocol):
    """Knows the sources and reads their files."""

    def manifests(self) -> tuple[Manifest, ...]:
        """Every source, in the order in which a person is shown them."""
        ...

    def manifest(self, name: str) -> Manifest:
        """One source.

        Raises:
            NotInWalletError: there is none of this name.
        """
        ...

    def values(
        self, name: str, file: BinaryIO, chosen: Chosen, report: Report, received_at: datetime
    ) -> Iterator[Measured]:
        """The values of a file at the grain that was chosen; it is read as values are taken.

        Raises:
            NotInWalletError: there is no such source.
            SourceError: the file cannot be read; then nothing of it may be kept.
        """
        ...

    def pushed(
        self, name: str, bodies: Iterable[tuple[bytes, datetime]], chosen: Chosen, report: Report
    ) -> Iterator[tuple[int | None, Measured]]:
        """The values of many small messages, with when each came in, reduced as if they were one file.

        With each comes the number of its message, for a source that counts them. A message that is none of
        this source is counted in the report and left out.

        Raises:
            NotInWalletError: there is no such source.
        """
        ...

    def preview(self, file: BinaryIO) -> Preview:
        """The first rows of a table.

        Raises:
            SourceError: it is none.
        """
        ...
