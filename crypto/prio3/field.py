"""Which numbers do the proofs compute with, and how are they written?

The two prime fields of draft-irtf-cfrg-vdaf-20, section 6.1. Elements are Python integers in
``range(modulus)`` and vectors are lists of them; on the wire an element has 8 or 16 bytes, least significant
first. Both multiplicative groups have a subgroup of large power-of-two order, so polynomials are given by
their values at roots of unity.

Limit: Python integers are not constant time. The wallet's own measurement passes through here on the wallet
only; nodes compute on shares, which are uniform whatever the measurement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crypto.errors import MalformedError, OutOfRangeError

Vector = list[int]
"""Field elements, each in ``range(modulus)``."""


@dataclass(frozen=True)
class PrimeField:
    """A prime field with 2^two_adicity-th roots of unity; arithmetic on elements is Python's own, reduced."""

    name: str
    modulus: int
    element_bytes: int
    generator: int
    """An element of order 2^two_adicity exactly."""
    two_adicity: int

    def inverse(self, element: int) -> int:
        """The multiplicative inverse.

        Raises:
            OutOfRangeError: the element is zero.
        """
        if element % self.modulus == 0:
            raise OutOfRangeError("zero has no inverse")
        return pow(element, -1, self.modulus)

    def root_of_unity(self, order: int) -> int:
        """The primitive root of unity of a power-of-two order.

        Raises:
            OutOfRangeError: the order is not a power of two or exceeds 2^two_adicity.
        """
        if not is_power_of_two(order) or order > 1 << self.two_adicity:
            raise OutOfRangeError(f"expected a power of two up to 2^{self.two_adicity}, got {order}")
        return pow(self.generator, (1 << self.two_adicity) // order, self.modulus)

    def add(self, left: Sequence[int], right: Sequence[int]) -> Vector:
        """The sum of two vectors of one length."""
        return [(x + y) % self.modulus for x, y in zip(left, right, strict=True)]

    def subtract(self, left: Sequence[int], right: Sequence[int]) -> Vector:
        """The difference of two vectors of one length."""
        return [(x - y) % self.modulus for x, y in zip(left, right, strict=True)]

    def encode(self, vector: Sequence[int]) -> bytes:
        """The elements in order, `element_bytes` each, least significant first."""
        return b"".join(element.to_bytes(self.element_bytes, "little") for element in vector)

    def decode(self, raw: bytes, count: int) -> Vector:
        """Read exactly `count` elements in the one form each has.

        Raises:
            MalformedError: another length, or an element that is not reduced.
        """
        size = self.element_bytes
        if len(raw) != count * size:
            raise MalformedError(f"expected {count} elements of {size} bytes, got {len(raw)} bytes")
        vector = [int.from_bytes(raw[place : place + size], "little") for place in range(0, len(raw), size)]
        if any(element >= self.modulus for element in vector):
            raise MalformedError(f"an element is not reduced modulo the prime of {self.name}")
        return vector


FIELD64: Final = PrimeField(
    "Field64", (1 << 64) - (1 << 32) + 1, 8, pow(7, 0xFFFFFFFF, (1 << 64) - (1 << 32) + 1), 32
)
"""The Goldilocks field, p = 2^64 - 2^32 + 1."""

_MODULUS128: Final = (1 << 128) - 7 * (1 << 66) + 1
FIELD128: Final = PrimeField("Field128", _MODULUS128, 16, pow(7, (_MODULUS128 - 1) >> 66, _MODULUS128), 66)
"""p = 2^128 - 7·2^66 + 1."""


@lru_cache(maxsize=256)
def roots_of_unity(field: PrimeField, order: int) -> tuple[int, ...]:
    """1, α, α², …, α^(order-1) for the primitive root α of a power-of-two order.

    Raises:
        OutOfRangeError: the field has no such root.
    """
    root, roots = field.root_of_unity(order), [1]
    while len(roots) < order:
        roots.append(roots[-1] * root % field.modulus)
    return tuple(roots)


def is_power_of_two(number: int) -> bool:
    """Whether a positive number has one bit."""
    return number > 0 and number & (number - 1) == 0


def next_power_of_two(number: int) -> int:
    """The least power of two that is not less than a positive number."""
    return 1 << (number - 1).bit_length()
