"""One component of thousands of records: every cell in the ring and in the field, and what the check needs.

The records are the rows of one matrix of bytes, and no step does Python work for a cell. The same integers
serve three ends, and their agreement is what makes an input authentic: modulo the group order, where they
open the wallet's commitments; modulo 2^64, for sums and bit-planes; and modulo the prime of
`crypto.goldilocks`, for products. Components sum to a record over the integers, hence in all three.

Weighted sums. Σ ρ_i x_ij with 128-bit ρ_i and x_ij of up to 254 bits is one product of matrices of bytes, of
ρ by x, in 32-bit words: every product is below 2^16, so 2^16 rows fit before the words are carried over. Big
integers appear once for each column, not for each cell. The loop is compiled; the matrix product of numpy
would do it in floating point, exactly and as fast, but its threads wait for each other by spinning, which on
a busy machine makes it many times slower.

Nothing here branches on a value or looks it up.
"""

from collections.abc import Iterable
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.curve import ORDER
from crypto.goldilocks import FieldVector
from crypto.multiexp import Coefficients
from crypto.opening_batch import Rows, WeightedSums
from crypto.sharing.integer_masked import Component
from crypto.sharing.layout import Layout

ByteRows = NDArray[np.uint8]
"""One row of bytes for each record."""

Words = NDArray[np.uint64]
"""Elements of Z_2^64, or any 64 bits."""

_WORD_BYTES: Final = 8
_CHUNK: Final = 1 << 16
"""Rows whose products of two bytes add up in 32 bits."""


_BYTE_ROWS: Final = numba.types.Array(numba.types.uint8, 2, "C", readonly=True)
_PLACES: Final = numba.types.Array(numba.types.int64, 1, "C", readonly=True)


@numba.njit((_BYTE_ROWS, _PLACES, _BYTE_ROWS), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _byte_products(body: Any, rows: Any, coefficients: Any) -> Any:
    """Σ over the rows of coefficient byte k times body byte l, for every k and l."""
    sums = np.zeros((coefficients.shape[1], body.shape[1]), dtype=np.uint32)
    for place in range(rows.size):
        row = body[rows[place]]
        for digit in range(coefficients.shape[1]):
            weight = np.uint32(coefficients[place, digit])
            for index in range(row.size):
                sums[digit, index] += weight * np.uint32(row[index])
    return sums


class ComponentTable:
    """One component of many records: a row for each, their columns' integers and blindings as bytes."""

    def __init__(self, layout: Layout, bodies: ByteRows) -> None:
        """Take bodies of components as rows: of an explicit one as it was sent, of a seeded one expanded."""
        self._layout = layout
        # An explicit column plus its offset, half of its range, is the same bytes with the first bit changed.
        self._offsets = _row(layout, layout.offsets, 0)
        self._unsigned = (bodies & _row(layout, layout.mask_bits, 0xFF)) ^ self._offsets

    def __len__(self) -> int:
        return len(self._unsigned)

    def ring(self) -> Words:
        """All values modulo 2^64, of shape (records, columns)."""
        return self._words(0)

    def field(self) -> FieldVector:
        """All values modulo the prime 2^64 - 2^32 + 1, of shape (records, columns)."""
        highest = (max(self._layout.lengths) - 1) // _WORD_BYTES
        value = goldilocks.from_words(self._words(highest))
        for index in reversed(range(highest)):
            value = goldilocks.scale(value, 1 << 64)
            value = goldilocks.add(value, goldilocks.from_words(self._words(index)))
        return goldilocks.subtract(value, goldilocks.from_integers(self._layout.offsets))

    def weighted_sums(self, rows: Rows, coefficients: Coefficients) -> WeightedSums:
        """The sums over rows that a batch check asks for; see `crypto.opening_batch`."""
        products = np.zeros((self._unsigned.shape[1], coefficients.shape[1]), dtype=np.int64)
        for start in range(0, len(rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            products += _byte_products(self._unsigned, rows[part], np.ascontiguousarray(coefficients[part])).T
        weight = _base_256(coefficients.sum(axis=0, dtype=np.int64).tolist())
        # What each byte of a row adds up to, as an exact integer.
        sums = [_base_256(column) for column in products.tolist()]
        values = [
            _base_256(reversed(sums[start:end])) - weight * offset
            for (start, end), offset in zip(self._layout.spans, self._layout.offsets, strict=True)
        ]
        return WeightedSums(values, _base_256(reversed(sums[self._layout.columns_end :])))

    def component(self, row: int) -> Component:
        """The component of one record; a seeded one has forgotten its seed."""
        values, blinding = self._layout.read((self._unsigned[row] ^ self._offsets).tobytes())
        return Component(self._layout.widths, values, blinding % ORDER)

    def _words(self, index: int) -> Words:
        """The index-th 64 bits of every value, the lowest first, zero beyond its end."""
        nowhere = self._unsigned.shape[1]
        lowest = np.array([end for _, end in self._layout.spans])[:, None] - _WORD_BYTES * (index + 1)
        places = lowest + np.arange(_WORD_BYTES)
        starts = np.array([start for start, _ in self._layout.spans])[:, None]
        padded = np.pad(self._unsigned, ((0, 0), (0, 1))) if index else self._unsigned
        chosen = np.take(padded, np.where(places >= starts, places, nowhere).reshape(-1), axis=1)
        return chosen.view(">u8").astype(np.uint64)


def _row(layout: Layout, columns: Iterable[int], blinding: int) -> ByteRows:
    """One integer for each column and one byte for the whole blinding, as a row of bytes."""
    pairs = zip(columns, layout.lengths, strict=True)
    raw = b"".join(column.to_bytes(length, "big") for column, length in pairs)
    return np.frombuffer(raw + bytes((blinding,)) * (layout.total - len(raw)), dtype=np.uint8)


def _base_256(digits: Iterable[int]) -> int:
    """The integer of these digits to base 256, the least significant first; a digit may exceed the base."""
    return sum(digit << (8 * place) for place, digit in enumerate(digits))
