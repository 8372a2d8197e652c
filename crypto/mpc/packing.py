"""How do numbers, one for each record, become planes of bits, and how do planes become numbers again?

Plane j holds bit j of every record, 64 records to a word: record r stands at bit r mod 64 of word r // 64, so
that one machine instruction works on 64 records. Blocks of 64 numbers are transposed as 64 x 64 bits by six
rounds of swaps (Warren, Hacker's Delight). The time depends on sizes only.
"""

from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.rounds import Words

WORD_BITS: Final = 64
_WORD: Final = numba.types.uint64
_VECTOR: Final = numba.types.Array(_WORD, 1, "C", readonly=True)
_TABLE: Final = numba.types.Array(_WORD, 2, "C", readonly=True)
_ALL: Final = 2**64 - 1


@numba.njit(numba.types.void(_WORD[::1]), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _transpose(block: Any) -> None:
    """Bit j of word i changes places with bit i of word j."""
    distance, mask = np.uint64(32), np.uint64(0x00000000FFFFFFFF)
    while distance:
        for start in range(np.uint64(0), np.uint64(64), distance + distance):
            for low in range(start, start + distance):
                swap = ((block[low] >> distance) ^ block[low + distance]) & mask
                block[low] ^= swap << distance
                block[low + distance] ^= swap
        distance >>= np.uint64(1)
        mask ^= mask << distance


@numba.njit(numba.types.void(_WORD[:, ::1], _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pack(planes: Any, values: Any) -> None:
    block = np.zeros(64, dtype=np.uint64)
    for word in range(planes.shape[1]):
        size = min(64, values.size - 64 * word)
        block[:size] = values[64 * word : 64 * word + size]
        block[size:] = 0
        _transpose(block)
        for plane in range(planes.shape[0]):
            planes[plane, word] = block[plane]


@numba.njit(numba.types.void(_WORD[::1], _TABLE), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _unpack(values: Any, planes: Any) -> None:
    block = np.zeros(64, dtype=np.uint64)
    for word in range(planes.shape[1]):
        block[planes.shape[0] :] = 0
        for plane in range(planes.shape[0]):
            block[plane] = planes[plane, word]
        _transpose(block)
        size = min(64, values.size - 64 * word)
        values[64 * word : 64 * word + size] = block[:size]


def words_for(records: int) -> int:
    """How many words a plane of so many records has."""
    return -(-records // WORD_BITS)


def everybody(records: int) -> Words:
    """The plane with a one for every record and a zero for padding."""
    plane = np.full(words_for(records), _ALL, dtype=np.uint64)
    if records % WORD_BITS:
        plane[-1] = (1 << records % WORD_BITS) - 1
    return plane


def pack(values: NDArray[np.uint64], bits: int) -> Words:
    """Planes 0 to bits - 1 of one word for each record; padding is zero. Higher bits are left out.

    Raises:
        OutOfRangeError: the number of bits is not in [1, 64].
    """
    if not 1 <= bits <= WORD_BITS:
        raise OutOfRangeError(f"expected 1 to {WORD_BITS} bits, got {bits}")
    planes = np.empty((bits, words_for(values.size)), dtype=np.uint64)
    _pack(planes, np.ascontiguousarray(values, dtype=np.uint64).reshape(-1))
    return planes


def unpack(planes: Words, records: int) -> NDArray[np.uint64]:
    """The numbers whose bits the planes are, for at most 64 planes."""
    values = np.empty(records, dtype=np.uint64)
    _unpack(values, np.ascontiguousarray(planes, dtype=np.uint64))
    return values


def pack_mask(mask: NDArray[np.generic]) -> Words:
    """One plane from one truth value for each record; padding is zero."""
    plane: Words = pack_bits(mask.reshape(1, -1))[0]
    return plane


def pack_bits(bits: NDArray[np.generic]) -> Words:
    """Planes from a table of truth values, planes by records; padding is zero."""
    packed = np.packbits(bits.astype(np.bool_, copy=False), axis=-1, bitorder="little")
    padded = np.zeros((bits.shape[0], words_for(bits.shape[1]) * 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view("<u8").astype(np.uint64, copy=False)


def unpack_bits(planes: Words, records: int) -> NDArray[np.uint64]:
    """Every single bit as a word of its own: planes by records."""
    raw = np.ascontiguousarray(planes, dtype="<u8").view(np.uint8)
    return np.unpackbits(raw, axis=-1, bitorder="little")[..., :records].astype(np.uint64)
