"""A limited number of marks each: the circuit MultihotCountVec of draft-irtf-cfrg-vdaf-20, section 7.4.5.

The wallet adds the number of its marks as a `BoundedInteger`. A vector is valid if all elements are bits and
the marks add up to that number, which has no form beyond the limit.
"""

from collections.abc import Sequence

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.circuits.bits import chunk_count, combined_bit_tests
from crypto.prio3.circuits.bounded import BoundedInteger
from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import SumOfProducts


class Multihot(Circuit[Sequence[bool], list[int]]):
    """A measurement is `length` marks, at most `max_weight` of them set; the result is how many set each."""

    def __init__(self, field: PrimeField, length: int, max_weight: int, chunk_length: int) -> None:
        if not 1 <= max_weight <= length:
            raise OutOfRangeError(f"expected a greatest number of marks in [1, {length}], got {max_weight}")
        self.weight = BoundedInteger(max_weight)
        self.field = field
        self.chunk_length = chunk_length
        self.measurement_length = length + self.weight.bits
        self.calls = self.joint_randomness_length = chunk_count(self.measurement_length, chunk_length)
        self.gadget = SumOfProducts(chunk_length)
        self.output_length = length
        self.evaluation_length = 2

    def encode(self, measurement: Sequence[bool]) -> Vector:
        """The marks and the bits of their number."""
        if len(measurement) != self.output_length or any(mark not in (0, 1) for mark in measurement):
            raise OutOfRangeError(f"expected {self.output_length} marks that are true or false")
        marks = [int(mark) for mark in measurement]
        return marks + self.weight.split(sum(marks))

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """The combined test that all elements are bits, and the marks less their reported number."""
        marks, reported = encoded[: self.output_length], encoded[self.output_length :]
        difference = sum(marks) - self.weight.join(self.field, reported)
        tested = combined_bit_tests(self.field, encoded, self.chunk_length, context)
        return [tested, difference % self.field.modulus]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        """The marks."""
        return list(encoded[: self.output_length])

    def decode(self, output: Sequence[int]) -> list[int]:
        """The counts."""
        return list(output)
