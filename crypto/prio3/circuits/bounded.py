"""How is an integer in [0, most] written in bits so that no integer beyond it has a form?

The weights are 1, 2, 4, … and a last one that makes all of them sum to `most` (draft-irtf-cfrg-vdaf-20,
section 7.4.2). Bits that are zero or one then always stand for an integer in range; some have two forms, of
which `split` takes the one without the last bit where there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.errors import OutOfRangeError
from crypto.prio3.field import PrimeField, Vector


@dataclass(frozen=True)
class BoundedInteger:
    """The encoding of integers in [0, most], most at least 1."""

    most: int

    def __post_init__(self) -> None:
        if self.most < 1:
            raise OutOfRangeError(f"the greatest value must be positive, got {self.most}")

    @property
    def bits(self) -> int:
        """How many elements an integer has."""
        return self.most.bit_length()

    @property
    def weights(self) -> tuple[int, ...]:
        """What each bit counts; together `most`."""
        powers = tuple(1 << index for index in range(self.bits - 1))
        return (*powers, self.most - sum(powers))

    def split(self, value: int) -> Vector:
        """The bits of a value in [0, most].

        The last bit follows from a comparison without a branch; Python's integers are still not constant
        time.

        Raises:
            OutOfRangeError: the value is out of range, which the message does not repeat.
        """
        if not 0 <= value <= self.most:
            raise OutOfRangeError(f"expected an integer in [0, {self.most}]")
        last = value >> (self.bits - 1)
        rest = value - last * self.weights[-1]
        return [*(rest >> index & 1 for index in range(self.bits - 1)), last]

    def join(self, field: PrimeField, bits: Sequence[int]) -> int:
        """The weighted sum of bits or of shares of them."""
        return sum(weight * bit for weight, bit in zip(self.weights, bits, strict=True)) % field.modulus

    def check_fits(self, field: PrimeField) -> None:
        """Return only if every value in range is an element of its own.

        Raises:
            OutOfRangeError: the bits reach the modulus.
        """
        if 1 << self.bits >= field.modulus:
            raise OutOfRangeError(f"values up to {self.most} do not fit into {field.name}")
