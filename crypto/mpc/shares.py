"""What one role holds of shared values: elements of the field, and planes of bits.

Both are replicated: a value is the sum (of elements) or the exclusive or (of bits) of three summands, and
role i holds summands i and i+1. Sums, differences and public factors are local; products need
`crypto.mpc.arithmetic` and `crypto.mpc.bits`. Public constants enter as summand 0, the others being zero.

*Elements* live in the Goldilocks field, any shape. *Planes* are bits of many records, 64 to a word: plane j
holds bit j of every record, record r at bit r mod 64 of word r // 64. A plane's last word is padded with bits
whose value nothing may depend on: whoever counts them masks them first with `Planes.mask`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.packing import WORD_BITS, everybody, pack_bits, unpack_bits
from crypto.mpc.rounds import Words

_FIRST_HOLDER: Final = 0
_SECOND_HOLDER: Final = 2


@dataclass(frozen=True, eq=False)
class Elements:
    """Shared field elements, as one role holds them: summands `role` and `role + 1`, of one shape."""

    role: int
    first: FieldVector = field(repr=False)
    second: FieldVector = field(repr=False)

    @classmethod
    def public(cls, role: int, values: FieldVector) -> "Elements":
        """Values that everybody knows, as shares."""
        zero = np.zeros_like(values)
        return cls(
            role,
            values if role == _FIRST_HOLDER else zero,
            values if role == _SECOND_HOLDER else zero,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self.first.shape

    def __add__(self, other: "Elements") -> "Elements":
        return Elements(
            self.role, goldilocks.add(self.first, other.first), goldilocks.add(self.second, other.second)
        )

    def __sub__(self, other: "Elements") -> "Elements":
        return Elements(
            self.role,
            goldilocks.subtract(self.first, other.first),
            goldilocks.subtract(self.second, other.second),
        )

    def plus(self, values: FieldVector) -> "Elements":
        """The shared values plus public ones."""
        return self + Elements.public(self.role, values)

    def scale(self, factor: int) -> "Elements":
        """The shared values times one public integer."""
        return Elements(
            self.role, goldilocks.scale(self.first, factor), goldilocks.scale(self.second, factor)
        )

    def weigh(self, factors: FieldVector) -> "Elements":
        """The shared values times public ones, element by element."""
        return Elements(
            self.role, goldilocks.multiply(self.first, factors), goldilocks.multiply(self.second, factors)
        )

    def total(self) -> "Elements":
        """The sum of all values, of shape (1,)."""
        sums = (goldilocks.total(self.first), goldilocks.total(self.second))
        return Elements(self.role, *(goldilocks.stacked([each]) for each in sums))

    def take(self, index: Any) -> "Elements":
        """Some of the values, chosen as numpy does."""
        return Elements(self.role, self.first[index], self.second[index])

    def reshape(self, *shape: int) -> "Elements":
        """The same values in another shape."""
        return Elements(self.role, self.first.reshape(shape), self.second.reshape(shape))

    @staticmethod
    def join(parts: Sequence["Elements"]) -> "Elements":
        """Values one after the other, flat."""
        return Elements(
            parts[0].role,
            np.concatenate([part.first.reshape(-1) for part in parts]),
            np.concatenate([part.second.reshape(-1) for part in parts]),
        )


@dataclass(frozen=True, eq=False)
class Planes:
    """Shared bits of `records` records, as one role holds them; both summands are planes by words."""

    role: int
    records: int
    first: Words = field(repr=False)
    second: Words = field(repr=False)

    @classmethod
    def public(cls, role: int, records: int, words: Words) -> "Planes":
        """Planes that everybody knows, such as who was admitted, as shares."""
        zero = np.zeros_like(words)
        return cls(
            role,
            records,
            words if role == _FIRST_HOLDER else zero,
            words if role == _SECOND_HOLDER else zero,
        )

    @property
    def count(self) -> int:
        """How many planes there are."""
        return int(self.first.shape[0])

    def __xor__(self, other: "Planes") -> "Planes":
        if self.first.shape != other.first.shape:
            shapes = f"{self.first.shape} and {other.first.shape}"
            raise OutOfRangeError(f"expected tables of one shape, got {shapes}")
        return Planes(self.role, self.records, self.first ^ other.first, self.second ^ other.second)

    def mask(self, words: Words) -> "Planes":
        """The bits where a public plane has a one; zero elsewhere."""
        return Planes(self.role, self.records, self.first & words, self.second & words)

    def invert(self) -> "Planes":
        """Every bit, negated (padding too)."""
        first = ~self.first if self.role == _FIRST_HOLDER else self.first
        second = ~self.second if self.role == _SECOND_HOLDER else self.second
        return Planes(self.role, self.records, first, second)

    def trimmed(self) -> "Planes":
        """The same bits with padding that is zero, so that it can be counted."""
        return self.mask(everybody(self.records)) if self.records % WORD_BITS else self

    def gather(self, records: NDArray[np.int64]) -> "Planes":
        """The bits of some records, each as often as it is named, in the order in which they are."""
        first, second = (unpack_bits(table, self.records) for table in (self.first, self.second))
        return Planes(self.role, records.size, pack_bits(first[:, records]), pack_bits(second[:, records]))

    def take(self, index: Any) -> "Planes":
        """Some of the planes, chosen as numpy does; a single one stays a table of one."""
        return Planes(
            self.role,
            self.records,
            np.atleast_2d(self.first[index]),
            np.atleast_2d(self.second[index]),
        )

    @staticmethod
    def stack(parts: Sequence["Planes"]) -> "Planes":
        """The planes of all parts, one after the other."""
        return Planes(
            parts[0].role,
            parts[0].records,
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.second for part in parts]),
        )
