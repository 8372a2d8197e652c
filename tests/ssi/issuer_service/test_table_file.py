"""A table out of any spreadsheet is read or refused with a remedy; nothing is guessed silently or lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.issuer_service.domain import table_file
from ssi.issuer_service.domain.error_table import HEADINGS, error_cells
from ssi.issuer_service.domain.spreadsheet_guard import as_it_was, harmless
from ssi.issuer_service.domain.table_file import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    read_table,
    write_table,
)
from ssi.issuer_service.errors import TableRefusedError

PLAIN = "id,name\n1,Müller\n"


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        (PLAIN.encode(), "UTF-8"),
        (PLAIN.encode("utf-8-sig"), "UTF-8"),
        (PLAIN.encode("utf-16"), "UTF-16"),
        (PLAIN.encode("cp1252"), "Windows-1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "windows"],
)
def test_the_encoding_is_recognised_and_told(encoded, encoding):
    table = read_table(encoded)

    assert (table.headings, table.rows[0].cells, table.encoding) == (
        ("id", "name"),
        ("1", "Müller"),
        encoding,
    )


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_recognised_even_beside_others_in_quotes(sign):
    table = read_table(f'id{sign}"a, b; c"\n1{sign}2\n'.encode())

    assert table.headings == ("id", "a, b; c")
    assert table.rows[0].cells == ("1", "2")


def test_rows_are_numbered_as_the_spreadsheet_does_blank_ones_counted():
    table = read_table(b'id,note\n1,"two\nlines"\n\n3,c\n')

    assert [(row.number, row.cells[0]) for row in table.rows] == [(2, "1"), (4, "3")]


def test_a_row_of_another_length_is_kept_for_its_own_error():
    assert read_table(b"a,b\n1\n1,2,3\n").rows[1].cells == ("1", "2", "3")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a,b\n", "no records"),
        (b"a,b\n1,\x002\n", "no text table"),
        (b"PK\x03\x04\x00\x00\x81", "no text table"),
        (b"a\xff\x81\x8d,b\n1,2\n", "no text table"),
        (b"a,a\n1,2\n", "stands twice"),
        (b"a,\n1,2\n", "column 2: the heading is empty"),
        (b'a,b\n"1,2\n', "row 2: a quoted cell"),
        (b'a,b\n"1"x,2\n', "row 2: a quoted cell"),
        (b"a,b\n1," + b"x" * 2001 + b"\n", "row 2: a cell has more than"),
        (b"a,b\n1," + b"x" * 140_000 + b"\n", "row 2"),
        (b"a\n" + b"," * 300 + b"x\n", "more than 200 columns"),
        (b"x" * (MAX_BYTES + 1), "MiB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_the_place_and_the_remedy(raw, said):
    with pytest.raises(TableRefusedError, match=said):
        read_table(raw)


def test_too_many_records_are_refused(monkeypatch):
    monkeypatch.setattr(table_file, "MAX_ROWS", 3)

    assert len(read_table(b"a\n1\n2\n3\n").rows) == 3
    with pytest.raises(TableRefusedError, match="more than 3 records"):
        read_table(b"a\n1\n2\n3\n4\n")
    assert MAX_ROWS >= 10_000


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused_by_name(raw):
    try:
        table = read_table(raw)
    except TableRefusedError:
        return
    assert table.headings
    assert table.rows


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N"))), min_size=2, max_size=2))
)
def test_what_is_written_is_read_back(rows):
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    raw = write_table(("a", "b"), iter([*kept, ["1", "2"]]))

    assert [list(row.cells) for row in read_table(raw).rows] == [
        *([c.strip() for c in row] for row in kept),
        ["1", "2"],
    ]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "@cmd", "-2+3", "\tx", "-cmd|' /C calc'!A0", "＝1+1", "'=1+1"],
)
def test_a_cell_or_heading_that_a_spreadsheet_would_run_is_made_harmless(cell):
    cells = list(csv.reader(io.StringIO(write_table((cell,), iter([[cell]])).decode("utf-8-sig"))))

    assert cells == [[f"'{cell}"], [f"'{cell}"]]


@pytest.mark.parametrize("separator", [";", "|", "\t", "\r", "\n"])
@pytest.mark.parametrize("formula", ["=1+1", "'=1+1", '"=1+1"', "-2+3", "-2x", "@cmd", "＝1"])
def test_no_part_of_a_cell_runs_where_a_spreadsheet_splits_it_at_another_separator(separator, formula):
    assert harmless(f"x{separator}{formula}{separator}y") == f"x{separator}'{formula}{separator}y"
    assert harmless(f"{separator}{formula}").lstrip("'") == f"{separator}'{formula}"


@pytest.mark.parametrize("cell", ["a;b", "a\n\nb", "a|-1.5|-2", "a;'b", 'say "x"; "y"', "a=b"])
def test_what_runs_nowhere_stays_as_it_is(cell):
    assert harmless(cell) == cell


@given(st.text(st.sampled_from("'=-@.1a ;|\t\r\n\"－"), max_size=12))
def test_a_cell_that_was_made_harmless_is_given_back(cell):
    assert as_it_was(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["-1.5", "-0,5", "12", "abc"])
def test_numbers_and_words_stay_as_they_are(cell):
    assert cell in write_table(("a",), iter([[cell]])).decode("utf-8-sig").splitlines()[1].strip('"')


_CELLS = st.text(st.sampled_from("'=+-@,.1aö ;|\n\""), max_size=6).map(str.strip)


def _report(headings, rows):
    """Rows as they are written when each was refused."""
    told = (error_cells(number, ["a"], ["wrong"]) for number in range(2, len(rows) + 2))
    return write_table((*HEADINGS, *headings), ([*said, *row] for said, row in zip(told, rows, strict=True)))


@given(st.lists(st.lists(_CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_table_of_errors_is_read_as_the_table_that_it_was_made_of(rows):
    headings = ("=a", "'+b", "c")
    read = read_table(_report(headings, rows))
    again = read_table(_report(read.headings, [row.cells for row in read.rows]))

    assert (read.headings, again.headings) == (headings, headings)
    assert [row.cells for row in again.rows] == [tuple(row) for row in rows]


def test_what_another_table_holds_is_read_to_the_letter():
    table = read_table(b"error,'=a\n'=1,'+2\n")

    assert (table.headings, table.rows[0].cells) == (("error", "'=a"), ("'=1", "'+2"))


def test_a_column_of_ones_own_that_is_called_error_is_kept():
    table = read_table(_report(("error", "a"), [("1", "2")]))

    assert (table.headings, table.rows[0].cells) == (("error", "a"), ("1", "2"))


def test_the_largest_table_can_come_back_with_its_errors():
    headings = [f"c{number}" for number in range(MAX_COLUMNS)]
    said = error_cells(2, headings, [f"{heading}: expected a number" for heading in headings])
    row = ["=" + "x" * (MAX_CELL - 1)] * MAX_COLUMNS

    table = read_table(write_table((*HEADINGS, *headings), iter([[*said, *row]])))

    assert table.rows[0].cells == tuple(row)
