"""How is a file read, whatever its source: what bounds it, what the person chose, and what is left out?

A parser gives values one by one, as fine as the file has them; `read` reduces them to the grain that the
person chose before anybody else sees one. An iterator may stop with an error in the middle of a damaged file:
whoever takes values keeps all of them or none.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, TypeVar
from zoneinfo import ZoneInfo

from crypto.errors import MalformedError
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Report
from wallet.domain.table_mapping import Mapping
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded, Limits
from wallet.sources.grain import Reducer

UTC_ZONE: Final = ZoneInfo("UTC")
SMALL_FILES: Final = Limits()
_OF_THE_WHOLE: Final = (SourceTrouble.TOO_LARGE, SourceTrouble.UNSAFE)
T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """One reading of one file.

    `switches` are the granularities that the person put on. `zone` is where she lives: days are hers, and a
    time without a zone is told in it, where the format does not say otherwise. Without `limits` those of the
    source hold. `received_at` is when a message without a time of its own came in; `mapping` says what the
    columns of a table are. A source whose messages count themselves leaves the number of each value, in their
    order, in `numbers`.
    """

    switches: frozenset[str]
    zone: ZoneInfo = UTC_ZONE
    limits: Limits | None = None
    received_at: datetime | None = None
    mapping: Mapping | None = None
    report: Report = field(default_factory=Report)
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A manifest and the parser that keeps its promise.

    `zone` is the one that the format tells its times in, for formats that have one.
    """

    manifest: Manifest
    parse: Callable[[Bounded, Reading], Iterator[Measured]]
    limits: Limits = SMALL_FILES
    zone: ZoneInfo | None = None


def read(source: Source, file: BinaryIO, reading: Reading) -> Iterator[Measured]:
    """The values of a file at the grain that was chosen; the file is read as values are taken.

    Raises:
        SourceError: the file is not of this format, is damaged, larger than its limits, locked, unsafe, or
            gives no value at all. Then nothing of it may be kept.
    """
    limits = reading.limits or source.limits
    grains = source.manifest.grains(reading.switches)
    if not grains:
        raise SourceError(SourceTrouble.EMPTY, "no switch of this source is on")
    bounded = Bounded(file, limits.most_bytes)
    reducer = Reducer(grains, source.zone or reading.zone)
    for value in source.parse(bounded, reading):
        reading.report.read += 1
        kept = reducer.take(value)
        if kept is not None:
            yield kept
    if not reading.report.read:
        raise reading.report.nothing_taken()
    yield from reducer.rest()


def each(
    entries: Iterable[tuple[object, T]], take: Callable[[T], Sequence[Measured]], report: Report, where: str
) -> Iterator[Measured]:
    """The values of each entry; a bad entry is counted at its place, which is its number in `where`.

    What goes wrong between entries, or is too large or unsafe, is no fault of one entry and goes through.
    """
    for number, entry in entries:
        try:
            values = take(entry)
        except SourceError as error:
            if error.kind in _OF_THE_WHOLE:
                raise
            report.leave_out(where.format(number), error.kind, error.detail)
            continue
        except MalformedError as error:
            report.leave_out(where.format(number), SourceTrouble.DAMAGED, str(error))
            continue
        if not values:
            report.passed_over += 1
        yield from values
