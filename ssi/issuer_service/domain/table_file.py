"""How is a table read that came out of somebody's spreadsheet? As RFC 4180 and its well-known relatives.

The encoding is told by a byte order mark, or is UTF-8 if it can be, or Windows-1252 otherwise; the separator
is the one of comma, semicolon, tab and bar that stands most often in the first line. What was recognised is
part of the answer, so that a person can see it. Sizes are bounded before anything is parsed. A table of
errors that this office wrote (`error_table`) is read as the table that it was made of.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ssi.issuer_service.domain.error_table import without_errors
from ssi.issuer_service.domain.spreadsheet_guard import harmless
from ssi.issuer_service.errors import TableRefusedError

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 2_000
FIRST_ROW = 2
"""The number of the first record, as spreadsheets count: the headings are row 1."""
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_Record = tuple[int, tuple[str, ...]]
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


@dataclass(frozen=True)
class TableRow:
    """One record with the number that a spreadsheet shows beside it; its cells have no blanks around them."""

    number: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class TableFile:
    """A table: headings, records, how it was recognised, and notes on what was left out of it."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...] = field(repr=False)
    encoding: str
    separator: str
    notes: tuple[str, ...] = ()


def read_table(raw: bytes) -> TableFile:
    """Read a table with headings. Records that have fewer or more cells than headings are kept as they are.

    Raises:
        TableRefusedError: too long, empty, not text, without headings or records, a heading that is empty or
            stands twice, quotes that do not match, or a cell that is too long; the message says what to do.
    """
    if len(raw) > MAX_BYTES:
        raise TableRefusedError(f"the file has more than {MAX_BYTES // 2**20} MiB: split it")
    text, encoding = _decoded(raw)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = _separator(first)
    numbered = _sized(without_errors(_records(text, separator)))
    headings = next(numbered, None)
    if headings is None:
        raise TableRefusedError("the file is empty: export it again, with the headings in the first row")
    rows = tuple(TableRow(number, cells) for number, cells in numbered)
    if not rows:
        raise TableRefusedError("there are headings and no records: the first record belongs in row 2")
    return TableFile(_checked(headings[1]), rows, _NAMES[encoding], _SEPARATORS[separator])


def write_table(headings: Sequence[str], rows: Iterator[Sequence[str]]) -> bytes:
    """A table as RFC 4180 wants it, in UTF-8 with a byte order mark, which spreadsheets look for.

    A cell or heading that a spreadsheet would take for a formula is given an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([harmless(cell) for cell in row] for row in (headings, *rows))
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _decoded(raw: bytes) -> tuple[str, str]:
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text, encoding
    raise TableRefusedError(
        "the file is no text table: save it as CSV (UTF-8), not as a workbook such as .xlsx or .ods"
    )


def _separator(first: str) -> str:
    unquoted = "".join(first.split('"')[::2])
    found = max(_SEPARATORS, key=unquoted.count)
    return found if found in unquoted else ","


def _records(text: str, separator: str) -> Iterator[_Record]:
    """Records that are not blank, with their numbers from 1; blank ones are counted, as spreadsheets do."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number, taken = 0, 0
    try:
        for cells in reader:
            number += 1
            stripped = tuple(cell.strip() for cell in cells)
            if not any(stripped):
                continue
            taken += 1
            if taken > MAX_ROWS + 1:
                raise TableRefusedError(f"the file has more than {MAX_ROWS:,} records: split it")
            yield number, stripped
    except csv.Error as error:
        raise TableRefusedError(
            f"row {number + 1}: a quoted cell does not end as it should: put quotes in it twice"
        ) from error


def _sized(records: Iterator[_Record]) -> Iterator[_Record]:
    for number, cells in records:
        if len(cells) > MAX_COLUMNS:
            raise TableRefusedError(
                f"row {number}: more than {MAX_COLUMNS} columns: leave out what is not needed"
            )
        if any(len(cell) > MAX_CELL for cell in cells):
            raise TableRefusedError(f"row {number}: a cell has more than {MAX_CELL} characters: shorten it")
        yield number, cells


def _checked(headings: tuple[str, ...]) -> tuple[str, ...]:
    for place, heading in enumerate(headings, start=1):
        if not heading or not heading.isprintable():
            raise TableRefusedError(f"row 1, column {place}: the heading is empty: give the column a name")
        if heading in headings[: place - 1]:
            raise TableRefusedError(f"row 1, column {place}: the heading {heading[:80]!r} stands twice")
    return headings
