"""Which small number stands in the exponent: discrete logarithms to the base point of secp256k1 in a range.

Baby-step giant-step (Shanks, 1971) around the middle of the range. With m = 2^17 baby steps j·G and a stride
S = 2m + 1, every d is k·S ± j; j·G and -j·G share their x-coordinate, so T = d·G is found where x(T - k·S·G)
is in the table. Giant steps go in blocks: the multiples k·S·G, k = 1..2048, are kept, T + k·S·G and T - k·S·G
share one inverse, and all 2048 inverses of a block come from one (Montgomery's trick), so that a giant step
takes 3.5 products and one look-up, and only T moves from block to block.

The table keeps the lowest 64 bits of each x-coordinate, sorted, under an index by their top 17 bits: 2.5 MB
in all. Truncation may match falsely, with probability 2^-47 a giant step, and so every match is checked on
the whole point. It is built once per process on first use, in about 30 ms; `prepare` builds it when
convenient.

Timing. The time tells the magnitude of the result; whoever may know the range but not the result must not
be able to measure it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crypto.base_point import BASE
from crypto.curve import INFINITY, Point
from crypto.curve_field import WORDS, canonical, invert, multiply, subtract
from crypto.curve_lanes import ROW_WORDS, Rows, fill_multiples, load, powers_of_two, rows_of, store
from crypto.errors import DecryptionError, OutOfRangeError

MAX_RANGE: Final = 1 << 42
"""The most numbers that are searched; that many take about a second."""

_BABY_BITS: Final = 17
_BABIES: Final = 1 << _BABY_BITS
_GIANT_BITS: Final = 11
_GIANTS: Final = 1 << _GIANT_BITS
_STRIDE: Final = 2 * _BABIES + 1
_WIDTH: Final = (2 * _GIANTS + 1) * _STRIDE
_INDEX_SHIFT: Final = np.uint64(64 - _BABY_BITS)
_MAX_MATCHES: Final = 16
_UNIT: Final = (np.uint64(1), np.uint64(0), np.uint64(0), np.uint64(0))
_NOUGHT: Final = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))


class _Steps(NamedTuple):
    """The baby steps, by their truncated x-coordinates in order, and the giant steps."""

    keys: NDArray[np.uint64]
    numbers: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    giants: Rows


class _Table(NamedTuple):
    """What is computed once; `back` leads from one block to the next."""

    steps: _Steps
    back: Point


def prepare() -> None:
    """Build the table now, rather than when the first result is looked for."""
    _table()


def discrete_log(point: Point, *, low: int, high: int) -> int:
    """The number z in [low, high] with z·G = point.

    About 0.1 µs for 2^18 numbers of the range: 2^32 in 2 ms, 2^40 in half a second.

    Raises:
        DecryptionError: no number of the range does.
        OutOfRangeError: the range is empty or holds more than 2^42 numbers.
    """
    if not 0 <= high - low < MAX_RANGE:
        raise OutOfRangeError(f"expected a range of 1 to {MAX_RANGE} numbers, got [{low}, {high}]")
    for candidate in _candidates(point, low, high):
        # Every match is checked on the whole point; a match outside of the range is no result either.
        if low <= candidate <= high and _power(candidate) == point:
            return candidate
    raise DecryptionError("the result is not in the range that was asked for")


def _candidates(point: Point, low: int, high: int) -> Iterator[int]:
    """Numbers that may be the logarithm, block by block upwards."""
    table = _table()
    blocks = (high - low) // _WIDTH + 1
    # The blocks lie around the middle of the range, so that a short range is the middle of one block.
    center = (low + high) // 2 - (blocks - 1) * _WIDTH // 2
    reach = min(_GIANTS, (high - low) // (2 * _STRIDE) + 1)
    moving = point - _power(center)
    for _ in range(blocks):
        if moving == INFINITY:
            yield center
        else:
            for giant, baby in _matches(moving, table, reach):
                yield center + giant * _STRIDE + baby
                yield center + giant * _STRIDE - baby
        moving, center = moving + table.back, center + _WIDTH


def _matches(point: Point, table: _Table, reach: int) -> list[list[int]]:
    found = np.empty((_MAX_MATCHES, 2), dtype=np.int64)
    count = _scan(rows_of((point,))[0], table.steps, reach, found)
    matches: list[list[int]] = found[:count].tolist()
    return matches


def _power(number: int) -> Point:
    return BASE.multiply_public(number)


@lru_cache(maxsize=1)
def _table() -> _Table:
    babies = _multiples(BASE, _BABY_BITS)
    order = np.argsort(babies[:, 0])
    keys = babies[order, 0]
    buckets = np.arange(_BABIES + 1, dtype=np.uint64)
    starts = np.searchsorted(keys >> _INDEX_SHIFT, buckets).astype(np.uint32)
    numbers = (order + 1).astype(np.uint32)
    return _Table(_Steps(keys, numbers, starts, _multiples(_power(_STRIDE), _GIANT_BITS)), _power(-_WIDTH))


def _multiples(point: Point, bits: int) -> Rows:
    rows = np.zeros((1 << bits, ROW_WORDS), dtype=np.uint64)
    rows[(1 << np.arange(bits + 1)) - 1] = rows_of(powers_of_two(point, bits + 1))
    fill_multiples(rows)
    return rows


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _look_up(x: Any, steps: _Steps) -> int:
    """The baby step whose truncated x-coordinate this is, or 0."""
    key = canonical(x)[0]
    bucket = key >> _INDEX_SHIFT
    for place in range(steps.starts[bucket], steps.starts[bucket + np.uint64(1)]):
        if steps.keys[place] == key:
            return np.int64(steps.numbers[place])  # type: ignore[return-value]
    return 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _run(giant_x: Any, x: Any) -> tuple[Any, bool]:
    """The difference of two x-coordinates, or 1 where it is zero, and whether it was."""
    run = canonical(subtract(giant_x, x))
    if run[0] | run[1] | run[2] | run[3]:
        return run, False
    return _UNIT, True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep(matches: Any, found: int, giant: int, baby: int) -> int:
    if found < matches.shape[0]:
        matches[found, 0], matches[found, 1] = giant, baby
        found += 1
    return found


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _scan(point: Any, steps: _Steps, reach: int, matches: Any) -> int:
    """Look at point ± k·S·G for k = 0..reach; write (k, j) where ±j·G may be there, and return how many."""
    x, y = load(point, 0), load(point, WORDS)
    found = 0
    baby = _look_up(x, steps)
    if baby:
        found = _keep(matches, found, 0, baby)
    products = np.empty((reach, WORDS), dtype=np.uint64)
    product = _UNIT
    for place in range(reach):
        store(products[place], 0, product)
        run, equal = _run(load(steps.giants[place], 0), x)
        product = multiply(product, run)
        if equal:
            # The point is ±k·S·G itself.
            found = _keep(matches, _keep(matches, found, place + 1, 0), -place - 1, 0)
    inverse = invert(product)
    for place in range(reach - 1, -1, -1):
        giant_x, giant_y = load(steps.giants[place], 0), load(steps.giants[place], WORDS)
        run, _equal = _run(giant_x, x)
        own = multiply(inverse, load(products[place], 0))
        inverse = multiply(inverse, run)
        both = subtract(_NOUGHT, subtract(subtract(_NOUGHT, x), giant_x))
        down, up = multiply(subtract(subtract(_NOUGHT, y), giant_y), own), multiply(subtract(giant_y, y), own)
        baby = _look_up(subtract(multiply(down, down), both), steps)
        if baby:
            found = _keep(matches, found, place + 1, baby)
        baby = _look_up(subtract(multiply(up, up), both), steps)
        if baby:
            found = _keep(matches, found, -place - 1, baby)
    return found
