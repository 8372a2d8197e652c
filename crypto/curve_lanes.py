"""Adding many pairs of secp256k1 points at once: every pair is a lane, and all lanes share one inversion.

Adding affine points costs an inversion, 300 times a product; n of them cost one inversion and 3n products by
Montgomery's trick (Montgomery, Math. Comp. 48, 1987 §10.3.1), so that a lane takes six products, about 90 ns.
A point is a row of eight words: x then y, lowest first. Infinity has no row, and each function says which
operands it cannot add. An equal or opposite pair makes the common inverse zero and spoils *all* lanes; its
own sum comes out as (-2x, -y), which is on the curve for no x but 0, where there is no point, and so
`points_of` notices.

Timing: see `crypto.curve_field`; nothing branches on a coordinate here either.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from coincurve._libsecp256k1 import ffi, lib
from numba import njit
from numpy.typing import NDArray

from crypto.curve import Point
from crypto.curve_field import WORDS, Element, canonical, invert, multiply, subtract, times_small
from crypto.errors import CryptoError, OutOfRangeError

ROW_WORDS: Final = 2 * WORDS
Rows = NDArray[np.uint64]
"""Points as rows of eight words."""

_CONTEXT: Final = lib.secp256k1_context_create(lib.SECP256K1_CONTEXT_NONE)
_UNCOMPRESSED_BYTES: Final = 65
_COORDINATE_BYTES: Final = 32
_UNIT: Final = (np.uint64(1), np.uint64(0), np.uint64(0), np.uint64(0))
_TWO, _THREE = np.uint64(2), np.uint64(3)


def rows_of(points: Iterable[Point]) -> Rows:
    """Points as rows.

    Raises:
        OutOfRangeError: one of them is infinity.
    """
    raw = b"".join(_coordinates(point) for point in points)
    big_endian = np.frombuffer(raw, dtype=">u8").reshape(-1, 2, WORDS)
    return np.ascontiguousarray(big_endian[:, :, ::-1], dtype=np.uint64).reshape(-1, ROW_WORDS)


def points_of(rows: Rows) -> list[Point]:
    """Rows with canonical coordinates as points, each checked to be on the curve.

    Raises:
        CryptoError: one is not, so that an exceptional pair was added on the way.
    """
    big_endian = rows.reshape(-1, 2, WORDS)[:, :, ::-1].astype(">u8").tobytes()
    step = 2 * _COORDINATE_BYTES
    return [_point(b"\x04" + big_endian[place : place + step]) for place in range(0, len(big_endian), step)]


def _coordinates(point: Point) -> bytes:
    native = point._native
    if native is None:
        raise OutOfRangeError("the point at infinity has no coordinates")
    output = ffi.new("unsigned char[]", _UNCOMPRESSED_BYTES)
    length = ffi.new("size_t *", _UNCOMPRESSED_BYTES)
    lib.secp256k1_ec_pubkey_serialize(_CONTEXT, output, length, native, lib.SECP256K1_EC_UNCOMPRESSED)
    return bytes(ffi.buffer(output)[1:])


def _point(uncompressed: bytes) -> Point:
    native = ffi.new("secp256k1_pubkey *")
    if not lib.secp256k1_ec_pubkey_parse(_CONTEXT, native, uncompressed, _UNCOMPRESSED_BYTES):
        raise CryptoError("a sum of points met an exceptional case")
    return Point(native)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def load(row: Any, start: int) -> Element:
    """The coordinate of a row that starts at this word."""
    return row[start], row[start + 1], row[start + 2], row[start + 3]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def store(row: Any, start: int, element: Element) -> None:
    """Write a coordinate into a row."""
    row[start], row[start + 1], row[start + 2], row[start + 3] = element


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def add_lanes(sums: Rows, others: Rows, products: Rows) -> None:
    """Add `others` to `sums`, row by row and in place; no row may meet an equal or opposite one.

    `products` is room for one element (four words) a lane.
    """
    product = _UNIT
    for lane in range(sums.shape[0]):
        store(products[lane], 0, product)
        product = multiply(product, subtract(load(others[lane], 0), load(sums[lane], 0)))
    inverse = invert(product)
    for lane in range(sums.shape[0] - 1, -1, -1):
        x, y = load(sums[lane], 0), load(sums[lane], WORDS)
        other_x = load(others[lane], 0)
        run = subtract(other_x, x)
        slope = multiply(subtract(load(others[lane], WORDS), y), multiply(inverse, load(products[lane], 0)))
        inverse = multiply(inverse, run)
        sum_x = subtract(subtract(multiply(slope, slope), x), other_x)
        store(sums[lane], 0, sum_x)
        store(sums[lane], WORDS, subtract(multiply(slope, subtract(x, sum_x)), y))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def double_lanes(points: Rows, products: Rows) -> None:
    """Double every row in place; the group has no point of order two, so there is no exception."""
    product = _UNIT
    for lane in range(points.shape[0]):
        store(products[lane], 0, product)
        y = load(points[lane], WORDS)
        product = multiply(product, times_small(y, _TWO))
    inverse = invert(product)
    for lane in range(points.shape[0] - 1, -1, -1):
        x, y = load(points[lane], 0), load(points[lane], WORDS)
        square = multiply(x, x)
        slope = multiply(times_small(square, _THREE), multiply(inverse, load(products[lane], 0)))
        inverse = multiply(inverse, times_small(y, _TWO))
        double_x = subtract(multiply(slope, slope), times_small(x, _TWO))
        store(points[lane], 0, double_x)
        store(points[lane], WORDS, subtract(multiply(slope, subtract(x, double_x)), y))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def make_canonical(rows: Rows) -> None:
    """Bring all coordinates into [0, p), in place."""
    for lane in range(rows.shape[0]):
        store(rows[lane], 0, canonical(load(rows[lane], 0)))
        store(rows[lane], WORDS, canonical(load(rows[lane], WORDS)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def fill_multiples(rows: Rows) -> None:
    """Complete 1·P, 2·P, 3·P, … where the rows of 1, 2, 4, 8, … are given; their number is a power of two.

    From 1..c and c, the rows up to 2c - 1 are sums of different multiples below the order: no exception.
    """
    products = np.empty((rows.shape[0] // 2 + 1, WORDS), dtype=np.uint64)
    known = 2
    while known < rows.shape[0]:
        sums, others = rows[known : 2 * known - 1], np.empty((known - 1, ROW_WORDS), dtype=np.uint64)
        others[:] = rows[known - 1]
        sums[:] = rows[: known - 1]
        add_lanes(sums, others, products)
        known *= 2
    make_canonical(rows)


def powers_of_two(point: Point, count: int) -> Sequence[Point]:
    """P, 2P, 4P, …: `count` of them."""
    powers = [point]
    while len(powers) < count:
        powers.append(powers[-1].multiply_public(2))
    return powers
