"""How many wallets say yes: the circuit Count of draft-irtf-cfrg-vdaf-20, section 7.4.1.

x is valid if x·x - x = 0. No joint randomness.
"""

from collections.abc import Sequence

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import Multiply


class Count(Circuit[int, int]):
    """A measurement is 0 or 1; the result is the number of ones."""

    def __init__(self, field: PrimeField) -> None:
        self.field = field
        self.gadget = Multiply()
        self.calls = self.measurement_length = self.output_length = self.evaluation_length = 1
        self.joint_randomness_length = 0

    def encode(self, measurement: int) -> Vector:
        """The bit itself."""
        if measurement not in (0, 1):
            raise OutOfRangeError("expected 0 or 1")
        return [int(measurement)]

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """x·x - x."""
        (x,) = encoded
        return [(context.call([x, x]) - x) % self.field.modulus]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        """The bit itself."""
        return list(encoded)

    def decode(self, output: Sequence[int]) -> int:
        """The number of ones."""
        return output[0]
