"""Where the columns of a component stand in its bytes, and which integers they may be.

A component is its columns one after the other, each a big-endian integer, and the blinding at the end. A
seeded component is the expansion of its seed: b + 64 uniform bits a column, the unused high bits of the first
byte dropped, and 64 bytes that are reduced modulo the group order. An explicit one is two's complement of
⌈(b + 66) / 8⌉ bytes a column, within (-2^(b+65), 2^b), and a blinding of 32 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Final

from crypto.curve import SCALAR_BYTES
from crypto.errors import ShareError

STATISTICAL_BITS: Final = 64
"""Every mask is this many bits wider than the value: a column leaks at most 2^-64 to one node."""

MAX_BITS: Final = 188
"""The widest column: three accepted components of one cannot wrap modulo the group order."""

# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64


@dataclass(frozen=True)
class Layout:
    """The form of one kind of component for columns of these widths in bits."""

    widths: tuple[int, ...]
    explicit: bool

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The bytes of each column, at least 9."""
        more = STATISTICAL_BITS + (2 if self.explicit else 0)
        return tuple((width + more + 7) // 8 for width in self.widths)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each column starts and ends."""
        return tuple(pairwise(accumulate(self.lengths, initial=0)))

    @cached_property
    def columns_end(self) -> int:
        """Where the columns end and the blinding starts."""
        return sum(self.lengths)

    @cached_property
    def total(self) -> int:
        """The length of the whole."""
        return self.columns_end + (SCALAR_BYTES if self.explicit else _WIDE_SCALAR_BYTES)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """What is added to each column to make it non-negative: half the range of a signed one, else zero.

        A multiple of 2^64, as every column has more than eight bytes.
        """
        return tuple(1 << (8 * length - 1) if self.explicit else 0 for length in self.lengths)

    @cached_property
    def mask_bits(self) -> tuple[int, ...]:
        """Per column, the bits of an expansion that count; of an explicit column all do."""
        if self.explicit:
            return tuple((1 << 8 * length) - 1 for length in self.lengths)
        return tuple((1 << (width + STATISTICAL_BITS)) - 1 for width in self.widths)

    def read(self, raw: bytes) -> tuple[tuple[int, ...], int]:
        """The columns and the blinding of a whole of the right length, before any check of range."""
        values = tuple(
            int.from_bytes(raw[start:end], "big", signed=self.explicit) & (-1 if self.explicit else mask)
            for (start, end), mask in zip(self.spans, self.mask_bits, strict=True)
        )
        return values, int.from_bytes(raw[self.columns_end :], "big")


def seeded_layout(bits: Sequence[int]) -> Layout:
    """How a seed expands.

    Raises:
        ShareError: a column has no width from 1 to 188 bits; it is named.
    """
    return _layout(tuple(bits), False)


def explicit_layout(bits: Sequence[int]) -> Layout:
    """How an explicit component is written.

    Raises:
        ShareError: as `seeded_layout`.
    """
    return _layout(tuple(bits), True)


@lru_cache(maxsize=256)
def _layout(bits: tuple[int, ...], explicit: bool) -> Layout:
    for column, width in enumerate(bits):
        if not 1 <= width <= MAX_BITS:
            raise ShareError(f"column {column}: expected 1 to {MAX_BITS} bits, got {width}")
    return Layout(bits, explicit)
