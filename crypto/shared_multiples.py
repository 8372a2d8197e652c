"""r·B for one secret r and many points B that are met once, in constant time.

Where one scalar meets a whole vector, as the mask of a ciphertext does, a table of a base would never pay,
but all bases share the digits of r. r is split as r = r_1 + r_2·λ modulo the order, both parts of half its
length (Gallant, Lambert and Vanstone, Crypto 2001): λ·(x, y) = (βx, y) costs one product, and 128 doublings
do instead of 256. Each base has a table of its odd multiples 1, 3, …, 15, made by all bases together
(`crypto.curve_lanes`). Then eight bases at a time (`crypto.field_lanes`) go from the highest digit down, with
four doublings and two additions a window, in Jacobian coordinates (X/Z², Y/Z³). Of a hundred points each
takes 12 µs, against 42 by libsecp256k1 on the same machine, which has the rest: few points, and processors
without the instructions. Compiling this takes some ten seconds, once on a machine.

Digits. Adding vectors (a, b) with a + b·λ = 0 makes both parts odd; `crypto.masked_multiples` says how odd
numbers have odd digits only, so that no addition is skipped.

Exceptions. Before an addition the sum is (16a + 16b·λ)·B, or with a digit d more, and it is equal or opposite
to the entry only if a number (a', b') with a' + b'·λ = 0 comes of it that is not zero in both parts, because
digits are odd. Such a vector has a part of 126 bits or more, so that only the last two windows can meet it,
for a few thousand r of 2^256 at most, -26·λ among them. For uniform r that has probability below 2^-230. It
makes the common inverse zero, spoils *all* points, leaves the curve, and raises.

Timing. As in `crypto.masked_multiples`: entries are chosen by reading all of them, nothing branches on a
coordinate or digit, and tests read the machine code. r is split by Python integers of one width.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crypto.curve import INFINITY, ORDER, Point
from crypto.curve_field import WORDS, Element, invert, multiply, opaque
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
from crypto.field_lanes import (
    LIMBS,
    Numbers,
    add_into,
    multiply_into,
    read_rows,
    subtract_into,
    write_rows,
)
from crypto.masked_multiples import DIGIT_BITS, ENTRIES, odd_digits
from crypto.word_lanes import AVAILABLE, LANES

LAMBDA: Final = 0x5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72
"""A cube root of 1 modulo the order; λ·(x, y) = (βx, y)."""
BETA: Final = 0x7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE
"""A cube root of 1 modulo the prime of the field."""
SHORT_VECTORS: Final = (
    (0x3086D221A7D46BCDE86C90E49284EB15, -0xE4437ED6010E88286F547FA90ABFE4C3),
    (0x114CA50F7A8E2F3F657C1108D9D44CFD8, 0x3086D221A7D46BCDE86C90E49284EB15),
)
"""Two (a, b) with a + b·λ = 0 modulo the order, of length about 2^128, by the Euclidean algorithm."""
_WINDOWS: Final = 33
_FEW: Final = 6
"""Below so many points, the library is faster than half-filled lanes."""
_BETA_ROWS: Final = np.tile(
    np.frombuffer(BETA.to_bytes(32, "little"), dtype="<u8").astype(np.uint64), (LANES, 1)
)
_UNIT: Final = (np.uint64(1), np.uint64(0), np.uint64(0), np.uint64(0))
_X, _Y, _Z, _ENTRY_X, _ENTRY_Y, _A, _B, _C, _D, _E, _BETA, _NOUGHT = range(12)
_PLACES: Final = 12

Digits = NDArray[np.uint8]


def multiply_each(points: Sequence[Point], scalar: int) -> list[Point]:
    """Every point times one secret scalar, uniform in [1, ORDER).

    Raises:
        OutOfRangeError: the scalar is not in [1, ORDER), or a point is infinity.
        CryptoError: an exceptional case was met: the scalar was not uniform, but for a probability of 2^-230.
    """
    if not 0 < scalar < ORDER or INFINITY in points:
        raise OutOfRangeError("a point or the scalar is out of range")
    if len(points) < _FEW or not AVAILABLE:
        return [point.multiply(scalar) for point in points]
    # Lanes that are left over have the first point once more.
    rows = rows_of((*points, *repeat(points[0], -len(points) % LANES)))
    sums = np.empty((len(rows), 3 * WORDS), dtype=np.uint64)
    _walk(_odd_multiples(rows), odd_digits(_split(scalar), _WINDOWS), _BETA_ROWS, sums)
    affine: Rows = _affine(sums)
    return points_of(affine[: len(points)])


def _split(scalar: int) -> tuple[int, int]:
    """Odd r_1 and r_2, below 2^131 in magnitude, with r = r_1 + r_2·λ modulo the order."""
    (a1, b1), (a2, b2) = SHORT_VECTORS
    first, second = (b2 * scalar + ORDER // 2) // ORDER, (-b1 * scalar + ORDER // 2) // ORDER
    one, two = scalar - first * a1 - second * a2, -first * b1 - second * b2
    # Both parts of the first vector are odd, and only the second part of the other.
    flip_both = ~one & 1
    flip_second = (~two & 1) ^ flip_both
    return one + flip_both * a1 + flip_second * a2, two + flip_both * b1 + flip_second * b2


def _odd_multiples(bases: Rows) -> NDArray[np.uint64]:
    """1, 3, …, 15 times every base, of shape (bases, 8, words of a row)."""
    tables = np.empty((len(bases), ENTRIES, ROW_WORDS), dtype=np.uint64)
    products = np.empty((len(bases), WORDS), dtype=np.uint64)
    odd, twice = bases.copy(), bases.copy()
    double_lanes(twice, products)
    tables[:, 0] = odd
    for entry in range(1, ENTRIES):
        add_lanes(odd, twice, products)
        tables[:, entry] = odd
    return tables


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _walk(tables: Any, digits: Digits, beta: Rows, sums: Any) -> None:
    """Every base times the number whose digits these are, as (X, Y, Z); the bases are a multiple of eight."""
    numbers = np.zeros((_PLACES, LIMBS, LANES), dtype=np.uint64)
    entries = np.empty((ENTRIES, 2, LIMBS, LANES), dtype=np.uint64)
    write_rows(beta, 0, numbers, _BETA)
    top = digits.shape[1] - 1
    for first in range(0, tables.shape[0], LANES):
        for entry in range(ENTRIES):
            write_rows(tables[first : first + LANES, entry], 0, entries[entry], 0)
            write_rows(tables[first : first + LANES, entry], WORDS, entries[entry], 1)
        _choose(entries, digits[0, top], numbers)
        numbers[_X], numbers[_Y] = numbers[_ENTRY_X], numbers[_ENTRY_Y]
        numbers[_Z] = np.uint64(0)
        numbers[_Z, 0] = np.uint64(1)
        _add_second(entries, digits[1, top], numbers)
        for window in range(top - 1, -1, -1):
            for _ in range(DIGIT_BITS):
                _double(numbers)
            _choose(entries, digits[0, window], numbers)
            _add(numbers)
            _add_second(entries, digits[1, window], numbers)
        for coordinate in range(3):
            read_rows(numbers, coordinate, sums[first : first + LANES], coordinate * WORDS)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _choose(entries: Any, digit: Any, numbers: Numbers) -> None:
    """The entry of the digit 2n - 15 of every lane, as `crypto.masked_multiples` chooses it: all are read."""
    nibble = np.uint64(digit)
    negative = opaque((nibble >> np.uint64(3)) - np.uint64(1))
    index = (nibble ^ negative) & np.uint64(ENTRIES - 1)
    for entry in range(ENTRIES):
        equal = ((index ^ np.uint64(entry)) - np.uint64(1)) >> np.uint64(63)
        chosen = opaque(np.uint64(0) - equal)
        # The first entry replaces what stood there.
        kept = opaque(np.uint64(0) - np.uint64(entry > 0))
        for coordinate in range(2):
            for limb in range(LIMBS):
                for lane in range(LANES):
                    before = numbers[_ENTRY_X + coordinate, limb, lane] & kept
                    word = entries[entry, coordinate, limb, lane] & chosen
                    numbers[_ENTRY_X + coordinate, limb, lane] = before | word
    subtract_into(numbers, _A, _NOUGHT, _ENTRY_Y)
    for limb in range(LIMBS):
        for lane in range(LANES):
            one, other = numbers[_A, limb, lane], numbers[_ENTRY_Y, limb, lane]
            numbers[_ENTRY_Y, limb, lane] = one & negative | other & ~negative


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_second(entries: Any, digit: Any, numbers: Numbers) -> None:
    """Add λ times the entry of a digit."""
    _choose(entries, digit, numbers)
    multiply_into(numbers, _ENTRY_X, _ENTRY_X, _BETA)
    _add(numbers)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _double(numbers: Numbers) -> None:
    """Double a point of a curve with a = 0 (Cohen, Miyaji and Ono, Asiacrypt 1998): 7 products.

    A = Y², B = 4XA, C = 3X²; X' = C² - 2B, Z' = 2YZ, Y' = C(B - X') - 8A².
    """
    multiply_into(numbers, _A, _Y, _Y)
    multiply_into(numbers, _B, _X, _A)
    add_into(numbers, _B, _B, _B)
    add_into(numbers, _B, _B, _B)
    multiply_into(numbers, _D, _X, _X)
    add_into(numbers, _C, _D, _D)
    add_into(numbers, _C, _C, _D)
    multiply_into(numbers, _D, _C, _C)
    add_into(numbers, _E, _B, _B)
    subtract_into(numbers, _X, _D, _E)
    multiply_into(numbers, _Z, _Y, _Z)
    add_into(numbers, _Z, _Z, _Z)
    multiply_into(numbers, _A, _A, _A)
    for _ in range(3):
        add_into(numbers, _A, _A, _A)
    subtract_into(numbers, _B, _B, _X)
    multiply_into(numbers, _B, _B, _C)
    subtract_into(numbers, _Y, _B, _A)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(numbers: Numbers) -> None:
    """Add the entry, which is neither equal nor opposite; else Z becomes zero (same source): 11 products.

    H = xZ² - X, R = yZ³ - Y, V = XH²; X' = R² - H³ - 2V, Y' = R(V - X') - YH³, Z' = ZH.
    """
    multiply_into(numbers, _A, _Z, _Z)
    multiply_into(numbers, _B, _ENTRY_X, _A)
    subtract_into(numbers, _B, _B, _X)
    multiply_into(numbers, _A, _Z, _A)
    multiply_into(numbers, _C, _ENTRY_Y, _A)
    subtract_into(numbers, _C, _C, _Y)
    multiply_into(numbers, _Z, _Z, _B)
    multiply_into(numbers, _D, _B, _B)
    multiply_into(numbers, _B, _B, _D)
    multiply_into(numbers, _D, _X, _D)
    multiply_into(numbers, _A, _C, _C)
    subtract_into(numbers, _A, _A, _B)
    add_into(numbers, _E, _D, _D)
    subtract_into(numbers, _X, _A, _E)
    subtract_into(numbers, _D, _D, _X)
    multiply_into(numbers, _D, _C, _D)
    multiply_into(numbers, _B, _Y, _B)
    subtract_into(numbers, _Y, _D, _B)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _affine(sums: Any) -> Rows:
    """Divide by the powers of Z, with one inversion for all; a Z of zero makes every row (0, 0)."""
    count = sums.shape[0]
    products = np.empty((count, WORDS), dtype=np.uint64)
    product = _UNIT
    for lane in range(count):
        store(products[lane], 0, product)
        product = multiply(product, load(sums[lane], 2 * WORDS))
    inverse = invert(product)
    rows = np.empty((count, ROW_WORDS), dtype=np.uint64)
    for lane in range(count - 1, -1, -1):
        own: Element = multiply(inverse, load(products[lane], 0))
        inverse = multiply(inverse, load(sums[lane], 2 * WORDS))
        square = multiply(own, own)
        store(rows[lane], 0, multiply(load(sums[lane], 0), square))
        store(rows[lane], WORDS, multiply(load(sums[lane], WORDS), multiply(own, square)))
    make_canonical(rows)
    return rows
