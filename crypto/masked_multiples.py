"""m·G + r·B for thousands of secret pairs (m, r) and bases B known in advance, in constant time.

Every ciphertext of the lifted ElGamal family is made of such points. Tables hold d·16^w·B for the odd digits
d = 1, 3, …, 15 of each window w; then a product is 64 additions and no doubling, and since all lanes walk
through the windows together, an addition costs six field products (`crypto.curve_lanes`). Of a hundred lanes
each takes 14 µs, against 43 µs by libsecp256k1; a single one takes 300. The tables take 32 KB and 90 µs a
base, so they pay from the third use on. Where bases are met once, `crypto.shared_multiples` multiplies them,
and `add_messages` adds all m·G together, at 3 µs each. For one sum over many bases see `crypto.base_tables`.

Digits. An odd k in (-16^W, 16^W) is Σ (2 n_w - 15) 16^w, where n_w are the nibbles of (k + 16^W - 1) / 2:
all digits are odd, none is zero, and no addition is skipped. r is replaced by the one of r, r - n that is
odd, for the order n. m has 17 windows of its own on the base G/2, as 2m + 1, whose surplus G/2 is taken off
last.

Exceptions. While r·B is summed from the low windows up, the sum of the lower ones is smaller in magnitude
than the next entry, so they are neither equal nor opposite, except in the last window for r = 0 and two
others; afterwards r·B is independent of what is added. For uniform r an exception has probability below
2^-240. It spoils all lanes, leaves the curve, and raises.

Timing. Entries are chosen by reading all eight of a window under masks that are opaque to the compiler, signs
likewise; a test reads the machine code of the choice: it has no jump but that of its loop. See
`crypto.curve_field` for what that is worth. Digits are cut out of Python integers of one width.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crypto.base_point import BASE
from crypto.curve import ORDER, Point
from crypto.curve_field import WORDS, opaque, select, subtract
from crypto.curve_lanes import (
    ROW_WORDS,
    Rows,
    add_lanes,
    double_lanes,
    load,
    make_canonical,
    points_of,
    rows_of,
    store,
)
from crypto.errors import OutOfRangeError

MESSAGE_BITS: Final = 64
DIGIT_BITS: Final = 4
ENTRIES: Final = 1 << (DIGIT_BITS - 1)
_WINDOWS: Final = 256 // DIGIT_BITS
_MESSAGE_WINDOWS: Final = MESSAGE_BITS // DIGIT_BITS + 1
_BYTE_DIGITS: Final = 8 // DIGIT_BITS
_NOUGHT: Final = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))

Tables = NDArray[np.uint64]
"""For each base, window and odd digit a row."""
Digits = NDArray[np.uint8]
"""For each lane the nibbles n_w, the lowest first."""


class _Walk(NamedTuple):
    """Where each lane goes: its base in the tables, and its digit for each window."""

    tables: Tables
    bases: NDArray[np.int64]
    digits: Digits


@dataclass(frozen=True)
class Lane:
    """One product: m·G + r·B. The secrets stay out of ``repr``."""

    base: int
    mask: int = field(repr=False)
    message: int = field(default=0, repr=False)


class MaskedMultiples:
    """The tables of some bases."""

    def __init__(self, bases: Sequence[Point]) -> None:
        """Compute the tables.

        Raises:
            OutOfRangeError: a base is infinity.
        """
        self._tables = _tables(bases, _WINDOWS)

    def compute(self, lanes: Sequence[Lane]) -> list[Point]:
        """m·G + r·B for every lane. Each r is uniform in [1, ORDER), or one value of that kind for all lanes.

        Raises:
            OutOfRangeError: a message is not below 2^64 in magnitude, a mask not in ``range(ORDER)``, or
            there is
                no such base; never told which.
            CryptoError: an exceptional case was met: a mask was not uniform, but for a probability of 2^-240.
        """
        if not lanes:
            return []
        if not all(self._has(lane) for lane in lanes):
            raise OutOfRangeError("a base, mask or message is out of range")
        # The factor is 0 for an odd mask and 1 for an even one.
        masks = odd_digits((lane.mask - ORDER * (1 - (lane.mask & 1)) for lane in lanes), _WINDOWS)
        bases = np.array([lane.base for lane in lanes], dtype=np.int64)
        sums = _walk(_Walk(self._tables, bases, masks))
        return points_of(_with_messages(sums, [lane.message for lane in lanes]))

    def _has(self, lane: Lane) -> bool:
        return _is_small(lane.message) and 0 <= lane.mask < ORDER and 0 <= lane.base < len(self._tables)


def add_messages(masks: Sequence[Point], messages: Sequence[int]) -> list[Point]:
    """m·G + M for every secret message m and mask M, where the masks are independent of G and not known.

    Raises:
        OutOfRangeError: a message is not below 2^64 in magnitude, there are not as many as masks, or a mask
            is infinity.
        CryptoError: an exceptional case was met: a mask was no random point, but for a probability of 2^-240.
    """
    if len(masks) != len(messages) or not all(map(_is_small, messages)):
        raise OutOfRangeError("a mask or message is out of range")
    return points_of(_with_messages(rows_of(masks), messages)) if masks else []


def _is_small(message: int) -> bool:
    return -(1 << MESSAGE_BITS) < message < 1 << MESSAGE_BITS


def _with_messages(sums: Rows, messages: Sequence[int]) -> Rows:
    table, surplus = _message_table()
    digits = odd_digits((2 * message + 1 for message in messages), _MESSAGE_WINDOWS)
    _add_messages(sums, _Walk(table, np.zeros(len(messages), dtype=np.int64), digits), surplus)
    return sums


def odd_digits(odd: Iterable[int], windows: int) -> Digits:
    """The nibbles n_w of odd numbers below 16^windows in magnitude, a row for each, the lowest first."""
    length = -(-windows // _BYTE_DIGITS)
    offset = (1 << (DIGIT_BITS * windows)) - 1
    raw = b"".join(((number + offset) >> 1).to_bytes(length, "little") for number in odd)
    packed = np.frombuffer(raw, dtype=np.uint8).reshape(-1, length)
    nibbles = np.stack((packed & 15, packed >> 4), axis=2)
    return np.ascontiguousarray(nibbles.reshape(len(packed), -1)[:, :windows])


def _tables(bases: Sequence[Point], windows: int) -> Tables:
    tables = np.empty((len(bases), windows, ENTRIES, ROW_WORDS), dtype=np.uint64)
    _fill(rows_of(bases), tables)
    return tables


@lru_cache(maxsize=1)
def _message_table() -> tuple[Tables, Rows]:
    """The table of G/2, and -G/2."""
    half = BASE.multiply_public((ORDER + 1) // 2)
    return _tables((half,), _MESSAGE_WINDOWS), rows_of((-half,))[0]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(bases: Rows, tables: Tables) -> None:
    """Write the odd multiples of 16^w·B for every base and window."""
    count, windows = tables.shape[0], tables.shape[1]
    products = np.empty((count * windows, WORDS), dtype=np.uint64)
    moving = bases.copy()
    first = np.empty((windows, count, ROW_WORDS), dtype=np.uint64)
    double = np.empty((windows, count, ROW_WORDS), dtype=np.uint64)
    for window in range(windows):
        first[window] = moving
        double_lanes(moving, products)
        double[window] = moving
        for _ in range(DIGIT_BITS - 1):
            double_lanes(moving, products)
    odd, twice = first.reshape(-1, ROW_WORDS), double.reshape(-1, ROW_WORDS)
    for entry in range(ENTRIES):
        if entry:
            add_lanes(odd, twice, products)
        make_canonical(odd)
        for lane in range(odd.shape[0]):
            tables[lane % count, lane // count, entry] = odd[lane]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _walk(masks: _Walk) -> Rows:
    """All lanes through the windows of their masks."""
    lanes = masks.digits.shape[0]
    sums = np.empty((lanes, ROW_WORDS), dtype=np.uint64)
    entries = np.empty((lanes, ROW_WORDS), dtype=np.uint64)
    products = np.empty((lanes, WORDS), dtype=np.uint64)
    _choose_each(masks, 0, sums)
    for window in range(1, masks.digits.shape[1]):
        _choose_each(masks, window, entries)
        add_lanes(sums, entries, products)
    return sums


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_messages(sums: Rows, messages: _Walk, surplus: Any) -> None:
    """All sums through the windows of their messages, then the surplus."""
    entries = np.empty((sums.shape[0], ROW_WORDS), dtype=np.uint64)
    products = np.empty((sums.shape[0], WORDS), dtype=np.uint64)
    for window in range(messages.digits.shape[1]):
        _choose_each(messages, window, entries)
        add_lanes(sums, entries, products)
    entries[:] = surplus
    add_lanes(sums, entries, products)
    make_canonical(sums)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _choose_each(walk: _Walk, window: int, out: Rows) -> None:
    for lane in range(out.shape[0]):
        choose_entry(walk.tables[walk.bases[lane], window], walk.digits[lane, window], out[lane])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def choose_entry(window: Any, digit: Any, out: Any) -> None:
    """The entry of the digit 2n - 15: for n below 8 the opposite of that of 15 - n. Every entry is read."""
    nibble = np.uint64(digit)
    negative = opaque((nibble >> np.uint64(3)) - np.uint64(1))
    index = (nibble ^ negative) & np.uint64(ENTRIES - 1)
    x = y = _NOUGHT
    for entry in range(ENTRIES):
        # 0 - 1 borrows into the highest bit, and no other difference of two indices does.
        equal = ((index ^ np.uint64(entry)) - np.uint64(1)) >> np.uint64(63)
        chosen = opaque(np.uint64(0) - equal)
        x = select(load(window[entry], 0), x, chosen)
        y = select(load(window[entry], WORDS), y, chosen)
    store(out, 0, x)
    store(out, WORDS, select(subtract(_NOUGHT, y), y, negative))
