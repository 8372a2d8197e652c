"""Readings that a device of a person tells one by one, in the form of `wallet.domain.live_reading`.

Each has a time of its own, so it may come late or be corrected, and is kept as it is: an hour or a day made
of what has come so far would be wrong once the rest comes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from crypto.encoding import Json, canonical_json
from wallet.domain.live_reading import COUNTABLE, read_live
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.sources.bounded import Bounded
from wallet.sources.json_document import documents
from wallet.sources.manifests import CONNECTED_PRODUCT, EACH_READING
from wallet.sources.reading import Reading, Source, each
from wallet.sources.values import measured


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The readings of a message, or of a file with one on each line."""
    return each(documents(file), partial(_value, reading.numbers), reading.report, "message {}")


def _value(numbers: list[int], document: Json) -> Sequence[Measured]:
    told = read_live(canonical_json(document))
    quantity, start, end, value, instrument = told.measured
    found = measured(quantity, start, end, value, instrument)
    numbers.append(told.sequence)
    return (found,)


DEVICE: Final = Source(
    Manifest(
        name="device",
        title=Words("A device of your own", "Ein eigenes Gerät"),
        quantities=COUNTABLE,
        frequency=Words("as often as it sends", "so oft es sendet"),
        size=Words("1 kB a message", "1 kB je Nachricht"),
        right=CONNECTED_PRODUCT,
        granularities=(replace(EACH_READING, on=True),),
        endings=(".json", ".jsonl"),
    ),
    parse,
)
