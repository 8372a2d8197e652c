"""Readings as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from wallet.domain.reading import Reading

_LINES_AT_ONCE: Final = 1_000


def table_of(readings: Iterable[Reading], unit: str) -> Iterator[str]:
    """Lines of a table (RFC 4180), a thousand at a time; nothing in them needs quotes."""
    lines = ["start,end,value,unit\r\n"]
    for reading in readings:
        end = "" if reading.end is None else _utc(reading.end)
        lines.append(f"{_utc(reading.begin)},{end},{reading.value:f},{unit}\r\n")
        if len(lines) >= _LINES_AT_ONCE:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
