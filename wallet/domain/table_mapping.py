"""What the columns of a table are: a person says so once, since no table says it itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

SEPARATORS: Final = (";", "\t", ",", "|")
ENCODINGS: Final = ("utf-8", "cp1252")


class TimeForm(StrEnum):
    """How a table writes its times."""

    ISO = "2026-01-31 12:00"
    DAY_FIRST = "31.01.2026 12:00"
    MONTH_FIRST = "01/31/2026 12:00"
    EPOCH = "seconds since 1970"


@dataclass(frozen=True)
class Mapping:
    """Which column is what, counted from 0, and how its text is to be read.

    `minutes` is how long each value lasts, for amounts; a level is a moment and has none. `zone` is where the
    clock hung that wrote times without a zone.
    """

    time_column: int
    value_column: int
    quantity: str
    unit: str
    zone: ZoneInfo
    time_form: TimeForm = TimeForm.ISO
    minutes: int | None = None
    separator: str = ","
    decimal_comma: bool = False
    encoding: str = "utf-8"
    heading: bool = True


@dataclass(frozen=True)
class Preview:
    """The first rows of a table, headings included, and what seems to separate them."""

    rows: tuple[tuple[str, ...], ...]
    separator: str
    decimal_comma: bool
    encoding: str
