"""Sums of vectors of bounded integers: the circuit SumVec of draft-irtf-cfrg-vdaf-20, section 7.4.3."""

from collections.abc import Sequence

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.circuits.bits import chunk_count, combined_bit_tests
from crypto.prio3.circuits.bounded import BoundedInteger
from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import SumOfProducts


class SumVector(Circuit[Sequence[int], list[int]]):
    """A measurement is `length` integers in [0, most]; the result is their sums, right below the modulus."""

    def __init__(self, field: PrimeField, length: int, most: int, chunk_length: int) -> None:
        self.integer = BoundedInteger(most)
        self.integer.check_fits(field)
        self.field = field
        self.chunk_length = chunk_length
        self.measurement_length = length * self.integer.bits
        self.calls = self.joint_randomness_length = chunk_count(self.measurement_length, chunk_length)
        self.gadget = SumOfProducts(chunk_length)
        self.output_length = length
        self.evaluation_length = 1

    def encode(self, measurement: Sequence[int]) -> Vector:
        """The bits of all integers, one after the other."""
        if len(measurement) != self.output_length:
            raise OutOfRangeError(f"expected {self.output_length} integers, got {len(measurement)}")
        return [bit for value in measurement for bit in self.integer.split(value)]

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """The combined test that all elements are bits."""
        return [combined_bit_tests(self.field, encoded, self.chunk_length, context)]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        """The integers."""
        bits = self.integer.bits
        starts = range(0, len(encoded), bits)
        return [self.integer.join(self.field, encoded[start : start + bits]) for start in starts]

    def decode(self, output: Sequence[int]) -> list[int]:
        """The sums."""
        return list(output)
