"""Many readings as few bytes: column after column, compressed, and padded so that the size tells little.

Times are written as steps from one to the next (64-bit integers, little-endian), values as decimal text,
which keeps every digit that was measured; zlib makes nothing of steps that repeat. What comes out is a
multiple of 8 KiB: up to 4,096 readings mostly look alike, however much they vary. Columns that are read back
are checked as if they came from a stranger, since the file of a wallet can.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import accumulate, pairwise
from operator import add
from typing import Final, NamedTuple

from crypto.errors import MalformedError
from wallet.domain.reading import EARLIEST, LATEST, MOMENT, Reading, are_kept

STEP: Final = 8 * 1024
MOST_ROWS: Final = 1 << 20
_MOST_BYTES: Final = 64 * 1024 * 1024
_LENGTH: Final = struct.Struct("<I")
_QUICK: Final = 1


class Columns(NamedTuple):
    """Readings by column, and a further time for each, or for none."""

    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    values: tuple[Decimal, ...]
    stamps: tuple[int, ...] = ()


def columns_of(readings: Sequence[Reading], stamps: Sequence[int] = ()) -> Columns:
    """The columns of some readings."""
    return Columns(
        tuple(reading.start for reading in readings),
        tuple(reading.length for reading in readings),
        tuple(reading.value for reading in readings),
        tuple(stamps),
    )


def pack(columns: Columns) -> bytes:
    """Write columns."""
    starts, lengths, values, stamps = columns
    numbers = (len(starts), len(stamps), *_steps(starts), *lengths, *_steps(stamps))
    return struct.pack(f"<{len(numbers)}q", *numbers) + "\n".join(map(str, values)).encode("ascii")


def unpack(raw: bytes) -> Columns:
    """Read what `pack` wrote.

    Raises:
        MalformedError: it has another form, or holds what is no reading.
    """
    try:
        rows, stamped = struct.unpack_from("<2q", raw)
        if not (0 <= rows <= MOST_ROWS and stamped in (0, rows)):
            raise MalformedError("columns: expected as many rows as a column has")
        numbers = struct.unpack_from(f"<{2 * rows + stamped}q", raw, 16)
        text = raw[16 + 8 * len(numbers) :].decode("ascii")
    except (struct.error, UnicodeDecodeError) as error:
        raise MalformedError("columns: expected whole columns") from error
    starts = tuple(accumulate(numbers[:rows]))
    lengths, stamps = numbers[rows : 2 * rows], tuple(accumulate(numbers[2 * rows :]))
    _check_times(starts, lengths, stamps)
    return Columns(starts, lengths, _values(text, rows), stamps)


def shrink(parts: Sequence[bytes]) -> bytes:
    """Compress parts together and pad them to a multiple of `STEP`."""
    plain = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    small = zlib.compress(plain, _QUICK)
    body = _LENGTH.pack(len(small)) + small
    return body + bytes(-len(body) % STEP)


def unshrink(padded: bytes) -> tuple[bytes, ...]:
    """Read what `shrink` wrote.

    Raises:
        MalformedError: it has another form, or would become larger than any segment.
    """
    try:
        (length,) = _LENGTH.unpack_from(padded)
        opener = zlib.decompressobj()
        plain = opener.decompress(padded[_LENGTH.size : _LENGTH.size + length], _MOST_BYTES)
    except (struct.error, zlib.error) as error:
        raise MalformedError("columns: expected compressed columns") from error
    if not opener.eof or opener.unused_data or any(padded[_LENGTH.size + length :]):
        raise MalformedError("columns: expected nothing behind the columns")
    return tuple(_parts(plain))


def _parts(plain: bytes) -> Iterable[bytes]:
    place = 0
    while place < len(plain):
        try:
            (length,) = _LENGTH.unpack_from(plain, place)
        except struct.error as error:
            raise MalformedError("columns: expected whole parts") from error
        place += _LENGTH.size
        if place + length > len(plain):
            raise MalformedError("columns: expected whole parts")
        yield plain[place : place + length]
        place += length


def _steps(times: Sequence[int]) -> list[int]:
    return [*times[:1], *(later - earlier for earlier, later in pairwise(times))]


def _check_times(starts: Sequence[int], lengths: Sequence[int], stamps: Sequence[int]) -> None:
    ends = list(map(add, starts, lengths))
    for times in (starts, ends, stamps):
        if times and not (min(times) >= EARLIEST + MOMENT and max(times) < LATEST):
            raise MalformedError("columns: expected times within reach")
    if lengths and (min(lengths) < MOMENT or 0 in lengths):
        raise MalformedError("columns: expected lengths")


def _values(text: str, rows: int) -> tuple[Decimal, ...]:
    lines = text.split("\n") if rows else []
    if len(lines) != rows or (not rows and text):
        raise MalformedError("columns: expected one value for each time")
    try:
        values = tuple(map(Decimal, lines))
    except InvalidOperation as error:
        raise MalformedError("columns: expected values") from error
    if not are_kept(values):
        raise MalformedError("columns: expected values that can be kept")
    return values
