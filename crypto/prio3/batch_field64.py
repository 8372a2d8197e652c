"""Field64 in compiled loops: an element is one word.

2^64 = 2^32 - 1 and 2^96 = -1 modulo p = 2^64 - 2^32 + 1, so a product of two words is reduced by shifts, one
subtraction and one addition. See `crypto.prio3.batch_field` for what the names promise.
"""

from typing import Any, Final

import numpy as np

from crypto.machine_words import multiply_add
from crypto.prio3.field import FIELD64

_MODULUS: Final = np.uint64(FIELD64.modulus)
_LOW_HALF: Final = np.uint64((1 << 32) - 1)
_HALF_BITS: Final = np.uint64(32)
_ZERO: Final = np.uint64(0)


def multiply(x: Any, y: Any) -> Any:
    """The product."""
    low, high = multiply_add(x, y, _ZERO, _ZERO)
    top, bottom = high >> _HALF_BITS, high & _LOW_HALF
    # low - top + bottom·(2^32 - 1), where a wrap around 2^64 is worth 2^32 - 1.
    difference = low - top
    if low < top:
        difference -= _LOW_HALF
    shifted = bottom * _LOW_HALF
    total = difference + shifted
    if total < shifted:
        total += _LOW_HALF
    return total - _MODULUS if total >= _MODULUS else total


def add(x: Any, y: Any) -> Any:
    """The sum."""
    total = x + y
    return total - _MODULUS if (total < x) | (total >= _MODULUS) else total


def subtract(x: Any, y: Any) -> Any:
    """The difference."""
    difference = x - y
    return difference + _MODULUS if x < y else difference


def to_factor(x: Any) -> Any:
    """The same, as R = 1."""
    return x


def is_zero(x: Any) -> Any:
    """Whether it is zero."""
    return x == _ZERO


def is_reduced(x: Any) -> Any:
    """Whether a word is an element."""
    return x < _MODULUS


def get(row: Any, place: Any) -> Any:
    """The element at a place."""
    return row[place]


def put(row: Any, place: Any, x: Any) -> None:
    """Write the element at a place."""
    row[place] = x
