"""Field128 in compiled loops: an element is a pair of words, least significant first.

Montgomery's multiplication (Mathematics of Computation 44, 1985) with R = 2^128. p = 1 modulo 2^64, so the
digit m that makes t + m·p divisible by 2^64 is just -t, and only the high word of p takes a multiplication.
See `crypto.prio3.batch_field` for what the names promise.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from crypto.machine_words import multiply_add
from crypto.prio3.field import FIELD128

_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_HIGH: Final = np.uint64(FIELD128.modulus >> 64)
"""The high word of p; the low one is 1."""

_R_SQUARED: Final = (1 << 256) % FIELD128.modulus
_R_SQUARED_WORDS: Final = (np.uint64(_R_SQUARED % (1 << 64)), np.uint64(_R_SQUARED >> 64))


@njit(inline="always")  # type: ignore[untyped-decorator]
def _divide_by_word(t0: Any, t1: Any, t2: Any) -> Any:
    """(t + m·p)/2^64 for the m that makes it whole, as two words and a carry; below 2p if t < 2^64·p."""
    low, carry = multiply_add(_ZERO - t0, _HIGH, t1, np.uint64(t0 != _ZERO))
    high = t2 + carry
    return low, high, np.uint64(high < carry)


@njit(inline="always")  # type: ignore[untyped-decorator]
def _reduce(low: Any, high: Any, carry: Any) -> Any:
    """Take p off once if the number below 2p is not below p."""
    over = (carry != _ZERO) | (high > _HIGH) | ((high == _HIGH) & (low != _ZERO))
    borrow = np.uint64(low == _ZERO)
    return (low - _ONE, high - _HIGH - borrow) if over else (low, high)


@njit(inline="always")  # type: ignore[untyped-decorator]
def _montgomery(x: Any, y: Any) -> Any:
    """x·y/R, one word of x after the other."""
    t0, carry = multiply_add(x[0], y[0], _ZERO, _ZERO)
    t1, t2 = multiply_add(x[0], y[1], carry, _ZERO)
    r0, r1, r2 = _divide_by_word(t0, t1, t2)
    t0, carry = multiply_add(x[1], y[0], r0, _ZERO)
    t1, t2 = multiply_add(x[1], y[1], r1, carry)
    low, high, over = _divide_by_word(t0, t1, t2 + r2)
    return _reduce(low, high, over)


def multiply(x: Any, y: Any) -> Any:
    """The product over R."""
    return _montgomery(x, y)


def add(x: Any, y: Any) -> Any:
    """The sum."""
    low, high = x[0] + y[0], x[1] + y[1]
    carry = np.uint64(low < x[0])
    total = high + carry
    return _reduce(low, total, np.uint64(high < x[1]) | np.uint64(total < carry))


def subtract(x: Any, y: Any) -> Any:
    """The difference."""
    low, borrow = x[0] - y[0], np.uint64(x[0] < y[0])
    high = x[1] - y[1] - borrow
    if (x[1] < y[1]) | ((x[1] == y[1]) & (borrow != _ZERO)):
        low += _ONE
        high += _HIGH + np.uint64(low == _ZERO)
    return low, high


def to_factor(x: Any) -> Any:
    """The element times R."""
    return _montgomery(x, _R_SQUARED_WORDS)


def is_zero(x: Any) -> Any:
    """Whether it is zero."""
    return (x[0] | x[1]) == _ZERO


def is_reduced(x: Any) -> Any:
    """Whether a pair of words is an element."""
    return (x[1] < _HIGH) | ((x[1] == _HIGH) & (x[0] == _ZERO))


def get(row: Any, place: Any) -> Any:
    """The element at a place."""
    return row[place, 0], row[place, 1]


def put(row: Any, place: Any, x: Any) -> None:
    """Write the element at a place."""
    row[place, 0], row[place, 1] = x
