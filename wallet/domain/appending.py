"""Put what comes in where it belongs: new, known already, or a correction of what was believed before.

Two readings with the same start and length speak of the same thing. The same value again changes nothing;
another value counts from now on, and the one before is kept as an older version. What is left does not depend
on the order or the batches in which distinct readings came.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from wallet.domain.columns import Columns
from wallet.domain.number_ranges import NumberRanges
from wallet.domain.reading import Reading
from wallet.domain.segment import FULL, MOST_AT_ONCE, VERSIONS_KEPT, Older, Segment
from wallet.domain.stream import MOST_PARTS, Stream, part_of
from wallet.errors import TooLargeError

NewName = Callable[[], str]


class Arrived(NamedTuple):
    """A reading, and the number that a live source counts it by, if it counts."""

    reading: Reading
    number: int | None = None


@dataclass(frozen=True)
class Tally:
    """What became of the readings that came in."""

    kept: int = 0
    duplicates: int = 0
    corrections: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.kept + other.kept,
            self.duplicates + other.duplicates,
            self.corrections + other.corrections,
        )


@dataclass(frozen=True)
class Change:
    """A stream after something was added: segments that are new, and those whose place they take.

    `is_new` says whether there is anything to be kept.
    """

    stream: Stream
    added: tuple[Segment, ...]
    dropped: tuple[str, ...]
    tally: Tally
    is_new: bool


def append(
    stream: Stream, opened: Mapping[str, Segment], arrived: Sequence[Arrived], *, now: int, new_name: NewName
) -> Change:
    """Add readings in the order in which they came; `opened` has the segments that own their starts.

    Raises:
        TooLargeError: more readings of one moment, or more segments, than a stream takes.
    """
    fresh, seen = _not_counted_before(stream.seen, arrived)
    tally = Tally(duplicates=len(arrived) - len(fresh))
    parts, added, dropped = list(stream.parts), list[Segment](), list[str]()
    groups = _by_owner(stream, fresh)
    for place in sorted(groups, reverse=True):  # from the end, so that earlier places stay what they are
        before = opened[stream.parts[place].row_id] if stream.parts else None
        merged, told = _merged(before, groups[place], now)
        tally += told
        if told.kept or told.corrections:
            made = list(_cut(merged, is_last=place >= len(stream.parts) - 1, new_name=new_name))
            dropped += [] if before is None else [before.row_id]
            parts[place : place + 1] = map(part_of, made)
            added += made
    if len(parts) > MOST_PARTS:
        raise TooLargeError("This stream has as many readings as a wallet takes. Nothing was added.")
    last = [segment for segment in added if segment.row_id == parts[-1].row_id]
    changed = replace(
        stream,
        parts=tuple(parts),
        latest=_last_of(last[0].columns) if last else stream.latest,
        corrected=stream.corrected + tally.corrections,
        seen=seen,
    )
    return Change(changed, tuple(added), tuple(dropped), tally, bool(added) or seen != stream.seen)


def _last_of(columns: Columns) -> Reading:
    return Reading(columns.starts[-1], columns.lengths[-1], columns.values[-1])


def _not_counted_before(seen: NumberRanges, arrived: Sequence[Arrived]) -> tuple[list[Reading], NumberRanges]:
    """The readings whose numbers were not seen, each number once; and all that were seen by now."""
    numbers, fresh = set[int](), list[Reading]()
    for reading, number in arrived:
        if number is not None and (number in numbers or number in seen):
            continue
        fresh.append(reading)
        if number is not None:
            numbers.add(number)
    return fresh, seen.adding(numbers) if numbers else seen


def _by_owner(stream: Stream, readings: Iterable[Reading]) -> dict[int, list[Reading]]:
    """The readings by the part that owns their start; all of them by 0 where there is none yet."""
    firsts = [part.first for part in stream.parts]
    groups: dict[int, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(max(bisect_right(firsts, reading.start) - 1, 0), []).append(reading)
    return groups


Place = tuple[int, int]


class _Merged(NamedTuple):
    newest: dict[Place, Decimal]
    older: list[Older]


def _merged(before: Segment | None, arrived: Iterable[Reading], now: int) -> tuple[_Merged, Tally]:
    columns = before.columns if before else Columns((), (), ())
    newest = dict(zip(zip(columns.starts, columns.lengths, strict=True), columns.values, strict=True))
    older, known = list(before.older) if before else [], len(newest)
    corrections = duplicates = 0
    for reading in arrived:
        place, value = reading[:2], reading.value
        found = newest.get(place)
        if found == value:
            duplicates += 1
            continue
        if found is not None:
            corrections += 1
            older.append(Older(Reading(*place, found), now))
        newest[place] = value
    told = Tally(len(newest) - known, duplicates, corrections)
    return _Merged(newest, _last_versions(older) if corrections else older), told


def _last_versions(older: Iterable[Older]) -> list[Older]:
    """In the order of time and then of arrival, the last ones of each reading."""
    kept: list[Older] = []
    for _, versions in groupby(sorted(older, key=_place), key=_place):
        kept += list(versions)[-VERSIONS_KEPT:]
    return kept


def _place(older: Older) -> Place:
    return older.reading.start, older.reading.length


def _cut(merged: _Merged, *, is_last: bool, new_name: NewName) -> Iterator[Segment]:
    """Segments of at most `FULL` readings: full ones at the end of a stream, else even ones with room.

    Readings with one start stay together, so that each start has one owner.
    """
    places = sorted(merged.newest)
    size = FULL if is_last else -(-len(places) // -(-len(places) // FULL))
    begin = 0
    while begin < len(places):
        end = min(begin + size, len(places))
        while end < len(places) and places[end][0] == places[end - 1][0]:
            end += 1
        if end - begin > MOST_AT_ONCE:
            raise TooLargeError("There are too many readings of one moment. Nothing was added.")
        starts, lengths = zip(*places[begin:end], strict=True)
        values = tuple(map(merged.newest.__getitem__, places[begin:end]))
        low, high = (
            bisect_left(merged.older, bound, key=_place) for bound in (places[begin], (starts[-1] + 1, 0))
        )
        yield Segment(new_name(), Columns(starts, lengths, values), tuple(merged.older[low:high]))
        begin = end
