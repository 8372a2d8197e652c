"""Some thousand readings of one stream in a row: what is sealed, stored and opened as one.

A segment never changes. What is to be added makes a new one in its place, so the index of its stream, which
names segments, is the one truth about what belongs to it; an old segment that somebody puts back is in no
index.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import lt
from typing import Final, NamedTuple

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from wallet.domain.columns import Columns, columns_of, pack, shrink, unpack, unshrink
from wallet.domain.reading import Reading

FULL: Final = 4_096
"""How many readings are in a segment that is full; only readings of one moment may be more."""
MOST_AT_ONCE: Final = 65_536
VERSIONS_KEPT: Final = 100


class Older(NamedTuple):
    """What a reading was before, and when (milliseconds since 1970) the wallet learned better."""

    reading: Reading
    replaced_at: int


@dataclass(frozen=True)
class Segment:
    """Readings in the order of time, each place in time once; and what some of them were before."""

    row_id: str
    columns: Columns = field(repr=False)
    older: tuple[Older, ...] = field(default=(), repr=False)
    revision: int = 0

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All of them."""
        return tuple(map(Reading, *self.columns[:3]))

    def values(self, begin: int, end: int) -> Sequence[Decimal]:
        """The values of the readings that begin in `begin <= start < end`."""
        return self.columns.values[self._between(begin, end)]

    def between(self, begin: int, end: int) -> tuple[Reading, ...]:
        """The readings that begin in `begin <= start < end`."""
        place = self._between(begin, end)
        starts, lengths, values, _ = self.columns
        return tuple(map(Reading, starts[place], lengths[place], values[place]))

    def older_between(self, begin: int, end: int) -> tuple[Older, ...]:
        """What readings that begin in `begin <= start < end` were before."""
        return tuple(each for each in self.older if begin <= each.reading.start < end)

    def to_document(self) -> dict[str, Json]:
        """The segment as a document to be sealed."""
        before = columns_of([each.reading for each in self.older], [each.replaced_at for each in self.older])
        return {"columns": b64url_encode(shrink((pack(self.columns), pack(before))))}

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Segment":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "segment")
        parts = unshrink(fields.binary("columns"))
        fields.done()
        if len(parts) != 2:  # noqa: PLR2004 — what is, and what was
            raise MalformedError("segment: expected two parts")
        now, before = map(unpack, parts)
        if not now.starts or now.stamps or not _is_in_order(now) or len(before.starts) != len(before.stamps):
            raise MalformedError("segment: expected readings in the order of time")
        older = map(Older, map(Reading, *before[:3]), before.stamps)
        return cls(row_id, now, tuple(older), revision)

    def _between(self, begin: int, end: int) -> slice:
        starts = self.columns.starts
        return slice(bisect_left(starts, begin), bisect_left(starts, end))


def _is_in_order(columns: Columns) -> bool:
    places = list(zip(columns.starts, columns.lengths, strict=True))
    return all(map(lt, places, places[1:]))
