"""How do compiled loops compute in both fields, each as fast as it can be?

Kernels are written once against the functions below; by numba's overloading on types the compiler takes the
arithmetic of `batch_field64` where an element is a word, and of `batch_field128` where it is a pair of words.
Rows of elements have shape (…, length) or (…, length, 2), so the bytes of a row are its encoding.

A *value* is an element as it is. A *factor* is an element times R: R = 1 in Field64, and R = 2^128 in
Field128. `multiply` gives x·y/R: value by factor is a value, factor by factor a factor, so data is never
converted and only constants and random coefficients are factors. All results are reduced.

Timing: no table and no loop depends on an element, but a comparison may become a branch, so this is not
promised to be constant time. Nodes compute here on shares, which are uniform whatever the measurement.

NOTE: numba's cache watches the file of a cached kernel only. After a change in here or in one of the two
fields, delete the cached kernels of `batch_query` and `batch_linear`.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from crypto.prio3 import batch_field64, batch_field128
from crypto.prio3.field import FIELD64, PrimeField

Words = NDArray[np.uint64]
"""Rows of elements."""


def words_of(field: PrimeField, rows: NDArray[np.uint8]) -> Words:
    """Encoded elements as words, one row for each of the rows, whether or not they are reduced."""
    words = np.ascontiguousarray(rows).view(np.uint64)
    return words if field == FIELD64 else words.reshape(len(rows), words.shape[1] // 2, 2)


def bytes_of(words: Words) -> NDArray[np.uint8]:
    """The encodings of rows of elements."""
    encoded = np.ascontiguousarray(words).view(np.uint8)
    return encoded.reshape(len(words), prod(encoded.shape[1:]))


def value_words(field: PrimeField, elements: Sequence[int]) -> Words:
    """A vector of integers as one row of values."""
    encoded = field.encode([element % field.modulus for element in elements])
    words: Words = words_of(field, np.frombuffer(encoded, dtype=np.uint8)[np.newaxis])[0].copy()
    return words


def factor_words(field: PrimeField, elements: Sequence[int]) -> Words:
    """A vector of integers as one row of factors."""
    r = 1 if field == FIELD64 else 1 << 128
    return value_words(field, [element * r for element in elements])


def multiply(x: Any, y: Any) -> Any:
    """The product over R."""


def add(x: Any, y: Any) -> Any:
    """The sum."""


def subtract(x: Any, y: Any) -> Any:
    """The difference."""


def to_factor(x: Any) -> Any:
    """The factor of a value."""


def is_zero(x: Any) -> Any:
    """Whether it is zero."""


def is_reduced(x: Any) -> Any:
    """Whether words that came from outside are those of an element."""


def get(row: Any, place: Any) -> Any:
    """The element at a place of a row."""


def put(row: Any, place: Any, x: Any) -> Any:
    """Write an element to a place of a row."""


@overload(multiply)  # type: ignore[untyped-decorator]
def _multiply(x: Any, y: Any) -> Any:
    return batch_field128.multiply if _are_pairs(x) else batch_field64.multiply


@overload(add)  # type: ignore[untyped-decorator]
def _add(x: Any, y: Any) -> Any:
    return batch_field128.add if _are_pairs(x) else batch_field64.add


@overload(subtract)  # type: ignore[untyped-decorator]
def _subtract(x: Any, y: Any) -> Any:
    return batch_field128.subtract if _are_pairs(x) else batch_field64.subtract


@overload(to_factor)  # type: ignore[untyped-decorator]
def _to_factor(x: Any) -> Any:
    return batch_field128.to_factor if _are_pairs(x) else batch_field64.to_factor


@overload(is_zero)  # type: ignore[untyped-decorator]
def _is_zero(x: Any) -> Any:
    return batch_field128.is_zero if _are_pairs(x) else batch_field64.is_zero


@overload(is_reduced)  # type: ignore[untyped-decorator]
def _is_reduced(x: Any) -> Any:
    return batch_field128.is_reduced if _are_pairs(x) else batch_field64.is_reduced


@overload(get)  # type: ignore[untyped-decorator]
def _get(row: Any, place: Any) -> Any:
    return batch_field128.get if _is_row_of_pairs(row) else batch_field64.get


@overload(put)  # type: ignore[untyped-decorator]
def _put(row: Any, place: Any, x: Any) -> Any:
    return batch_field128.put if _is_row_of_pairs(row) else batch_field64.put


def _are_pairs(kind: Any) -> bool:
    return isinstance(kind, types.UniTuple)


def _is_row_of_pairs(kind: Any) -> bool:
    return isinstance(kind, types.Array) and kind.ndim > 1
