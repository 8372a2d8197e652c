"""What a measured value becomes, and what comes back from the bytes it is kept in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError
from tests.wallet.fakes import NOW
from tests.wallet.streaming import HEART, pulse, used
from wallet.domain.columns import STEP, Columns, columns_of, pack, shrink, unpack, unshrink
from wallet.domain.measured import Measured
from wallet.domain.number_ranges import MOST_RANGES, NumberRanges
from wallet.domain.reading import EARLIEST, LATEST, MOMENT, Reading, are_kept, milliseconds, reading_of
from wallet.domain.segment import Older, Segment
from wallet.domain.stream import Stream, part_of
from wallet.errors import UnfitReadingError

ROW = "00000000-0000-4000-8000-000000000000"
values = st.decimals(allow_nan=False, allow_infinity=False).filter(lambda value: are_kept((value,)))
readings = st.builds(
    Reading,
    st.integers(EARLIEST, LATEST - 1_000),
    st.one_of(st.just(MOMENT), st.integers(1, 900)),
    values,
)
in_order = st.lists(readings, min_size=1, max_size=30, unique_by=lambda each: each[:2]).map(sorted)


def test_a_moment_has_no_length_and_an_interval_has_one():
    assert reading_of(pulse(NOW, "61.50")) == Reading(milliseconds(NOW), MOMENT, Decimal("61.50"))
    assert reading_of(used(NOW, 2)).length == 3_600_000
    assert reading_of(used(NOW, 2)).end == NOW + timedelta(hours=1)
    assert reading_of(pulse(NOW)).end is None


def test_an_interval_that_ends_where_it_begins_is_a_moment():
    assert reading_of(pulse(NOW)._replace(end=NOW)).length == MOMENT


def test_the_same_moment_in_another_zone_is_the_same_moment():
    vienna = NOW.astimezone(timezone(timedelta(hours=1)))

    assert reading_of(pulse(vienna)) == reading_of(pulse(NOW))


@pytest.mark.parametrize(
    "measured",
    [
        Measured("phlogiston", NOW, None, Decimal(1)),
        Measured(HEART, NOW, None, Decimal(1), "x" * 101),
        Measured(HEART, NOW.replace(tzinfo=None), None, Decimal(1)),
        Measured(HEART, NOW, NOW - timedelta(milliseconds=1), Decimal(1)),
        Measured(HEART, NOW, NOW.replace(year=2300), Decimal(1)),
        Measured(HEART, datetime(1899, 12, 31, tzinfo=UTC), None, Decimal(1)),
        Measured(HEART, datetime(2200, 1, 1, tzinfo=UTC), None, Decimal(1)),
        *(pulse(NOW, value) for value in ("NaN", "Infinity", "sNaN", "1E+21", "1E-21", "1." + "1" * 40)),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_by_name(measured):
    with pytest.raises(UnfitReadingError):
        reading_of(measured)


@given(in_order, st.data())
def test_a_segment_is_read_back_with_every_digit(found, data):
    older = [Older(each, data.draw(st.integers(EARLIEST, LATEST - 1))) for each in found[:3]]
    segment = Segment(ROW, columns_of(found), tuple(older))

    again = Segment.from_document(parse_json(canonical_json(segment.to_document())), ROW, 0)

    assert again == segment
    assert list(map(str, again.columns.values)) == [str(each.value) for each in found]


def test_the_size_of_a_segment_tells_little():
    calm = columns_of([Reading(index * 1_000, MOMENT, Decimal(60)) for index in range(4_000)])
    wild = columns_of(
        [
            Reading(index * 1_000 + index * index % 7, MOMENT, Decimal(index * 7919 % 97))
            for index in range(3_000)
        ]
    )

    assert len(shrink((pack(calm),))) == len(shrink((pack(wild),))) == STEP


@pytest.mark.parametrize(
    "columns",
    [
        Columns((2, 1), (MOMENT, MOMENT), (Decimal(1), Decimal(1))),
        Columns((1, 1), (MOMENT, MOMENT), (Decimal(1), Decimal(2))),
        Columns((1,), (0,), (Decimal(1),)),
        Columns((1,), (-2,), (Decimal(1),)),
        Columns((LATEST,), (MOMENT,), (Decimal(1),)),
        Columns((1,), (LATEST,), (Decimal(1),)),
        Columns((1,), (MOMENT,), (Decimal("NaN"),)),
        Columns((1,), (MOMENT,), (Decimal("1E+9999"),)),
        Columns((1,), (MOMENT,), (Decimal(1),), (1,)),
        Columns((), (), ()),
    ],
    ids=str,
)
def test_columns_that_are_no_readings_are_refused(columns):
    document = {"columns": b64url_encode(shrink((pack(columns), pack(Columns((), (), ())))))}

    with pytest.raises(MalformedError):
        Segment.from_document(document, ROW, 0)


GOOD = pack(columns_of([Reading(1, MOMENT, Decimal(1))]))


@pytest.mark.parametrize("raw", [b"", b"\x01" * 16, GOOD[:-1], GOOD + b"\n2", GOOD[:20], GOOD[:-1] + b"\xff"])
def test_bytes_that_are_no_columns_are_refused(raw):
    with pytest.raises(MalformedError):
        unpack(raw)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"",
        lambda raw: raw[:-1] + b"x",
        lambda raw: raw[:6],
        lambda raw: b"\xff\xff\xff\xff" + raw[4:],
        lambda raw: raw[:4] + b"\x00" + raw[5:],
    ],
)
def test_bytes_that_do_not_open_are_refused(change):
    with pytest.raises(MalformedError):
        unshrink(change(shrink((GOOD,))))


def test_bytes_that_grow_without_end_are_refused():
    with pytest.raises(MalformedError):
        unshrink(shrink((bytes(65 * 1024 * 1024),)))


def _stream(**changes):
    segment = Segment(ROW, columns_of([Reading(5, MOMENT, Decimal("1.50")), Reading(9, 3, Decimal(2))]))
    stream = Stream(ROW, HEART, "watch", "left wrist", (part_of(segment),), Reading(9, 3, Decimal(2)), 4)
    return replace(stream, seen=NumberRanges(((1, 3), (7, 7))), **changes)


@pytest.mark.parametrize("stream", [_stream(), Stream(ROW, HEART, "watch")])
def test_a_stream_is_read_back(stream):
    document = parse_json(canonical_json(stream.to_document()))

    assert Stream.from_document(document, ROW, 0) == stream


PART = [ROW, 5, 9, 2, "3.50", "1.50", "2"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("quantity", "phlogiston"),
        ("source", ""),
        ("instrument", 3),
        ("instrument", "x" * 101),
        ("parts", [PART[:-1]]),
        ("parts", [["x", *PART[1:]]]),
        ("parts", [[ROW, 9, 5, *PART[3:]]]),
        ("parts", [[ROW, 5, 9, 0, *PART[4:]]]),
        ("parts", [[ROW, 5, LATEST, *PART[3:]]]),
        ("parts", [[ROW, True, 9, *PART[3:]]]),
        ("parts", [[*PART[:-1], "NaN"]]),
        ("parts", [[*PART[:-1], "one"]]),
        ("parts", [PART, PART]),
        ("latest", [1, 2]),
        ("latest", [1, -2, "1"]),
        ("corrected", -1),
        ("seen", [[3, 1]]),
        ("seen", [[1]]),
        ("surplus", 1),
    ],
)
def test_a_document_that_is_no_stream_is_refused(member, value):
    with pytest.raises(MalformedError):
        Stream.from_document({**_stream().to_document(), member: value}, ROW, 0)


@given(st.lists(st.integers(0, 60)), st.lists(st.integers(0, 60)))
def test_numbers_that_were_seen_are_known_and_no_others(first, second):
    ranges = NumberRanges().adding(first).adding(second)

    assert [number for number in range(61) if number in ranges] == sorted({*first, *second})
    assert all(
        later[0] > earlier[1] + 1 for earlier, later in zip(ranges.ranges, ranges.ranges[1:], strict=False)
    )


def test_of_too_many_ranges_the_newest_are_remembered():
    ranges = NumberRanges().adding(range(0, 2 * MOST_RANGES + 2, 2))

    assert len(ranges.ranges) == MOST_RANGES
    assert 0 not in ranges
    assert 2 * MOST_RANGES in ranges
    assert "2" not in ranges


def test_the_padding_is_part_of_what_is_kept():
    document = Segment(ROW, columns_of([Reading(5, MOMENT, Decimal(1))])).to_document()

    assert len(b64url_decode(str(document["columns"]))) == STEP
