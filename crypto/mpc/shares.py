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
from crypto.mpc.rounds import Words

WORD_BITS: Final = 64
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
        return Planes(self.role, self.records, self.first ^ other.first, self.second ^ other.second)

    def mask(self, words: Words) -> "Planes":
        """The bits where a public plane has a one; zero elsewhere."""
        return Planes(self.role, self.records, self.first & words, self.second & words)

    def invert(self) -> "Planes":
        """Every bit, negated (padding too)."""
        ones = np.full_like(self.first, np.iinfo(np.uint64).max)
        return self ^ Planes.public(self.role, self.records, ones)

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


def words_for(records: int) -> int:
    """How many words a plane of so many records has."""
    return -(-records // WORD_BITS)


def pack(values: NDArray[np.uint64], bits: int) -> Words:
    """Planes 0 to bits - 1 of one word for each record; padding is zero.

    Raises:
        OutOfRangeError: the number of bits is not in [1, 64].
    """
    if not 1 <= bits <= WORD_BITS:
        raise OutOfRangeError(f"expected 1 to {WORD_BITS} bits, got {bits}")
    return np.stack([pack_mask((values >> np.uint64(bit)) & np.uint64(1)) for bit in range(bits)])


def pack_mask(mask: NDArray[np.generic]) -> Words:
    """One plane from one truth value for each record; padding is zero."""
    packed = np.packbits(mask.astype(np.bool_), bitorder="little")
    padded = np.zeros(words_for(mask.size) * 8, dtype=np.uint8)
    padded[: packed.size] = packed
    return padded.view("<u8").astype(np.uint64, copy=False)


def unpack(planes: Words, records: int) -> NDArray[np.uint64]:
    """The words whose bits the planes are."""
    raw = np.ascontiguousarray(planes, dtype="<u8").view(np.uint8)
    bits = np.unpackbits(raw, axis=-1, bitorder="little", count=None)[..., :records].astype(np.uint64)
    weights = np.uint64(1) << np.arange(planes.shape[0], dtype=np.uint64)
    total: NDArray[np.uint64] = (bits * weights[:, None]).sum(axis=0, dtype=np.uint64)
    return total
