"""What is baked into a picture comes out of it, and nothing else comes out of any bytes."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ssi.errors import NoBadgeInPictureError, UnreadablePictureError
from ssi.open_badge_image import KEYWORD, NAMESPACE, bake_png, bake_svg
from ssi.open_badge_unbake import MAX_BADGE, MAX_PICTURE, unbake
from ssi.png import MOST_CHUNKS, SIGNATURE, Chunk, international_text, read_chunks, write_png

BADGE: dict[str, Any] = {"type": ["VerifiableCredential"], "name": "Bachelor ]]> & <b>", "proof": {"x": 1}}
PNG = bake_png(BADGE, name="Bachelor", issuer="University")
SVG = bake_svg(BADGE, name="Bachelor", issuer="University")
JWS = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
REFUSED = (UnreadablePictureError, NoBadgeInPictureError)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def png_with(*texts: Chunk) -> bytes:
    """A small picture with these chunks."""
    return write_png([b"\0"], [(0, 0, 0, 255)], texts)


def svg_with(inside: str, *, head: str = "") -> bytes:
    """A small picture with this in it."""
    space = f'xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}"'
    return f"{head}<svg {space}>{inside}</svg>".encode()


@given(st.dictionaries(TEXTS, JSON, max_size=4), TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_what_is_baked_comes_out(document: dict[str, Any], name: str, issuer: str):
    assert unbake(bake_png(document, name=name, issuer=issuer)) == document
    assert unbake(bake_svg(document, name=name, issuer=issuer)) == document


def test_the_png_is_a_picture_that_any_viewer_shows():
    chunks = list(read_chunks(PNG))

    assert [chunk.type for chunk in chunks] == [
        b"IHDR", b"PLTE", b"tRNS", b"iTXt", b"iTXt", b"iTXt", b"IDAT", b"IEND",
    ]  # fmt: skip
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", chunks[0].data)
    assert (depth, colours) == (8, 3)
    pixels = zlib.decompress(chunks[-2].data)
    assert len(pixels) == height * (width + 1)
    assert set(pixels) == {0, 1, 2}
    assert chunks[3].data.startswith(KEYWORD.encode() + b"\0\0\0\0\0{")
    assert chunks[4].data == b"Title\0\0\0\0\0Bachelor"


@pytest.mark.parametrize(
    "picture",
    [
        png_with(international_text(KEYWORD, JWS)),
        svg_with(f'<openbadges:credential verify="{JWS}"/>'),
        svg_with(f"<g><openbadges:credential> {JWS} </openbadges:credential></g>"),
    ],
)
def test_a_jws_comes_out_as_its_text(picture: bytes):
    assert unbake(picture) == JWS


def test_a_png_whose_badge_has_a_language_and_a_translated_keyword_is_read():
    chunk = Chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0de\0Abzeichen\0{}")

    assert unbake(png_with(chunk)) == {}


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"GIF89a",
        b"{}",
        SIGNATURE,
        PNG[:-1],
        PNG[:60],
        PNG + b"\0",
        PNG.replace(b"iTXt", b"iTXT", 1),
        SIGNATURE + PNG[8 + 25 :],
        SIGNATURE + PNG[8 : 8 + 25] * 2 + PNG[8 + 25 :],
        PNG[: 8 + 25] + b"\xff\xff\xff\xff" + PNG[8 + 29 :],
        png_with(*[Chunk(b"tEXt", b"")] * MOST_CHUNKS),
        PNG[:8] + b"\0" * MAX_PICTURE,
        SVG[:-8],
        SVG.replace(b"2000/svg", b"1999/xhtml", 1),
        svg_with("<g>" * 101 + "</g>" * 101),
        svg_with("<g/>" * 100_001),
        svg_with("&a;", head='<!DOCTYPE svg [<!ENTITY a "b">]>'),
        svg_with("", head='<!DOCTYPE svg SYSTEM "file:///etc/passwd">'),
        svg_with("", head='<?xml version="1.0" encoding="utf-7"?>').replace(b"svg>", b"svg>\xff"),
    ],
    ids=lambda picture: repr(picture[:24]),
)
def test_what_cannot_be_read_as_a_picture_is_refused_by_name(picture: bytes):
    with pytest.raises(UnreadablePictureError):
        unbake(picture)


@pytest.mark.parametrize(
    "picture",
    [
        png_with(),
        png_with(international_text(KEYWORD, "{}"), international_text(KEYWORD, "{}")),
        png_with(international_text("openbadges", "{}")),
        png_with(Chunk(b"tEXt", KEYWORD.encode() + b"\0{}")),
        png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0" + zlib.compress(b"{}"))),
        png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0")),
        png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0\0")),
        png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0{}")),
        png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0\xff")),
        png_with(international_text(KEYWORD, "")),
        png_with(international_text(KEYWORD, "[]")),
        png_with(international_text(KEYWORD, '{"a":1,"a":2}')),
        png_with(international_text(KEYWORD, '{"a":' * 5000)),
        png_with(international_text(KEYWORD, "a.b")),
        png_with(international_text(KEYWORD, f'{{"a":"{"x" * MAX_BADGE}"}}')),
        svg_with(""),
        svg_with("<openbadges:credential/>" * 2),
        svg_with("<openbadges:credential><g>{}</g></openbadges:credential>"),
        svg_with('<credential xmlns="https://elsewhere.example">{}</credential>'),
    ],
    ids=lambda picture: repr(picture[-40:]),
)
def test_a_picture_without_exactly_one_badge_is_refused_by_name(picture: bytes):
    with pytest.raises(NoBadgeInPictureError):
        unbake(picture)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_by_name(raw: bytes):
    for picture in (raw, SIGNATURE + raw, b"<svg xmlns='http://www.w3.org/2000/svg'>" + raw + b"</svg>"):
        with pytest.raises(REFUSED):
            unbake(picture)


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_a_chunk_of_any_bytes_gives_a_document_or_a_named_refusal(raw: bytes):
    picture = png_with(Chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0" + raw))
    try:
        found = unbake(picture)
    except NoBadgeInPictureError:
        return

    assert isinstance(found, dict | str)


@given(st.sampled_from([PNG, SVG]), st.integers(0, 5000), st.integers(1, 255))
@example(PNG, len(PNG) - 1, 1)
@settings(max_examples=400, deadline=None)
def test_a_changed_byte_gives_no_error_but_a_named_one(picture: bytes, at: int, change: int):
    spoiled = bytearray(picture)
    spoiled[at % len(picture)] ^= change
    try:
        found = unbake(bytes(spoiled))
    except REFUSED:
        return

    assert picture is SVG, "each chunk of a PNG has a check sum"
    assert isinstance(found, dict | str)
