"""How are the products of whole columns summed fast? In limbs of 22 bits, eight records at a time.

A role's part of Σ x_j y_k is r^-1·Σ u_j v_k, where u = r x_i + x_{i+1} and v = r y_i + y_{i+1} are made once
for each column (`crypto.mpc.local` says why). A word u = u_0 + 2^22 u_1 + 2^44 u_2 has three limbs, and six
products of limbs and of sums of two limbs are a product (Karatsuba and Ofman 1962):

    u v = q_0 + 2^22 (q_01 - q_0 - q_1) + 2^44 (q_02 - q_0 - q_2 + q_1) + 2^66 (q_12 - q_1 - q_2) + 2^88 q_2

with q_s = u_s v_s and q_st = (u_s + u_t)(v_s + v_t). Each is below 2^46, so a block of records adds up in a
word without carries, which is what lets the compiler use the processor's widest registers: it multiplies 32
bits by 32 there and has no carry. Four right columns share each load of a left one. Nothing here depends on
values, neither in time nor in what is read.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from crypto.goldilocks import INVERSE_ROOT, PRIME, FieldVector, add_element, times_root

LIMB_BITS: Final = 22
_BLOCK: Final = 512  # of one limb of some ten columns of so many records the nearest cache has room
_FOUR: Final = 4
_PLANES: Final = 6  # three limbs and their three sums of two
_WORD: Final = numba.types.uint64
_TABLE: Final = numba.types.Array(_WORD, 2, "C", readonly=True)
_TABLES: Final = numba.types.UniTuple(_TABLE, 2)
_COLUMNS: Final = numba.types.Array(numba.types.int64, 1, "C", readonly=True)
_PLACES: Final = numba.types.Array(numba.types.int64, 2, "C", readonly=True)
_TWO_COLUMNS: Final = numba.types.UniTuple(_COLUMNS, 2)
_TWO_PLACES: Final = numba.types.UniTuple(_PLACES, 2)
_SUMS: Final = _WORD[:, :, ::1]
_LIMBS: Final = numba.types.uint32[:, :, ::1]
_MIDDLE: Final = np.uint64(LIMB_BITS)
_UPPER: Final = np.uint64(2 * LIMB_BITS)
_MASK: Final = np.uint64(2**LIMB_BITS - 1)
_ZERO: Final = np.uint64(0)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(2**32 - 1)


Both = tuple[FieldVector, FieldVector]
"""What a role holds of a table: summands `role` and `role + 1`."""


@numba.njit(numba.types.void(_LIMBS, _TABLES, _COLUMNS, numba.types.int64), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _cut(limbs: Any, shares: Any, columns: Any, start: Any) -> None:
    own, following = shares
    end = min(start + _BLOCK, own.shape[1])
    for place in range(columns.size):
        first, second = own[columns[place], start:end], following[columns[place], start:end]
        low, middle, upper = limbs[0, place], limbs[1, place], limbs[2, place]
        low_middle, middle_upper, low_upper = limbs[3, place], limbs[4, place], limbs[5, place]
        for index in range(first.size):
            word = add_element(times_root(first[index]), second[index])
            zero, one, two = word & _MASK, word >> _MIDDLE & _MASK, word >> _UPPER
            low[index], middle[index], upper[index] = zero, one, two
            low_middle[index], middle_upper[index], low_upper[index] = zero + one, one + two, zero + two


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _inner(left: Any, right: Any) -> Any:
    total = _ZERO
    for index in range(left.size):
        total += np.uint64(left[index]) * np.uint64(right[index])
    return total


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _four_inner(left: Any, one: Any, two: Any, three: Any, four: Any) -> Any:
    first, second, third, fourth = _ZERO, _ZERO, _ZERO, _ZERO
    for index in range(left.size):
        factor = np.uint64(left[index])
        first += factor * np.uint64(one[index])
        second += factor * np.uint64(two[index])
        third += factor * np.uint64(three[index])
        fourth += factor * np.uint64(four[index])
    return first, second, third, fourth


@numba.njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _note(sums: Any, total: Any) -> None:
    # A block adds up to less than 2^55; halves of 32 bits of it are good for 2^32 blocks.
    sums[0] += total & _LOW
    sums[1] += total >> _HALF


@numba.njit(numba.types.void(_SUMS, _LIMBS, _LIMBS, _PLACES, numba.types.int64), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_fours(sums: Any, left: Any, right: Any, places: Any, size: Any) -> None:
    for plane in range(_PLANES):
        for row in range(places.shape[0]):
            totals = _four_inner(
                left[plane, places[row, 0], :size],
                right[plane, places[row, 1], :size],
                right[plane, places[row, 2], :size],
                right[plane, places[row, 3], :size],
                right[plane, places[row, 4], :size],
            )
            for place in range(_FOUR):
                _note(sums[_FOUR * row + place, plane], totals[place])


@numba.njit(numba.types.void(_SUMS, _LIMBS, _LIMBS, _PLACES, numba.types.int64), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_singles(sums: Any, left: Any, right: Any, places: Any, size: Any) -> None:
    for plane in range(_PLANES):
        for row in range(places.shape[0]):
            one, other = left[plane, places[row, 0], :size], right[plane, places[row, 1], :size]
            _note(sums[row, plane], _inner(one, other))


@numba.njit(numba.types.void(_SUMS, _TABLES, _TABLES, _TWO_COLUMNS, _TWO_PLACES), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_up(sums: Any, left: Any, right: Any, columns: Any, places: Any) -> None:
    (lefts, rights), (fours, singles) = columns, places
    one = np.empty((_PLANES, lefts.size, _BLOCK), dtype=np.uint32)
    # Where both tables are one, no column is a right one by itself.
    other = np.empty((_PLANES, rights.size, _BLOCK), dtype=np.uint32) if rights.size else one
    of_fours, of_singles = sums[: _FOUR * fours.shape[0]], sums[_FOUR * fours.shape[0] :]
    for start in range(0, left[0].shape[1], _BLOCK):
        size = min(_BLOCK, left[0].shape[1] - start)
        _cut(one, left, lefts, start)
        if rights.size:
            _cut(other, right, rights, start)
        _add_fours(of_fours, one, other, fours, size)
        _add_singles(of_singles, one, other, singles, size)


def pair_sums(left: Both, right: Both, pairs: NDArray[np.int64]) -> FieldVector:
    """A role's part of Σ x_j y_k over all records, for pairs (j, k) of columns: one element for each pair.

    Args:
        left: both summands of a table, columns by records, contiguous.
        right: those of a table of as many records; the very same arrays if it is the same table.
        pairs: positions of columns, pairs by two, at least one.
    """
    if left[0] is right[0] and left[1] is right[1]:
        lefts, places = np.unique(pairs, return_inverse=True)
        rights, places = lefts[:0], places.reshape(pairs.shape)
    else:
        (lefts, one), (rights, other) = (np.unique(column, return_inverse=True) for column in pairs.T)
        places = np.stack([one, other], axis=1)
    fours, singles = _grouped(places[:, 0].tolist())
    sums = np.zeros((pairs.shape[0], _PLANES, 2), dtype=np.uint64)
    rows = np.array([[places[four[0], 0], *places[four, 1]] for four in fours], dtype=np.int64)
    _add_up(
        sums,
        tuple(left),
        tuple(right),
        (lefts, rights),
        (rows.reshape(-1, 1 + _FOUR), places[singles]),
    )
    order = [*(pair for four in fours for pair in four), *singles]
    totals = np.empty(pairs.shape[0], dtype=np.uint64)
    totals[order] = [_product(halves) for halves in sums.tolist()]
    return totals


def _grouped(lefts: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """Which pairs go together: fours that have their left column in common, and the others one by one."""
    alike: dict[int, list[int]] = defaultdict(list)
    for pair, left in enumerate(lefts):
        alike[left].append(pair)
    fours, singles = [], []
    for group in alike.values():
        whole = len(group) - len(group) % _FOUR
        fours += [group[start : start + _FOUR] for start in range(0, whole, _FOUR)]
        singles += group[whole:]
    return fours, singles


def _product(halves: Sequence[Sequence[int]]) -> int:
    """The element that six sums of products of limbs stand for."""
    zero, one, two, zero_one, one_two, zero_two = (low + (high << 32) for low, high in halves)
    digits = (
        zero,
        zero_one - zero - one,
        zero_two - zero - two + one,
        one_two - one - two,
        two,
    )
    total = sum(digit << LIMB_BITS * place for place, digit in enumerate(digits))
    return total * INVERSE_ROOT % PRIME
