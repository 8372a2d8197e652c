"""The prime field of 2^64 - 2^32 + 1 elements, vectorised: the field in which shared values are multiplied.

The Goldilocks prime is Field64 of the VDAF specification. It fits a machine word and reduces without
division: 2^64 = 2^32 - 1 and 2^96 = -1 modulo p, so a product hi·2^64 + lo is lo - (hi >> 32) + (hi mod
2^32)·(2^32 - 1). So r = 2^32 is a root of x² - x + 1, and multiplying by it is a shift. Being a field, it
carries message authentication codes, inverses and interpolation, which Z_2^64 does not.

Vectors are numpy arrays of uint64 with every element below p, of any shape; `checked` is for what came from
outside. Loops are compiled (numba), without branches on values where the compiler keeps them so: that is
*nearly* constant time, and what they see here are uniform shares, not secrets.

Signed numbers stand in (-p/2, p/2); whoever plans a computation makes sure that no true result leaves it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from crypto.errors import MalformedError, OutOfRangeError
from crypto.machine_words import multiply_add

PRIME: Final = 2**64 - 2**32 + 1
ROOT: Final = 2**32
"""r with r² - r + 1 = 0, which is the prime itself; so r + 1/r = 1."""
INVERSE_ROOT: Final = PRIME + 1 - ROOT
ELEMENT_BYTES: Final = 8
_WIRE: Final = np.dtype("<u8")
_P: Final = np.uint64(PRIME)
_EPSILON: Final = np.uint64(2**32 - 1)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(2**32 - 1)
_ZERO: Final = np.uint64(0)

_VECTOR: Final = numba.types.Array(numba.types.uint64, 1, "C", readonly=True)
"""What compiled loops read: memory-mapped files and received messages too, which nobody may write to."""

FieldVector = NDArray[np.uint64]
"""Elements below the prime, of any shape."""


@numba.njit("uint64(uint64, uint64)", cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def add_element(left: Any, right: Any) -> Any:
    """The sum of two elements, inside compiled loops."""
    total = left + right
    # A wrapped sum lost 2^64, which is 2^32 - 1 modulo p; two elements below p wrap at most once.
    if total < left:
        return total + _EPSILON
    return total - _P if total >= _P else total


@numba.njit("uint64(uint64, uint64)", cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def subtract_element(left: Any, right: Any) -> Any:
    """The difference of two elements, inside compiled loops."""
    return left - right if left >= right else left + (_P - right)


@numba.njit("uint64(uint64)", cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def times_root(element: Any) -> Any:
    """2^32 times an element, inside compiled loops: (hi·2^32 + lo)·2^32 = lo·2^32 + hi·(2^32 - 1)."""
    return add_element(element << _HALF, (element >> _HALF) * _EPSILON)


@numba.njit("uint64(uint64, uint64)", cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def multiply_element(left: Any, right: Any) -> Any:
    """The product of two elements, inside compiled loops."""
    low, high = multiply_add(left, right, _ZERO, _ZERO)
    top = high >> _HALF
    reduced = low - top
    if low < top:
        reduced -= _EPSILON  # the borrow added 2^64 = 2^32 - 1
    middle = (high & _LOW) * _EPSILON
    total = reduced + middle
    if total < reduced:
        total += _EPSILON
    return total - _P if total >= _P else total


@numba.njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def accumulate(low: Any, high: Any, top: Any, factors: Any) -> Any:
    """A sum of 192 bits plus the product of two elements; `reduced` makes an element of it in the end.

    Adding up whole products and reducing once takes a fraction of the time of reducing each.
    """
    left, right = factors
    product, upper = multiply_add(left, right, _ZERO, _ZERO)
    low += product
    carried = upper + np.uint64(low < product)  # below 2^64: the upper word is below p
    high += carried
    return low, high, top + np.uint64(high < carried)


@numba.njit(numba.types.uint64[::1](_VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(left: Any, right: Any) -> Any:
    out = np.empty_like(left)
    for index in range(left.size):
        out[index] = add_element(left[index], right[index])
    return out


@numba.njit(numba.types.uint64[::1](_VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _subtract(left: Any, right: Any) -> Any:
    out = np.empty_like(left)
    for index in range(left.size):
        out[index] = subtract_element(left[index], right[index])
    return out


@numba.njit(numba.types.uint64[::1](_VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _multiply(left: Any, right: Any) -> Any:
    out = np.empty_like(left)
    for index in range(left.size):
        out[index] = multiply_element(left[index], right[index])
    return out


@numba.njit(numba.types.uint64[::1](_VECTOR, numba.types.uint64), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _scale(vector: Any, factor: Any) -> Any:
    out = np.empty_like(vector)
    for index in range(vector.size):
        out[index] = multiply_element(vector[index], factor)
    return out


@numba.njit(numba.types.UniTuple(numba.types.uint64, 2)(_VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _half_sums(vector: Any) -> Any:
    low, high = _ZERO, _ZERO  # halves of 32 bits: nothing wraps below 2^32 elements
    for index in range(vector.size):
        low += vector[index] & _LOW
        high += vector[index] >> _HALF
    return low, high


@numba.njit(numba.types.UniTuple(numba.types.uint64, 3)(_VECTOR, _VECTOR), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _inner(left: Any, right: Any) -> Any:
    low, high, top = _ZERO, _ZERO, _ZERO  # 192 bits, reduced once at the end
    for index in range(left.size):
        low, high, top = accumulate(low, high, top, (left[index], right[index]))
    return low, high, top


def add(left: FieldVector, right: FieldVector) -> FieldVector:
    """The sum, element by element; shapes broadcast as in numpy."""
    return _elementwise(_add, left, right)


def subtract(left: FieldVector, right: FieldVector) -> FieldVector:
    """The difference, element by element."""
    return _elementwise(_subtract, left, right)


def multiply(left: FieldVector, right: FieldVector) -> FieldVector:
    """The product, element by element."""
    return _elementwise(_multiply, left, right)


def scale(vector: FieldVector, factor: int) -> FieldVector:
    """Every element times a public integer of any size and sign."""
    flat = np.ascontiguousarray(vector).reshape(-1)
    scaled: FieldVector = _scale(flat, np.uint64(factor % PRIME)).reshape(vector.shape)
    return scaled


def negate(vector: FieldVector) -> FieldVector:
    """The additive inverse of every element."""
    return subtract(np.zeros_like(vector), vector)


def total(vector: FieldVector) -> int:
    """The sum of all elements."""
    low, high = _half_sums(np.ascontiguousarray(vector).reshape(-1))
    return ((int(high) << 32) + int(low)) % PRIME


def inner_product(left: FieldVector, right: FieldVector) -> int:
    """The sum of the products of two vectors of one length."""
    return reduced(*_inner(np.ascontiguousarray(left).reshape(-1), np.ascontiguousarray(right).reshape(-1)))


def reduced(low: int, high: int, top: int) -> int:
    """The element that a sum of 192 bits is, least significant word first."""
    return (int(low) + (int(high) << 64) + (int(top) << 128)) % PRIME


def inverse(element: int) -> int:
    """The multiplicative inverse of a nonzero element.

    Raises:
        OutOfRangeError: the element is zero modulo the prime.
    """
    if element % PRIME == 0:
        raise OutOfRangeError("zero has no inverse")
    return pow(element, -1, PRIME)


def from_integers(values: Iterable[int]) -> FieldVector:
    """Integers of any size and sign, reduced modulo the prime."""
    return np.array([value % PRIME for value in values], dtype=np.uint64)


def to_signed(vector: FieldVector) -> list[int]:
    """The integers in (-p/2, p/2) that the elements stand for."""
    half = PRIME // 2
    return [value - PRIME if value > half else value for value in vector.reshape(-1).tolist()]


def from_words(words: NDArray[np.uint64]) -> FieldVector:
    """Any words, reduced modulo the prime."""
    return np.where(words >= _P, words - _P, words)


def checked(words: NDArray[np.uint64]) -> FieldVector:
    """Words that must be elements.

    Raises:
        MalformedError: a word is not below the prime.
    """
    if words.size and int(words.max()) >= PRIME:
        raise MalformedError("expected field elements, got a word that is not below the prime")
    return words


def encode(vector: FieldVector) -> bytes:
    """The elements in order, 8 bytes each, least significant first."""
    return vector.astype(_WIRE, copy=False).tobytes()


def decode(raw: bytes, count: int) -> FieldVector:
    """Read what `encode` wrote.

    Raises:
        MalformedError: the bytes are not exactly `count` elements below the prime.
    """
    if len(raw) != count * ELEMENT_BYTES:
        raise MalformedError(f"expected {count} field elements, got {len(raw)} bytes")
    return checked(np.frombuffer(raw, dtype=_WIRE).astype(np.uint64, copy=False))


def stacked(values: Sequence[int]) -> FieldVector:
    """Elements that are below the prime already, as a vector."""
    return np.array(values, dtype=np.uint64)


def _elementwise(kernel: Any, left: FieldVector, right: FieldVector) -> FieldVector:
    if left.shape != right.shape:
        left, right = np.broadcast_arrays(left, right)
    one = np.ascontiguousarray(left).reshape(-1)
    other = np.ascontiguousarray(right).reshape(-1)
    result: FieldVector = kernel(one, other).reshape(left.shape)
    return result
