"""The sum of bounded integers: the circuit Sum of draft-irtf-cfrg-vdaf-20, section 7.4.2.

A measurement in [0, most] is written in bits by `BoundedInteger`; it is valid if each bit b has b² - b = 0.
The outputs are combined at random by the verifiers, so no joint randomness is needed.
"""

from collections.abc import Sequence

from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.circuits.bounded import BoundedInteger
from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import EvaluatePolynomial


class Sum(Circuit[int, int]):
    """A measurement is an integer in [0, most]; the result is the sum, right below the modulus."""

    def __init__(self, field: PrimeField, most: int) -> None:
        self.integer = BoundedInteger(most)
        self.integer.check_fits(field)
        self.field = field
        self.gadget = EvaluatePolynomial((0, -1, 1))
        self.calls = self.measurement_length = self.evaluation_length = self.integer.bits
        self.output_length = 1
        self.joint_randomness_length = 0

    def encode(self, measurement: int) -> Vector:
        """Its bits."""
        return self.integer.split(measurement)

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """b² - b for every bit."""
        return [context.call([bit]) for bit in encoded]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        """The integer."""
        return [self.integer.join(self.field, encoded)]

    def decode(self, output: Sequence[int]) -> int:
        """The sum."""
        return output[0]
