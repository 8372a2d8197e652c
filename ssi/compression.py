"""Compressed bytes from strangers: unpacked only up to a stated size, and refused as soon as they pass it.

Zlib (RFC 1950) for the Token Status List, GZIP (RFC 1952) for the Bitstring Status List. A few kilobytes can
unpack to gigabytes; here no more than one byte over the limit is ever held.
"""

import zlib
from typing import Final

from crypto.errors import MalformedError

_ZLIB_WINDOW: Final = 15
_GZIP_WINDOW: Final = 16 + 15
_HIGHEST: Final = 9


class TooLargeError(MalformedError):
    """Compressed bytes that unpack to more than is read."""


def compress_zlib(raw: bytes) -> bytes:
    """Compress at the highest level."""
    return zlib.compress(raw, _HIGHEST)


def inflate_zlib(compressed: bytes, *, most: int) -> bytes:
    """Unpack to at most so many bytes.

    Raises:
        TooLargeError: it unpacks to more.
        MalformedError: not zlib, cut off, altered, or with something after its end.
    """
    return _inflate(compressed, _ZLIB_WINDOW, most)


def compress_gzip(raw: bytes) -> bytes:
    """Compress at the highest level, without a name and a time, so that equal bytes stay equal."""
    compressor = zlib.compressobj(_HIGHEST, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(raw) + compressor.flush()


def inflate_gzip(compressed: bytes, *, most: int) -> bytes:
    """Unpack one GZIP member to at most so many bytes.

    Raises:
        TooLargeError: it unpacks to more.
        MalformedError: not GZIP, cut off, altered, or with something after its end.
    """
    return _inflate(compressed, _GZIP_WINDOW, most)


def _inflate(compressed: bytes, window: int, most: int) -> bytes:
    decompressor = zlib.decompressobj(window)
    try:
        raw = decompressor.decompress(compressed, most + 1)
    except zlib.error as error:
        raise MalformedError("does not decompress") from error
    if len(raw) > most:
        raise TooLargeError(f"inflates beyond {most} bytes")
    if not decompressor.eof or decompressor.unused_data:
        raise MalformedError("is cut off or has something after its end")
    return raw
