"""Take an Open Badge out of the picture that carries it (Open Badges 3.0 §5.3): PNG or SVG, from anybody.

What comes out is unverified: a document with a proof, or a JWS. Nothing is inflated, no entity is resolved,
and nothing is fetched.
"""

import re
from typing import Final
from xml.parsers import expat

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from ssi.errors import NoBadgeInPictureError, UnreadablePictureError
from ssi.open_badge_image import KEYWORD, NAMESPACE
from ssi.png import SIGNATURE, read_chunks

MAX_PICTURE: Final = 8_000_000
MAX_BADGE: Final = 1_000_000
_MOST_DEPTH: Final = 100
_MOST_ELEMENTS: Final = 100_000
_ELEMENT: Final = f"{NAMESPACE} credential"
_PREFIX: Final = KEYWORD.encode() + b"\0"
_TEXT_FIELDS: Final = 3
_JWS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

UnverifiedBadge = dict[str, Json] | str


def unbake(picture: bytes) -> UnverifiedBadge:
    """The one badge in a picture: a JSON document, or the text of a JWS.

    Raises:
        UnreadablePictureError: neither PNG nor SVG, damaged, more than `MAX_PICTURE` bytes, or XML with a
            document type, which could hold entities.
        NoBadgeInPictureError: no badge, more than one, a compressed one, which §5.3.1 forbids, one of more
            than `MAX_BADGE` bytes, or one that is neither JSON nor a JWS.
    """
    if len(picture) > MAX_PICTURE:
        raise UnreadablePictureError(f"expected a picture of at most {MAX_PICTURE} bytes, got {len(picture)}")
    carried = _texts_of_png(picture) if picture.startswith(SIGNATURE) else _texts_of_svg(picture)
    if len(carried) != 1:
        raise NoBadgeInPictureError(f"expected one badge in the picture, got {len(carried)}")
    return _badge(carried[0])


def _badge(text: str) -> UnverifiedBadge:
    text = text.strip()
    if len(text.encode()) > MAX_BADGE:
        raise NoBadgeInPictureError(f"expected a badge of at most {MAX_BADGE} bytes")
    if text.startswith("{"):
        try:
            document = parse_json(text)
        except MalformedError as error:
            raise NoBadgeInPictureError(f"the badge is no JSON: {error}") from error
        if isinstance(document, dict):
            return document
    if _JWS.fullmatch(text):
        return text
    raise NoBadgeInPictureError("the badge is neither a JSON document nor a JWS")


def _texts_of_png(picture: bytes) -> list[str]:
    found = [chunk.data for chunk in read_chunks(picture) if chunk.type == b"iTXt"]
    return [_international(data[len(_PREFIX) :]) for data in found if data.startswith(_PREFIX)]


def _international(rest: bytes) -> str:
    """The text of an `iTXt` chunk after its keyword (PNG §11.3.3.4)."""
    if rest[:1] != b"\0":
        raise NoBadgeInPictureError("the badge in the PNG picture is compressed, which is not allowed")
    parts = rest[2:].split(b"\0", _TEXT_FIELDS - 1)  # the language, the translated keyword, the text
    if len(rest) < 2 or len(parts) != _TEXT_FIELDS:  # noqa: PLR2004 — the flag and the method
        raise NoBadgeInPictureError("the chunk with the badge is not as PNG has it")
    try:
        return parts[2].decode()
    except UnicodeDecodeError as error:
        raise NoBadgeInPictureError("the badge in the PNG picture is not UTF-8") from error


def _texts_of_svg(picture: bytes) -> list[str]:
    reader = _SvgReader()
    try:
        reader.read(picture)
    except expat.ExpatError as error:
        raise UnreadablePictureError("expected a PNG or SVG picture, got something else") from error
    return reader.found


class _SvgReader:
    """Collects what stands in elements `openbadges:credential`: their text, or the attribute `verify`."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._depth = 0
        self._elements = 0
        self._inside = 0
        self._text: list[str] = []

    def read(self, picture: bytes) -> None:
        """Go through it once.

        Raises:
            ExpatError: it is no well-formed XML in UTF-8 or UTF-16.
            UnreadablePictureError: a document type, another root, or more or deeper elements than are read.
        """
        parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(picture, True)

    def _doctype(self, *_about: object) -> None:
        raise UnreadablePictureError("the SVG picture has a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _MOST_DEPTH or self._elements > _MOST_ELEMENTS:
            raise UnreadablePictureError("the SVG picture has too many elements")
        if self._depth == 1 and name != "http://www.w3.org/2000/svg svg":
            raise UnreadablePictureError("expected an SVG picture, got other XML")
        if name == _ELEMENT and not self._inside:
            self._inside, self._text = self._depth, [attributes.get("verify", "")]

    def _end(self, _name: str) -> None:
        if self._inside == self._depth:
            self.found.append("".join(self._text))
            self._inside = 0
        self._depth -= 1

    def _characters(self, text: str) -> None:
        if self._inside == self._depth:
            self._text.append(text)
