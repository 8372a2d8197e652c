"""How are the seeds of thousands of reports expanded at once?

TurboSHAKE128 (RFC 9861) over many messages of one length, eight in step: word i of all eight states lies
together, and the loop over the eight is what the compiler turns into vector instructions (12 to 50 ns a
permutation where there are 512 or 256 bits of them, 100 ns without, against 11 µs for a call into a library
that hashes one message). No step depends on the data, so neither does the time.

The kernels read bytes as words of eight, least significant first, which is the machine's own order everywhere
numba runs.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

ByteRows = NDArray[np.uint8]
"""One row of bytes for each report."""

Parts = Sequence[bytes | ByteRows]
"""A message in pieces: bytes are the same for all reports, of rows each has its own."""

RATE_BYTES: Final = 168
_RATE_WORDS: Final = RATE_BYTES // 8
_DOMAIN: Final = 1
_LANES: Final = 8
_PAD: Final = 0x80

# The last twelve round constants of Keccak-p[1600] (FIPS 202, algorithm 5).
_ROUND_CONSTANTS: Final = np.array(
    [
        *(0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003),
        *(0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A),
        *(0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008),
    ],
    dtype=np.uint64,
)


def turboshake128(parts: Parts, count: int, length: int) -> ByteRows:
    """Hash `count` messages to `length` bytes each, a multiple of eight.

    A message is the concatenation of its parts.
    """
    messages = _padded(parts, count)
    squeezed = np.empty((count, length // 8), dtype=np.uint64)
    _sponge(messages.view(np.uint64), squeezed, np.zeros(25 * _LANES, dtype=np.uint64))
    return squeezed.view(np.uint8)


def _padded(parts: Parts, count: int) -> ByteRows:
    widths = [len(part) if isinstance(part, bytes) else part.shape[1] for part in parts]
    length = sum(widths)
    padded = np.zeros((count, (length // RATE_BYTES + 1) * RATE_BYTES), dtype=np.uint8)
    place = 0
    for part, width in zip(parts, widths, strict=True):
        padded[:, place : place + width] = np.frombuffer(part, np.uint8) if isinstance(part, bytes) else part
        place += width
    padded[:, length] = _DOMAIN
    padded[:, -1] ^= _PAD
    return padded


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sponge(messages: Any, squeezed: Any, state: Any) -> None:
    """Absorb the padded messages and squeeze, eight rows at a time; the last group may have fewer."""
    for first in range(0, messages.shape[0], _LANES):
        state[:] = 0
        for start in range(0, messages.shape[1], _RATE_WORDS):
            _absorb(messages[first : first + _LANES, start : start + _RATE_WORDS], state)
            _permute(state)
        for start in range(0, squeezed.shape[1], _RATE_WORDS):
            if start > 0:
                _permute(state)
            _squeeze(state, squeezed[first : first + _LANES, start : start + _RATE_WORDS])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _absorb(block: Any, state: Any) -> None:
    for lane in range(block.shape[0]):
        for word in range(block.shape[1]):
            state[word * _LANES + lane] ^= block[lane, word]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _squeeze(state: Any, block: Any) -> None:
    for lane in range(block.shape[0]):
        for word in range(block.shape[1]):
            block[lane, word] = state[word * _LANES + lane]


@njit(inline="always")  # type: ignore[untyped-decorator]
def _rol(word: Any, distance: Any) -> Any:
    return (word << np.uint64(distance)) | (word >> np.uint64(64 - distance))


@njit(inline="always")  # type: ignore[untyped-decorator]
def _put_row(state: Any, first: Any, lane: Any, row: Any) -> None:
    """χ: each word of a row xor the next one's complement and the one after it."""
    a, b, c, d, e = row
    state[np.uint64(first * _LANES) + lane] = a ^ (~b & c)
    state[np.uint64((first + 1) * _LANES) + lane] = b ^ (~c & d)
    state[np.uint64((first + 2) * _LANES) + lane] = c ^ (~d & e)
    state[np.uint64((first + 3) * _LANES) + lane] = d ^ (~e & a)
    state[np.uint64((first + 4) * _LANES) + lane] = e ^ (~a & b)


@njit(inline="always")  # type: ignore[untyped-decorator]
def _row(state: Any, first: Any, lane: Any) -> Any:
    return (
        state[np.uint64(first * _LANES) + lane],
        state[np.uint64((first + 1) * _LANES) + lane],
        state[np.uint64((first + 2) * _LANES) + lane],
        state[np.uint64((first + 3) * _LANES) + lane],
        state[np.uint64((first + 4) * _LANES) + lane],
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _permute(state: Any) -> None:
    """Keccak-p[1600, 12] on eight states: θ, then ρ and π while gathering each row, then χ, then ι."""
    for constant in _ROUND_CONSTANTS:
        for lane in range(np.uint64(_LANES)):
            a0, a1, a2, a3, a4 = _row(state, 0, lane)
            b0, b1, b2, b3, b4 = _row(state, 5, lane)
            c0, c1, c2, c3, c4 = _row(state, 10, lane)
            d0, d1, d2, d3, d4 = _row(state, 15, lane)
            e0, e1, e2, e3, e4 = _row(state, 20, lane)
            p0, p1 = a0 ^ b0 ^ c0 ^ d0 ^ e0, a1 ^ b1 ^ c1 ^ d1 ^ e1
            p2, p3 = a2 ^ b2 ^ c2 ^ d2 ^ e2, a3 ^ b3 ^ c3 ^ d3 ^ e3
            p4 = a4 ^ b4 ^ c4 ^ d4 ^ e4
            t0, t1 = p4 ^ _rol(p1, 1), p0 ^ _rol(p2, 1)
            t2, t3, t4 = p1 ^ _rol(p3, 1), p2 ^ _rol(p4, 1), p3 ^ _rol(p0, 1)
            row = a0 ^ t0, _rol(b1 ^ t1, 44), _rol(c2 ^ t2, 43), _rol(d3 ^ t3, 21), _rol(e4 ^ t4, 14)
            _put_row(state, 0, lane, row)
            row = _rol(a3 ^ t3, 28), _rol(b4 ^ t4, 20), _rol(c0 ^ t0, 3), _rol(d1 ^ t1, 45), _rol(e2 ^ t2, 61)
            _put_row(state, 5, lane, row)
            row = _rol(a1 ^ t1, 1), _rol(b2 ^ t2, 6), _rol(c3 ^ t3, 25), _rol(d4 ^ t4, 8), _rol(e0 ^ t0, 18)
            _put_row(state, 10, lane, row)
            row = (
                _rol(a4 ^ t4, 27),
                _rol(b0 ^ t0, 36),
                _rol(c1 ^ t1, 10),
                _rol(d2 ^ t2, 15),
                _rol(e3 ^ t3, 56),
            )
            _put_row(state, 15, lane, row)
            row = _rol(a2 ^ t2, 62), _rol(b3 ^ t3, 55), _rol(c4 ^ t4, 39), _rol(d0 ^ t0, 41), _rol(e1 ^ t1, 2)
            _put_row(state, 20, lane, row)
            state[lane] ^= constant
