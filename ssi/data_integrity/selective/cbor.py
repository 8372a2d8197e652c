"""Reading the few kinds of CBOR (RFC 8949) that proof values have, and in one spelling only.

Unsigned integers, byte and text strings, arrays and maps; heads in their shortest form and of definite length
(RFC 8949 §4.2.1), no tags, no key twice, nothing after the end. A general decoder would read much more, and a
hostile length could make it reserve memory for what is not there.
"""

from typing import Final

import cbor2

from ssi.errors import ProofError

Cbor = int | bytes | str | list["Cbor"] | dict[int, "Cbor"]

MAX_DEPTH: Final = 4
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_SHORT: Final = 24
_LONGEST_HEAD: Final = 27


def encode_cbor(value: Cbor) -> bytes:
    """Write a value in shortest form, without tags."""
    return cbor2.dumps(value)


def decode_cbor(raw: bytes) -> Cbor:
    """Read exactly one value.

    Raises:
        ProofError: another kind or spelling, nested deeper than `MAX_DEPTH`, cut off, or
            followed by more.
    """
    reader = _Reader(raw)
    value = reader.value(MAX_DEPTH)
    if reader.rest:
        raise ProofError(f"CBOR: {reader.rest} bytes follow the value")
    return value


class _Reader:
    """Reads a byte string from the left."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0

    @property
    def rest(self) -> int:
        """How many bytes are left."""
        return len(self._raw) - self._place

    def value(self, depth: int) -> Cbor:
        """One value, whose parts are at most `depth` levels deep."""
        if depth < 0:
            raise ProofError(f"CBOR: nested deeper than {MAX_DEPTH} levels")
        major, count = self._head()
        if major == _UNSIGNED:
            return count
        if major in {_BYTES, _TEXT}:
            return self._string(major, count)
        # Elements are read one by one, so a count over what is there reserves nothing.
        if major == _ARRAY:
            return [self.value(depth - 1) for _ in range(count)]
        if major == _MAP:
            return self._map(count, depth)
        raise ProofError(f"CBOR: values of major type {major} have no place here")

    def _map(self, count: int, depth: int) -> dict[int, Cbor]:
        entries: dict[int, Cbor] = {}
        for _ in range(count):
            major, key = self._head()
            if major != _UNSIGNED or key in entries:
                raise ProofError("CBOR: expected distinct unsigned integers as keys")
            entries[key] = self.value(depth - 1)
        return entries

    def _string(self, major: int, length: int) -> bytes | str:
        raw = self._take(length)
        if major == _BYTES:
            return raw
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ProofError("CBOR: a text is not UTF-8") from error

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, short = divmod(first, 32)
        if short < _SHORT:
            return major, short
        if short > _LONGEST_HEAD:
            raise ProofError("CBOR: expected a definite length")
        size = 1 << (short - _SHORT)
        count = int.from_bytes(self._take(size), "big")
        if count < (_SHORT if size == 1 else 1 << (4 * size)):
            raise ProofError("CBOR: expected the shortest form of a number")
        return major, count

    def _take(self, length: int) -> bytes:
        if length > self.rest:
            raise ProofError("CBOR: cut off")
        self._place += length
        return self._raw[self._place - length : self._place]
