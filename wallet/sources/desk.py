"""The catalogue as the use cases see it."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import repeat
from typing import BinaryIO

from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Report
from wallet.domain.table_mapping import Preview
from wallet.errors import NotInWalletError, SourceError, SourceTrouble
from wallet.services.source_ports import Chosen
from wallet.sources.bounded import Bounded
from wallet.sources.catalogue import BY_NAME, SOURCES
from wallet.sources.grain import Reducer
from wallet.sources.reading import Reading, Source, read
from wallet.sources.table import preview


class Catalogue:
    """`services.source_ports.FileSources`."""

    def manifests(self) -> tuple[Manifest, ...]:
        """Every source, in the order in which a person is shown them."""
        return tuple(source.manifest for source in SOURCES)

    def manifest(self, name: str) -> Manifest:
        """One source."""
        return _source(name).manifest

    def values(
        self, name: str, file: BinaryIO, chosen: Chosen, report: Report, received_at: datetime
    ) -> Iterator[Measured]:
        """The values of a file at the grain that was chosen."""
        reading = Reading(
            switches=chosen.switches,
            zone=chosen.zone,
            received_at=received_at,
            mapping=chosen.mapping,
            report=report,
        )
        return read(_source(name), file, reading)

    def pushed(
        self, name: str, bodies: Iterable[tuple[bytes, datetime]], chosen: Chosen, report: Report
    ) -> Iterator[tuple[int | None, Measured]]:
        """The values of many small messages, with when each came in, reduced as if they were one file.

        A message that counts itself gives its number with each value that is kept as it is.
        """
        source = _source(name)
        reducer = Reducer(source.manifest.grains(chosen.switches), source.zone or chosen.zone)
        for body, received_at in bodies:
            reading = Reading(chosen.switches, chosen.zone, received_at=received_at, report=Report())
            try:
                values = list(source.parse(Bounded(io.BytesIO(body), source.limits.most_bytes), reading))
            except SourceError as error:
                report.leave_out("a message", error.kind, error.detail)
                continue
            if not values:
                report.leave_out("a message", SourceTrouble.EMPTY, "no value of this source")
            report.read += len(values)
            numbered = zip(reading.numbers or repeat(None), map(reducer.take, values), strict=False)
            yield from ((number, kept) for number, kept in numbered if kept is not None)
        yield from ((None, each) for each in reducer.rest())

    def preview(self, file: BinaryIO) -> Preview:
        """The first rows of a table."""
        return preview(file)


def _source(name: str) -> Source:
    source = BY_NAME.get(name)
    if source is None:
        raise NotInWalletError("There is no such source.")
    return source
