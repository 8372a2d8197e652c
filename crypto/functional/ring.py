"""Vectors over Z_2^64, where sums and products wrap by themselves.

The vectors are numpy arrays of uint64: the machine's own arithmetic is the ring's. Elements stand for signed
integers in [-2^63, 2^63), so a result is right as long as the true integer stays in there; whoever plans a
computation checks that first. numpy warns about wrapping *scalars*, so everything here keeps arrays.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.errors import MalformedError

RingVector = NDArray[np.uint64]
"""Elements of Z_2^64, of any shape."""

ELEMENT_BYTES: Final = 8
_MASK: Final = (1 << 64) - 1
_WIRE: Final = np.dtype(">u8")


def to_ring(values: Iterable[int]) -> RingVector:
    """Integers of any size and sign, reduced modulo 2^64."""
    return np.array([value & _MASK for value in values], dtype=np.uint64)


def from_ring_signed(vector: RingVector) -> list[int]:
    """The integers in [-2^63, 2^63) that the elements stand for."""
    return [int(value) for value in vector.view(np.int64)]


def total(vector: RingVector) -> RingVector:
    """The sum of all elements, as a vector of one element."""
    return np.sum(vector, dtype=np.uint64, keepdims=True).reshape(1)


def inner_product(left: RingVector, right: RingVector) -> RingVector:
    """The sum of the products of two vectors of one length, as a vector of one element."""
    return total(left * right)


def ring_bytes(vector: RingVector) -> bytes:
    """The elements in order, 8 bytes each, most significant first."""
    return vector.astype(_WIRE).tobytes()


def ring_from_bytes(raw: bytes, count: int) -> RingVector:
    """Read what `ring_bytes` wrote.

    Raises:
        MalformedError: the bytes are not exactly `count` elements.
    """
    if len(raw) != count * ELEMENT_BYTES:
        raise MalformedError(f"expected {count} ring elements, got {len(raw)} bytes")
    return np.frombuffer(raw, dtype=_WIRE).astype(np.uint64)
