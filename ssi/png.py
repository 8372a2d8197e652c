"""The chunks of a PNG picture (W3C PNG, third edition): written from pixels, and read with strict bounds.

Nothing is ever inflated here: a reader looks at the chunks, not at the picture.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ssi.errors import UnreadablePictureError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS: Final = 10_000
_HEADER_BYTES: Final = 13
_FRAME_BYTES: Final = 12
_INDEXED: Final = 3
_BITS: Final = 8


class Chunk(NamedTuple):
    """One chunk: four letters and what is in it."""

    type: bytes
    data: bytes


def write_png(
    rows: Sequence[bytes], palette: Sequence[tuple[int, int, int, int]], texts: Sequence[Chunk]
) -> bytes:
    """A picture of one byte a pixel, each an index into the palette of red, green, blue and alpha.

    `texts` stand before the pixels, where readers that stop early find them.
    """
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), _BITS, _INDEXED, 0, 0, 0)
    colours = b"".join(bytes(colour[:3]) for colour in palette)
    alphas = bytes(colour[3] for colour in palette)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), level=9)
    chunks = [
        Chunk(b"IHDR", header),
        Chunk(b"PLTE", colours),
        Chunk(b"tRNS", alphas),
        *texts,
        Chunk(b"IDAT", pixels),
        Chunk(b"IEND", b""),
    ]
    return SIGNATURE + b"".join(map(_framed, chunks))


def international_text(keyword: str, text: str) -> Chunk:
    """An uncompressed `iTXt` chunk without language and translation (§11.3.3.4); the keyword is ASCII."""
    return Chunk(b"iTXt", keyword.encode("ascii") + b"\0\0\0\0\0" + text.encode())


def read_chunks(picture: bytes) -> Iterator[Chunk]:
    """All chunks of a picture, in order.

    Raises:
        UnreadablePictureError: the signature, the first or the last chunk is missing, a length goes beyond
            the end, a check sum is wrong, bytes follow the end, or there are more than `MOST_CHUNKS`.
    """
    if not picture.startswith(SIGNATURE):
        raise UnreadablePictureError("expected a PNG picture, got something else")
    at = len(SIGNATURE)
    for number in range(MOST_CHUNKS):
        chunk = _chunk(picture, at)
        if (number == 0) != (chunk.type == b"IHDR") or (number == 0 and len(chunk.data) != _HEADER_BYTES):
            raise UnreadablePictureError("the PNG picture does not begin with one header")
        at += _FRAME_BYTES + len(chunk.data)
        yield chunk
        if chunk.type == b"IEND":
            if at != len(picture):
                raise UnreadablePictureError("bytes follow the end of the PNG picture")
            return
    raise UnreadablePictureError(f"the PNG picture has more than {MOST_CHUNKS} chunks")


def _chunk(picture: bytes, at: int) -> Chunk:
    if at + _FRAME_BYTES > len(picture):
        raise UnreadablePictureError("the PNG picture ends before its last chunk")
    length = int.from_bytes(picture[at : at + 4], "big")
    end = at + _FRAME_BYTES + length
    if end > len(picture):
        raise UnreadablePictureError("a chunk of the PNG picture goes beyond its end")
    chunk = Chunk(picture[at + 4 : at + 8], picture[at + 8 : end - 4])
    if zlib.crc32(chunk.type + chunk.data) != int.from_bytes(picture[end - 4 : end], "big"):
        raise UnreadablePictureError("a check sum of the PNG picture is wrong: it was damaged on its way")
    return chunk


def _framed(chunk: Chunk) -> bytes:
    check = zlib.crc32(chunk.type + chunk.data)
    return struct.pack(">I", len(chunk.data)) + chunk.type + chunk.data + struct.pack(">I", check)
