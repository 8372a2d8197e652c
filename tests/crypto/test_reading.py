"""Documents are read member by member, and every error names its place."""

import math
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import Json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.reading import Fields, kind_of, utc_text


class Colour(Enum):
    RED = "red"


def fields(value: Json) -> Fields:
    return Fields.of({"member": value}, "thing")


def test_members_are_read_by_name_and_type():
    read = Fields.parse(
        b'{"t":"text","i":3,"b":true,"n":1.5,"x":"AQI","m":"2026-01-31T12:00:00Z","c":"red",'
        b'"s":{"t":"inner"},"l":[1,2],"w":["a","b"],"o":[{"t":"first"}],"z":null}',
        "thing",
    )

    assert read.text("t") == "text"
    assert read.integer("i", least=0, most=3) == 3
    assert read.boolean("b") is True
    assert read.number("n") == 1.5
    assert read.binary("x", length=2) == b"\x01\x02"
    assert read.moment("m") == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert read.choice("c", Colour) is Colour.RED
    assert read.section("s").text("t") == "inner"
    assert read.entries("l") == [1, 2]
    assert read.texts("w") == ("a", "b")
    assert [inner.where for inner in read.objects("o")] == ["thing.o[0]"]
    assert not read.has("z")
    assert not read.has("absent")
    read.done()


@pytest.mark.parametrize("value", [[], "text", 3, None, True])
def test_only_an_object_has_members(value):
    with pytest.raises(MalformedError, match="thing: expected an object"):
        Fields.of(value, "thing")


def test_a_broken_document_is_named():
    with pytest.raises(MalformedError, match="thing: not a JSON document"):
        Fields.parse(b"{", "thing")
    with pytest.raises(MalformedError, match="thing: expected an object, got a list"):
        Fields.parse(b"[]", "thing")


def test_a_missing_member_is_named():
    with pytest.raises(MalformedError, match=r"thing\.absent: missing"):
        fields(1).text("absent")


def test_a_member_that_nobody_read_is_refused():
    with pytest.raises(MalformedError, match="unknown member 'member'"):
        fields(1).done()


@pytest.mark.parametrize("value", ["", "x" * 6, 3, None, True, [], {}])
def test_a_text_has_a_length_within_bounds(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).text("member", max_length=5)


@pytest.mark.parametrize("value", [-1, 11, True, 1.0, "1", None])
def test_an_integer_is_within_bounds_and_no_truth_value(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).integer("member", least=0, most=10)


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_only_true_and_false_are_truth_values(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).boolean("member")


@pytest.mark.parametrize("value", [True, "1", None, math.nan, math.inf])
def test_a_number_is_a_finite_number(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).number("member")


@pytest.mark.parametrize("value", ["QQ==", "é", "QUJD", 3])
def test_binary_is_canonical_base64url_of_its_length(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).binary("member", length=2)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00+00:00",
        "2026-01-31T12:00:00.5Z",
        "2026-01-31T12:00Z",
        "20260131T120000Z",
        "2026-1-31T12:00:00Z",
        "2026-01-31 12:00:00Z",
        "2026-W05-6T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "0000-01-31T12:00:00Z",
        "２026-01-31T12:00:00Z",
        "now",
        7,
    ],
)
def test_a_moment_has_exactly_one_form(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).moment("member")


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)))  # noqa: DTZ001 — the zone is added below
def test_moments_round_trip_in_whole_seconds(naive):
    moment = naive.replace(tzinfo=UTC)

    assert fields(utc_text(moment)).moment("member") == moment.replace(microsecond=0)


def test_a_moment_of_another_zone_is_written_in_utc():
    noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    assert utc_text(noon) == "2026-07-01T10:00:00Z"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(OutOfRangeError):
        utc_text(datetime(2026, 7, 1))  # noqa: DTZ001 — the missing zone is the point


def test_an_unknown_choice_is_refused():
    with pytest.raises(MalformedError, match="unknown value 'blue'"):
        fields("blue").choice("member", Colour)


@pytest.mark.parametrize("value", [[1], [1, 2, 3, 4], "12", None])
def test_a_list_has_a_length_within_bounds(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).entries("member", least=2, most=3)


@pytest.mark.parametrize("value", [["a", "a"], ["a", ""], ["a", 3], ["a", "x" * 501]])
def test_texts_are_distinct_texts(value):
    with pytest.raises(MalformedError, match=r"thing\.member"):
        fields(value).texts("member")


def test_a_nested_member_is_named_with_its_whole_place():
    with pytest.raises(MalformedError, match=r"thing\.member\[1\]\.name: missing"):
        fields([{"name": "a"}, {}]).objects("member")[1].text("name")
    with pytest.raises(MalformedError, match=r"thing\.member: expected an object, got text"):
        fields("a").section("member")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true or false"),
        ("", "text"),
        ([], "a list"),
        ({}, "an object"),
        (1, "a number"),
    ],
)
def test_a_kind_is_named_without_the_value(value, kind):
    assert kind_of(value) == kind


@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
def test_a_text_with_a_nul_is_refused_because_not_every_database_keeps_it(text):
    with pytest.raises(MalformedError, match=r"thing\.member: expected text without NUL"):
        fields(text).text("member")
    with pytest.raises(MalformedError, match=r"thing\.member\[0\]: .* no NUL"):
        fields([text]).texts("member")
