"""Tables become values once a person said what their columns are."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.wallet.sources.files import MAPPING, VIENNA, taken, utc, values
from wallet.domain.table_mapping import Mapping, TimeForm
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.table import preview

GERMAN = Mapping(
    0,
    2,
    "energy-used",
    "kWh",
    VIENNA,
    time_form=TimeForm.DAY_FIRST,
    minutes=15,
    separator=";",
    decimal_comma=True,
)


def table(text: str, mapping: Mapping = MAPPING, encoding: str = "utf-8"):
    return values("table", text.encode(encoding), mapping=mapping)


def test_a_table_of_a_german_utility_is_read():
    raw = "Datum;Zähler;Verbrauch\n31.01.2026 00:15;1;0,125\n31.01.2026 00:30:00;1;1.234,5\n"
    found = table(raw, GERMAN)

    assert [value.value for value in found] == [Decimal("0.125"), Decimal("1234.5")]
    assert (found[0].start, found[0].end) == (utc("2026-01-30T23:15:00"), utc("2026-01-30T23:30:00"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234", 1234), ("1.234,5", 1234.5), ("0,125", 0.125), ("-3", -3), ("12.5", None), ("1,2,3", None)],
)
def test_a_point_beside_a_decimal_comma_is_one_of_thousands_or_refused(text, expected):
    mapping = replace(GERMAN, quantity="elevation", unit="m", minutes=None)
    found, report = taken("table", f"a;b;c\n31.01.2026;1;{text}\n31.01.2026;1;1\n".encode(), mapping=mapping)

    assert [float(value.value) for value in found] == ([1] if expected is None else [expected, 1])
    assert report.bad == (expected is None)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (TimeForm.ISO, "2026-01-31 12:00"),
        (TimeForm.ISO, "2026-01-31T11:00:00Z"),
        (TimeForm.ISO, "2026-01-31T12:00:00.0004+01:00"),
        (TimeForm.DAY_FIRST, "31.01.2026 12:00"),
        (TimeForm.DAY_FIRST, "31/01/2026 12:00:00"),
        (TimeForm.MONTH_FIRST, "01/31/2026 12:00"),
        (TimeForm.MONTH_FIRST, "01/31/2026 12:00 PM"),
        (TimeForm.EPOCH, "1769857200"),
        (TimeForm.EPOCH, "1769857200.0"),
    ],
)
def test_times_are_read_in_the_form_and_zone_of_the_mapping(form, text):
    (value,) = table(f"time,value\n{text},61\n", replace(MAPPING, time_form=form))

    assert value.start == utc("2026-01-31T11:00:00")


@pytest.mark.parametrize(
    ("unit", "expected"), [("mmol/L", "99.0858"), ("mg/dL", "5.5")], ids=["mmol/L", "mg/dL"]
)
def test_units_are_converted(unit, expected):
    mapping = replace(MAPPING, quantity="blood-glucose", unit=unit)

    assert [value.value for value in table("t,v\n2026-01-31 12:00,5.5\n", mapping)] == [Decimal(expected)]


def test_the_hour_that_autumn_repeats_is_the_first_and_that_of_spring_is_refused():
    (value,) = table("t,v\n2026-10-25 02:30,61\n")
    assert value.start == utc("2026-10-25T00:30:00")

    with pytest.raises(SourceError) as caught:
        table("t,v\n2026-03-29 02:30,61\n")
    assert caught.value.kind is SourceTrouble.IMPOSSIBLE_TIME


def test_rows_that_cannot_be_read_are_told_by_their_line_and_empty_cells_passed_over():
    raw = b"t,v\n2026-01-31 12:00,61\n2026-01-31 12:01\n\n2026-01-31 12:02,\nx,61\n2026-01-31 12:03,6x\n"
    found, report = taken("table", raw)

    assert len(found) == report.passed_over == 1
    assert [(bad.place, bad.kind) for bad in report.places] == [
        ("line 3", SourceTrouble.DAMAGED),
        ("line 6", SourceTrouble.IMPOSSIBLE_TIME),
        ("line 7", SourceTrouble.DAMAGED),
    ]


def test_a_table_without_a_heading_begins_with_its_first_row():
    assert len(table("2026-01-31 12:00,61\n", replace(MAPPING, heading=False))) == 1


def test_quoted_cells_and_the_mark_of_utf_8_are_read():
    assert len(table('\ufefft,v\n"2026-01-31 12:00","61"\n', MAPPING)) == 1


@pytest.mark.parametrize(
    ("mapping", "kind"),
    [
        (None, SourceTrouble.OTHER_FORMAT),
        (replace(MAPPING, quantity="mood"), SourceTrouble.OTHER_FORMAT),
        (replace(MAPPING, quantity="visited-cell", unit="{h3}"), SourceTrouble.OTHER_FORMAT),
        (replace(MAPPING, separator="x"), SourceTrouble.OTHER_FORMAT),
        (replace(MAPPING, encoding="utf-7"), SourceTrouble.OTHER_FORMAT),
        (replace(MAPPING, unit="furlong"), SourceTrouble.UNKNOWN_UNIT),
        (replace(MAPPING, value_column=7), SourceTrouble.DAMAGED),
        (replace(MAPPING, value_column=-1), SourceTrouble.DAMAGED),
        (replace(MAPPING, minutes=10**7), SourceTrouble.IMPOSSIBLE_TIME),
        (replace(MAPPING, minutes=-1), SourceTrouble.IMPOSSIBLE_TIME),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_by_kind(mapping, kind):
    with pytest.raises(SourceError) as caught:
        table("t,v\n2026-01-31 12:00,61\n", mapping)

    assert caught.value.kind is kind


def test_bytes_that_are_no_text_of_the_encoding_are_damage():
    with pytest.raises(SourceError) as caught:
        table("t,v\n2026-01-31 12:00,61 °\n", encoding="cp1252")

    assert caught.value.kind is SourceTrouble.DAMAGED


def test_a_row_with_thousands_of_columns_is_another_format():
    with pytest.raises(SourceError) as caught:
        table("," * 1000)

    assert caught.value.kind is SourceTrouble.OTHER_FORMAT


@pytest.mark.parametrize(
    ("raw", "separator", "comma", "encoding"),
    [
        (b"Zeit;Wert\n31.01.2026 12:00;1.234,5\n", ";", True, "utf-8"),
        ("Zeit;Wärme\n31.01.2026;1,5\n".encode("cp1252"), ";", True, "cp1252"),
        (b"time,value\n2026-01-31,1.5\n", ",", False, "utf-8"),
        (b"time\tvalue\n2026-01-31\t1,5\n", "\t", True, "utf-8"),
        (b"time|value\n2026-01-31|1\n", "|", False, "utf-8"),
    ],
)
def test_a_preview_guesses_how_a_table_is_written(raw, separator, comma, encoding):
    shown = preview(io.BytesIO(raw))

    assert (shown.separator, shown.decimal_comma, shown.encoding) == (separator, comma, encoding)
    assert [len(row) for row in shown.rows] == [2, 2]


def test_a_preview_shows_the_first_rows_and_leaves_the_file_at_its_beginning():
    file = io.BytesIO(b"time,value\n" + b"2026-01-31,1\n" * 100_000)
    shown = preview(file, most_rows=5)

    assert len(shown.rows) == 5
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("raw", "kind"), [(b" \n", SourceTrouble.EMPTY), (b"a\x00b", SourceTrouble.OTHER_FORMAT)]
)
def test_a_preview_of_no_table_is_refused(raw, kind):
    with pytest.raises(SourceError) as caught:
        preview(io.BytesIO(raw))

    assert caught.value.kind is kind


def test_amounts_last_as_long_as_the_mapping_says():
    (value,) = table("t,v\n2026-01-31 12:00,61\n", replace(MAPPING, minutes=60))

    assert value.end is not None
    assert value.end - value.start == timedelta(hours=1)
