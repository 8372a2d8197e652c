"""One quantity from one instrument of one source: what the wallet knows of it without opening readings.

The index names the segments of a stream in the order of time. Each owns the time from its first reading to
the first of the next one, so that every place in time has one segment to look in, late readings included.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final
from uuid import UUID

from crypto.encoding import MAX_EXACT_INTEGER, Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from wallet.domain.digest import Digest, digest_of
from wallet.domain.number_ranges import MOST_RANGES, NumberRanges
from wallet.domain.quantity import QUANTITIES, Quantity
from wallet.domain.reading import EARLIEST, LATEST, LONGEST_NAME, MOMENT, Reading, moment_at
from wallet.domain.segment import Segment

MOST_PARTS: Final = 20_000


@dataclass(frozen=True)
class Part:
    """Where one segment stands: its row, the first and the last start in it, and what it comes to."""

    row_id: str
    first: int
    last: int
    digest: Digest


def part_of(segment: Segment) -> Part:
    """The line of the index for a segment, which has at least one reading."""
    starts, _, values, _ = segment.columns
    digest = digest_of(values)
    assert digest is not None  # noqa: S101 — no segment is empty
    return Part(segment.row_id, starts[0], starts[-1], digest)


@dataclass(frozen=True)
class Stream:
    """What it is, where its readings are, and which numbers of a live source it has seen."""

    row_id: str
    quantity_name: str
    source: str
    instrument: str = ""
    parts: tuple[Part, ...] = field(default=(), repr=False)
    latest: Reading | None = field(default=None, repr=False)
    corrected: int = 0
    seen: NumberRanges = field(default=NumberRanges(), repr=False)
    revision: int = 0

    @property
    def quantity(self) -> Quantity:
        """What is measured."""
        return QUANTITIES[self.quantity_name]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it this stream and no other."""
        return (self.source, self.quantity_name, self.instrument)

    @property
    def count(self) -> int:
        """How many readings it has."""
        return sum(part.digest.count for part in self.parts)

    @property
    def first(self) -> datetime | None:
        """When the first reading begins."""
        return moment_at(self.parts[0].first) if self.parts else None

    @property
    def last(self) -> datetime | None:
        """When the last reading begins."""
        return moment_at(self.parts[-1].last) if self.parts else None

    def within(self, begin: int, end: int) -> Sequence[Part]:
        """The parts that may have readings which begin in `begin <= start < end`."""
        after = bisect_left(self.parts, end, key=lambda part: part.first)
        before = bisect_left(self.parts, begin, key=lambda part: part.last)
        return self.parts[before:after]

    def owners(self, starts: Iterable[int]) -> tuple[int, ...]:
        """The places of the parts that own these starts, ascending; the first owns all time before it."""
        if not self.parts:
            return ()
        firsts = [part.first for part in self.parts]
        return tuple(sorted({max(bisect_right(firsts, start) - 1, 0) for start in starts}))

    def to_document(self) -> dict[str, Json]:
        """The stream as a document to be sealed."""
        latest = self.latest
        return {
            "quantity": self.quantity_name,
            "source": self.source,
            "instrument": self.instrument,
            "parts": list(map(_written, self.parts)),
            "latest": None if latest is None else [latest.start, latest.length, str(latest.value)],
            "corrected": self.corrected,
            "seen": [list(each) for each in self.seen.ranges],
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Stream":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "stream")
        instrument = fields.any("instrument")
        if not isinstance(instrument, str) or len(instrument) > LONGEST_NAME:
            raise MalformedError("stream.instrument: expected a name")
        stream = cls(
            row_id=row_id,
            quantity_name=fields.choice("quantity", _known),
            source=fields.text("source", max_length=LONGEST_NAME),
            instrument=instrument,
            parts=tuple(map(_part, fields.entries("parts", most=MOST_PARTS))),
            latest=_reading(fields.any("latest")),
            corrected=fields.integer("corrected", least=0, most=MAX_EXACT_INTEGER),
            seen=NumberRanges(tuple(map(_range, fields.entries("seen", most=MOST_RANGES)))),
            revision=revision,
        )
        fields.done()
        if any(earlier.last >= later.first for earlier, later in pairwise(stream.parts)):
            raise MalformedError("stream.parts: expected parts in the order of time")
        return stream


def _known(name: str) -> str:
    if name not in QUANTITIES:
        raise ValueError(name)
    return name


def _written(part: Part) -> Json:
    digest = part.digest
    values = (str(value) for value in (digest.total, digest.least, digest.most))
    return [part.row_id, part.first, part.last, digest.count, *values]


def _part(entry: Json) -> Part:
    match entry:
        case [str(name), int(first), int(last), int(count), str(total), str(least), str(most)]:
            digest = Digest(count, _value(total), _value(least), _value(most))
        case _:
            raise MalformedError("stream.parts: expected a part")
    _check_exact(first, last, count)
    if not _is_name(name) or not EARLIEST <= first <= last < LATEST or count < 1:
        raise MalformedError("stream.parts: expected a part")
    return Part(name, first, last, digest)


def _is_name(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _reading(entry: Json) -> Reading | None:
    match entry:
        case None:
            return None
        case [int(start), int(length), str(value)] if length >= MOMENT and EARLIEST <= start < LATEST:
            _check_exact(start, length)
            return Reading(start, length, _value(value))
    raise MalformedError("stream.latest: expected a reading")


def _range(entry: Json) -> tuple[int, int]:
    match entry:
        case [int(first), int(last)] if first <= last:
            _check_exact(first, last)
            return first, last
    raise MalformedError("stream.seen: expected a range")


def _value(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise MalformedError("stream: expected a value") from error
    if not value.is_finite():
        raise MalformedError("stream: expected a finite value")
    return value


def _check_exact(*numbers: int) -> None:
    """Whole numbers that JSON carries exactly; true and false are none."""
    if any(isinstance(each, bool) or abs(each) > MAX_EXACT_INTEGER for each in numbers):
        raise MalformedError("stream: expected whole numbers")
