"""What can a role compute of a product without a message? One product, in the right combination.

With x = x_0 + x_1 + x_2 and y alike, role i holds (x_i, x_{i+1}) and (y_i, y_{i+1}). Let r be a root of
r² - r + 1, such as 2^32 in the Goldilocks field, so that r + r^-1 = 1. Role i computes

    (x_i + r^-1 x_{i+1})·(r y_i + y_{i+1}) = r x_i y_i + x_i y_{i+1} + x_{i+1} y_i + r^-1 x_{i+1} y_{i+1};

over the three roles every mixed term comes up once, and x_i y_i twice: r times at role i and r^-1 times at
role i - 1, once in all. So the parts add up to x y as in replicated multiplication (Araki, Furukawa, Lindell,
Nof, Ohara, CCS 2016), where each part takes two products; multiplying by r is a shift. Sums of products are
added up before anything is sent, in 192 bits, and reduced once.

Tables are columns by records and are read where they lie, a block of records at a time, so that they may be
files mapped into memory and many cells share one pass. *Labels* put every record into one of several groups,
or into none (-1): one pass sums all groups. Sums over all records are made in `crypto.mpc.limbs`.
"""

from typing import Any, Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.goldilocks import (
    INVERSE_ROOT,
    PRIME,
    FieldVector,
    accumulate,
    add_element,
    multiply_element,
    subtract_element,
    times_root,
)
from crypto.mpc import limbs

Labels = NDArray[np.int16]
"""The group of each record, -1 for none."""

Columns = NDArray[np.int64]
"""Positions of columns in a table; pairs of them are a table of pairs by two."""

_BLOCK: Final = 512  # records whose columns stay in the nearest cache
_WORD: Final = numba.types.uint64
_VECTOR: Final = numba.types.Array(_WORD, 1, "C", readonly=True)
_TABLE: Final = numba.types.Array(_WORD, 2, "C", readonly=True)
_LABELS: Final = numba.types.Array(numba.types.int16, 1, "C", readonly=True)
_TABLES: Final = numba.types.UniTuple(_TABLE, 2)
_PAIRS: Final = numba.types.Array(numba.types.int64, 2, "C", readonly=True)
_COLUMNS: Final = numba.types.Array(numba.types.int64, 1, "C", readonly=True)
_LOW: Final = np.uint64(2**32 - 1)
_HALF: Final = np.uint64(32)


class Shares(NamedTuple):
    """Both summands that a role holds of a table or vector."""

    first: FieldVector
    second: FieldVector


@numba.njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _left(own: Any, following: Any) -> Any:
    """The left factor, x_i + r^-1 x_{i+1} = x_i + x_{i+1} - r x_{i+1}."""
    return subtract_element(add_element(own, following), times_root(following))


@numba.njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _right(own: Any, following: Any) -> Any:
    """The right factor, r y_i + y_{i+1}."""
    return add_element(times_root(own), following)


@numba.njit(numba.types.void(_WORD[::1], *[_VECTOR] * 4), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _products(out: Any, x_own: Any, x_next: Any, y_own: Any, y_next: Any) -> None:
    for index in range(out.size):
        left, right = _left(x_own[index], x_next[index]), _right(y_own[index], y_next[index])
        out[index] = multiply_element(left, right)


@numba.njit(numba.types.void(_WORD[::1], *[_VECTOR] * 4), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_inner_product(total: Any, x_own: Any, x_next: Any, y_own: Any, y_next: Any) -> None:
    low, high, top = total[0], total[1], total[2]
    for index in range(x_own.size):
        left, right = _left(x_own[index], x_next[index]), _right(y_own[index], y_next[index])
        low, high, top = accumulate(low, high, top, (left, right))
    total[0], total[1], total[2] = low, high, top


@numba.njit(numba.types.void(_WORD[::1], _VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _mask(out: Any, first: Any, second: Any) -> None:
    for index in range(out.size):
        out[index] = add_element(out[index], subtract_element(first[index], second[index]))


@numba.njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _combine(combined: Any, shares: Any, columns: Any, start: Any) -> None:
    """The right factors for a block of records of some columns."""
    own, following = shares
    end = min(start + _BLOCK, own.shape[1])
    for column in columns:
        out, one, other = combined[column], own[column, start:end], following[column, start:end]
        for index in range(one.size):
            out[index] = _right(one[index], other[index])


@numba.njit(numba.types.void(_WORD[:, :, ::1], _TABLES, _TABLES, _PAIRS, _LABELS), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _grouped_pair_sums(out: Any, left: Any, right: Any, pairs: Any, labels: Any) -> None:
    """Both sides are combined as right factors, so that these are r times the sums that are wanted."""
    lefts, rights = np.unique(pairs[:, 0]), np.unique(pairs[:, 1])
    x = np.empty((left[0].shape[0], _BLOCK), dtype=np.uint64)
    y = np.empty((right[0].shape[0], _BLOCK), dtype=np.uint64)
    for start in range(0, labels.size, _BLOCK):
        groups = labels[start : start + _BLOCK]
        _combine(x, left, lefts, start)
        _combine(y, right, rights, start)
        for pair in range(pairs.shape[0]):
            one, other = x[pairs[pair, 0]], y[pairs[pair, 1]]
            for index in range(groups.size):
                sums = out[pair, groups[index]]  # -1 is the last row, which nobody reads
                low, high, top = accumulate(sums[0], sums[1], sums[2], (one[index], other[index]))
                sums[0], sums[1], sums[2] = low, high, top


@numba.njit(numba.types.void(_WORD[:, :, ::1], _TABLE, _COLUMNS, _LABELS), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _grouped_sums(out: Any, table: Any, columns: Any, labels: Any) -> None:
    for start in range(0, table.shape[1], _BLOCK):
        end = min(start + _BLOCK, table.shape[1])
        for place in range(columns.size):
            column = columns[place]
            for index in range(start, end):
                word, label = table[column, index], labels[index]
                out[place, label, 0] += word & _LOW  # halves of 32 bits: nothing wraps below 2^32 records
                out[place, label, 1] += word >> _HALF


@numba.njit(numba.types.void(_WORD[::1], _TABLE, _TABLE, _VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weighted_columns(out: Any, own: Any, following: Any, weights: Any, next_weights: Any) -> None:
    for start in range(0, own.shape[1], _BLOCK):
        sums = out[start : start + _BLOCK]
        for column in range(own.shape[0]):
            weight = _left(weights[column], next_weights[column])
            one, other = own[column, start : start + _BLOCK], following[column, start : start + _BLOCK]
            for index in range(sums.size):
                term = multiply_element(weight, _right(one[index], other[index]))
                sums[index] = add_element(sums[index], term)


def products(left: Shares, right: Shares, out: FieldVector | None = None) -> FieldVector:
    """This role's part of every product of two vectors of one size, flat, in `out` if it is given."""
    part = np.empty(left.first.size, dtype=np.uint64) if out is None else out
    _products(part, *map(_flat, (*left, *right)))
    return part


def add_inner_product(total: NDArray[np.uint64], left: Shares, right: Shares) -> None:
    """Add this role's part of the inner product of two flat vectors to a sum of three words, in place."""
    _add_inner_product(total, *left, *right)


def mask(part: FieldVector, first: FieldVector, second: FieldVector) -> None:
    """Add a zero share, first - second, to a part in place: whoever lacks one of the two sees noise."""
    _mask(part, first, second)


def pair_sums(left: Shares, right: Shares, pairs: Columns) -> FieldVector:
    """This role's part of Σ x_j y_k over all records, for each pair (j, k) of columns.

    `left` and `right` are tables of as many records; a table with itself is cheapest.
    """
    if not pairs.shape[0]:
        return np.empty(0, dtype=np.uint64)
    table = (_table(left.first), _table(left.second))
    if left.first is right.first and left.second is right.second:
        return limbs.pair_sums(table, table, pairs)
    return limbs.pair_sums(table, (_table(right.first), _table(right.second)), pairs)


def grouped_pair_sums(
    left: Shares, right: Shares, pairs: Columns, *, labels: Labels, groups: int
) -> FieldVector:
    """As `pair_sums`, over the records of each group: pairs by groups."""
    sums = np.zeros((pairs.shape[0], groups + 1, 3), dtype=np.uint64)
    if pairs.shape[0]:
        _grouped_pair_sums(sums, tuple(map(_table, left)), tuple(map(_table, right)), pairs, labels)
    flat = [
        goldilocks.reduced(*words) * INVERSE_ROOT % PRIME
        for words in sums[:, :groups].reshape(-1, 3).tolist()
    ]
    return goldilocks.stacked(flat).reshape(pairs.shape[0], groups)


def column_sums(table: FieldVector, columns: Columns) -> FieldVector:
    """The sum of some columns of one component over all records."""
    return goldilocks.stacked([goldilocks.total(table[column]) for column in columns.tolist()])


def grouped_sums(table: FieldVector, columns: Columns, labels: Labels, groups: int) -> FieldVector:
    """The sums of some columns of one component over the records of each group: columns by groups."""
    sums = np.zeros((columns.size, groups + 1, 2), dtype=np.uint64)
    if columns.size:
        _grouped_sums(sums, _table(table), columns, labels)
    flat = [(low + (high << 32)) % goldilocks.PRIME for low, high in sums.reshape(-1, 2).tolist()]
    return goldilocks.stacked(flat).reshape(columns.size, groups + 1)[:, :groups]


def weighted_columns(table: Shares, weights: Shares) -> FieldVector:
    """This role's part of Σ_j w_j x_j for every record: a table (columns by records) times a vector."""
    out = np.zeros(table.first.shape[1], dtype=np.uint64)
    _weighted_columns(out, *map(_table, table), *map(_flat, weights))
    return out


def _flat(values: FieldVector) -> FieldVector:
    return np.ascontiguousarray(values).reshape(-1)


def _table(values: FieldVector) -> FieldVector:
    # A memory-mapped file is contiguous already: only its view changes, nothing is read.
    return np.ascontiguousarray(values)
