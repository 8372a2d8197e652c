"""One form for each document, and nothing that two readers could read differently."""

import base64
import hashlib
import json
import math
from enum import IntEnum, StrEnum

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import (
    MAX_DEPTH,
    b64url_decode,
    b64url_encode,
    canonical_json,
    digest_of,
    parse_json,
    sha256,
)
from crypto.errors import MalformedError

few = settings(max_examples=60)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@few
@given(st.binary(max_size=70))
def test_base64url_without_padding_round_trips(raw):
    encoded = b64url_encode(raw)

    assert encoded == base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert b64url_decode(encoded, length=len(raw)) == raw


@few
@given(st.text(max_size=6))
def test_any_text_is_one_canonical_spelling_or_refused(text):
    try:
        raw = b64url_decode(text)
    except MalformedError:
        return
    assert b64url_encode(raw) == text


@pytest.mark.parametrize("text", ["QQ==", "QQ=", "Q", "QR", "++++", "////", "QU JD", "QUJD\n", "é", "\ud800"])
def test_other_spellings_of_base64_are_refused(text):
    with pytest.raises(MalformedError):
        b64url_decode(text)


def test_bytes_of_another_length_are_refused():
    with pytest.raises(MalformedError, match="expected 3 bytes, got 2"):
        b64url_decode("QUI", length=3)


@few
@given(documents)
def test_canonical_json_round_trips(document):
    assert parse_json(canonical_json(document)) == document


@few
@given(documents)
def test_equal_documents_have_equal_digests(document):
    copied = json.loads(json.dumps(document))

    assert digest_of(copied) == digest_of(document)
    assert digest_of(document) == b64url_encode(hashlib.sha256(canonical_json(document)).digest())


class Letter(StrEnum):
    A = "a"


class Number(IntEnum):
    ONE = 1


any_texts = st.text(max_size=6) | st.text(
    st.sampled_from('"\\\x00\x1f\x7f\b\n\u2028\ue000\U00010000/'), max_size=6
)
leaves = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from([2**53 - 1, 2**53, 1 - 2**53, -(2**53), Letter.A, Number.ONE, b"", 1.5, 1e21, -0.0])
    | any_texts
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(any_texts | st.integers() | st.none() | st.just(Letter.A), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(anything)
def test_the_fast_way_writes_what_the_reference_writes_or_refuses(document):
    try:
        expected = rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeError, TypeError):
        with pytest.raises(MalformedError):
            canonical_json(document)
        return
    assert canonical_json(document) == expected


def test_names_sort_by_utf_16_units_also_beyond_the_basic_plane():
    document = {"\U00010000": 1, "\ue000": 2}

    assert canonical_json(document) == b'{"\xf0\x90\x80\x80":1,"\xee\x80\x80":2}'


def test_the_example_of_rfc_8785_has_its_canonical_form():
    document = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    assert canonical_json(document).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53, -(2**53), {1: 2}, {1, 2}, b"raw", "\ud800", {"\udfff": 1}, object()]
)
def test_values_without_a_json_form_are_refused(value):
    with pytest.raises(MalformedError):
        canonical_json(value)


def test_a_bottomless_document_is_refused():
    document: list[object] = []
    for _ in range(100_000):
        document = [document]

    with pytest.raises(MalformedError):
        canonical_json(document)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b'["\\ude00\\ud83d"]',
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"01",
        b"'a'",
        "\ud800",
    ],
    ids=range(19),
)
def test_json_that_two_parsers_could_read_differently_is_refused(raw):
    with pytest.raises(MalformedError):
        parse_json(raw)


def test_an_escaped_surrogate_pair_is_one_character():
    assert parse_json(b'"\\ud83d\\ude00"') == "😀"


def test_documents_may_be_nested_to_the_limit_and_no_deeper():
    assert parse_json("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH) is not None
    with pytest.raises(MalformedError, match="nested"):
        parse_json("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "text", ["[" * 100, '\\" [' * 100, "[]" * 100, '"' * 101 + "[" * 100, "\\" * 5 + "]" * 100 + "{" * 100]
)
def test_brackets_in_texts_and_side_by_side_are_no_depth(text):
    document = {"a": text, "b": [[] for _ in range(200)]}

    assert parse_json(json.dumps(document)) == document


@pytest.mark.parametrize(
    "raw", ['"' + '\\"' * 400_000 + "[" * 70, '"' * 400_001 + "[" * 70, "\\" * 10**6 + "[" * 70], ids=range(3)
)
def test_unfinished_texts_are_refused_in_linear_time(raw):
    with pytest.raises(MalformedError):
        parse_json(raw)


@pytest.mark.parametrize("raw", ['"éé"', '"éé"'.encode()])
def test_the_size_is_counted_in_bytes(raw):
    assert parse_json(raw, max_bytes=6) == "éé"
    with pytest.raises(MalformedError, match="at most 5"):
        parse_json(raw, max_bytes=5)


def test_a_hash_is_over_the_concatenated_parts():
    assert sha256(b"ab", b"", b"c") == hashlib.sha256(b"abc").digest()
