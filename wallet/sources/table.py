"""A table of comma-separated values, read as the person says (`table_mapping.Mapping`).

`preview` shows the first rows and guesses separator, decimal comma and encoding, so that a screen can ask the
rest. Source: RFC 4180, with the separators and decimal commas of spreadsheets.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import BinaryIO, Final, cast

from wallet.domain.measured import Measured
from wallet.domain.quantity import QUANTITIES
from wallet.domain.source import Manifest, Words
from wallet.domain.table_mapping import ENCODINGS, SEPARATORS, Mapping, Preview, TimeForm
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.manifests import OF_BODY, PORTABILITY, SMALL, WHEN_UPLOADED
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, from_epoch, impossible_time, in_utc, measured, moment, number

MOST_COLUMNS: Final = 500
_PREVIEW_BYTES: Final = 64 * 1024
_COMMA: Final = re.compile(r"[+-]?\d+(?:\.\d{3})*,\d+", re.ASCII)
_WITH_COMMA: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?", re.ASCII)
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_DATES: Final = {TimeForm.DAY_FIRST: ("%d.%m.%Y", "%d/%m/%Y"), TimeForm.MONTH_FIRST: ("%m/%d/%Y",)}
_FORMS: Final = {
    form: (*(f"{date} {clock}" for date in dates for clock in _CLOCKS), *dates)
    for form, dates in _DATES.items()
}


def preview(file: BinaryIO, *, most_rows: int = 20) -> Preview:
    """The first rows of a table, which stays where it is and is read no further.

    Raises:
        SourceError: empty, or no text.
    """
    raw = file.read(_PREVIEW_BYTES)
    file.seek(0)
    if not raw.strip():
        raise SourceError(SourceTrouble.EMPTY, "the file is empty")
    if b"\x00" in raw:
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a table of text")
    whole_lines = raw if len(raw) < _PREVIEW_BYTES else raw[: raw.rfind(b"\n") + 1 or len(raw)]
    encoding = _encoding_of(whole_lines)
    text = whole_lines.decode(encoding, errors="replace").removeprefix("\ufeff")
    separator = max(SEPARATORS, key=lambda each: _evenness(text, each))
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error as error:
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a table of text") from error
    cells = [cell for row in rows[1:] for cell in row]
    return Preview(tuple(rows[:most_rows]), separator, any(map(_COMMA.fullmatch, cells)), encoding)


def _encoding_of(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _evenness(text: str, separator: str) -> tuple[int, int]:
    """How many of the first lines have as many separators as the first, and how many that has."""
    counts = [line.count(separator) for line in text.splitlines()[:50] if line.strip()]
    return (counts.count(counts[0]), counts[0]) if counts and counts[0] else (0, 0)


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of a table, row by row.

    Raises:
        SourceError: there is no mapping that fits a table.
    """
    mapping = reading.mapping
    if mapping is None or mapping.quantity not in TABLE.manifest.quantities:
        raise SourceError(SourceTrouble.OTHER_FORMAT, "a table needs to be told what its columns are")
    if mapping.separator not in SEPARATORS or mapping.encoding not in ENCODINGS:
        raise SourceError(SourceTrouble.OTHER_FORMAT, "a table with another separator or encoding")
    convert(mapping.quantity, Decimal(1), mapping.unit)  # an unknown unit is no fault of any row
    return each(_rows(file, mapping), lambda row: _values(row, mapping), reading.report, "line {}")


def _rows(file: Bounded, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    buffered = cast("BinaryIO", io.BufferedReader(file, 1 << 16))
    reader = csv.reader(io.TextIOWrapper(buffered, encoding, newline=""), delimiter=mapping.separator)
    heading = mapping.heading
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise SourceError(
                    SourceTrouble.OTHER_FORMAT, "a row has too many columns", f"line {reader.line_num}"
                )
            if row and not heading:
                yield reader.line_num, row
            heading = heading and not row
    except UnicodeDecodeError as error:
        raise SourceError(SourceTrouble.DAMAGED, f"text that is not {mapping.encoding}") from error
    except csv.Error as error:
        place = f"line {reader.line_num}"
        raise SourceError(SourceTrouble.DAMAGED, "not a row of a table", place) from error


def _values(row: list[str], mapping: Mapping) -> Sequence[Measured]:
    columns = (mapping.time_column, mapping.value_column)
    if min(columns) < 0 or max(columns) >= len(row):
        raise damaged("the row has too few columns")
    text = row[mapping.value_column].strip()
    if not text:
        return ()
    told = number(_with_point(text) if mapping.decimal_comma else text)
    value = convert(mapping.quantity, told, mapping.unit)
    start = _moment(row[mapping.time_column].strip(), mapping)
    end = None if mapping.minutes is None else start + timedelta(minutes=mapping.minutes)
    return (measured(mapping.quantity, start, end, value),)


def _with_point(text: str) -> str:
    """A number with a decimal comma, and perhaps points between thousands, with a decimal point.

    Raises:
        SourceError: a point stands elsewhere, so that it may be a decimal point after all.
    """
    if not _WITH_COMMA.fullmatch(text):
        raise damaged("expected a number with a decimal comma")
    return text.replace(".", "").replace(",", ".")


def _moment(text: str, mapping: Mapping) -> datetime:
    if mapping.time_form is TimeForm.ISO:
        return moment(text, mapping.zone)
    if mapping.time_form is TimeForm.EPOCH:
        return from_epoch(number(text))
    for form in _FORMS[mapping.time_form]:
        try:
            told = datetime.strptime(text[:40], form)  # noqa: DTZ007 — the zone is that of the mapping
        except ValueError:
            continue
        return in_utc(told, mapping.zone)
    raise impossible_time(f"expected a time such as {mapping.time_form.value}")


TABLE: Final = Source(
    Manifest(
        name="table",
        title=Words("A table (CSV)", "Eine Tabelle (CSV)"),
        quantities=tuple(name for name in QUANTITIES if name != "visited-cell"),
        frequency=WHEN_UPLOADED,
        size=SMALL,
        right=PORTABILITY,
        granularities=OF_BODY,
        endings=(".csv", ".tsv", ".txt"),
    ),
    parse,
)
