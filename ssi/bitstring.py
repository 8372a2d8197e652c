"""Bits for a million credentials: the compressed bitstring of the Bitstring Status List v1.0 (§3.3, §3.4).

The first entry is in the left-most bits, unlike in the Token Status List. A list of fewer than 131,072
entries is refused (§3.2): whoever watches the server would learn too much about whose status is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from crypto.errors import MalformedError
from ssi.compression import TooLargeError, compress_gzip, inflate_gzip
from ssi.did.multibase import decode_base64url, encode_base64url
from ssi.errors import MalformedCredentialError, StatusListLengthError, StatusRangeError

MIN_ENTRIES: Final = 131_072
MAX_ENTRIES: Final = 2**20
MAX_STATUS_SIZE: Final = 8
_BYTE: Final = 8


@dataclass(frozen=True)
class Bitstring:
    """The statuses of credentials 0, 1, …; `size` bits each, from the left."""

    size: int
    packed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.size <= MAX_STATUS_SIZE:
            raise MalformedCredentialError(f"status list: expected 1 to {MAX_STATUS_SIZE} bits for an entry")

    def __len__(self) -> int:
        return len(self.packed) * _BYTE // self.size

    @classmethod
    def of(cls, length: int, exceptions: Mapping[int, int], *, size: int = 1) -> Self:
        """A list of at least `length` and `MIN_ENTRIES` entries, 0 except where `exceptions` says otherwise.

        Raises:
            MalformedCredentialError: more than `MAX_ENTRIES`, or a status that has no room.
            StatusRangeError: an index outside the list.
        """
        if not 0 < length <= MAX_ENTRIES or not 0 < size <= MAX_STATUS_SIZE:
            raise MalformedCredentialError(f"status list: expected 1 to {MAX_ENTRIES} entries of 1 to 8 bits")
        packed = bytearray(-(-max(length, MIN_ENTRIES) * size // _BYTE))
        for index, value in exceptions.items():
            if not 0 <= index < length:
                raise StatusRangeError(f"status list: no entry {index} among {length}")
            if not 0 <= value < 1 << size:
                raise MalformedCredentialError(f"status list: no room for status {value} in {size} bits")
            for offset in range(size):
                place = index * size + offset
                bit = value >> (size - 1 - offset) & 1
                packed[place // _BYTE] |= bit << (_BYTE - 1 - place % _BYTE)
        return cls(size, bytes(packed))

    def value(self, index: int) -> int:
        """The status at an index.

        Raises:
            StatusRangeError: the index is outside the list.
        """
        if not 0 <= index < len(self):
            raise StatusRangeError(f"status list: no entry {index} among {len(self)}")
        start = index * self.size
        first, last = start // _BYTE, (start + self.size - 1) // _BYTE
        window = int.from_bytes(self.packed[first : last + 1], "big")
        return window >> ((last + 1) * _BYTE - start - self.size) & ((1 << self.size) - 1)

    def encode(self) -> str:
        """The `encodedList`: GZIP in base64url with the prefix of multibase."""
        return encode_base64url(compress_gzip(self.packed))

    @classmethod
    def decode(cls, encoded: str, *, size: int = 1) -> Self:
        """Read an `encodedList`.

        Raises:
            MalformedCredentialError: not GZIP in multibase base64url, or of more than `MAX_ENTRIES` entries.
            StatusListLengthError: fewer than `MIN_ENTRIES` entries.
        """
        if not 0 < size <= MAX_STATUS_SIZE:
            raise MalformedCredentialError(f"status list: expected 1 to {MAX_STATUS_SIZE} bits for an entry")
        try:
            packed = inflate_gzip(decode_base64url(encoded), most=MAX_ENTRIES * size // _BYTE)
        except TooLargeError as error:
            raise MalformedCredentialError(
                f"encodedList: it inflates beyond {MAX_ENTRIES} entries"
            ) from error
        except MalformedError as error:
            raise MalformedCredentialError(f"encodedList: {error}") from error
        found = cls(size, packed)
        if len(found) < MIN_ENTRIES:
            raise StatusListLengthError(
                f"status list: {len(found)} entries; at least {MIN_ENTRIES} hide one among many"
            )
        return found
