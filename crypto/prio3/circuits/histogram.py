"""How many wallets fall into each bucket: the circuit Histogram of draft-irtf-cfrg-vdaf-20, section 7.4.4.

A vector is valid if its elements are bits and sum to one.
"""

from collections.abc import Sequence

from crypto.errors import OutOfRangeError
from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.circuits.bits import chunk_count, combined_bit_tests
from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import SumOfProducts


class Histogram(Circuit[int, list[int]]):
    """A measurement is a bucket in ``range(length)``; the result is how many chose each."""

    def __init__(self, field: PrimeField, length: int, chunk_length: int) -> None:
        self.field = field
        self.chunk_length = chunk_length
        self.calls = self.joint_randomness_length = chunk_count(length, chunk_length)
        self.gadget = SumOfProducts(chunk_length)
        self.measurement_length = self.output_length = length
        self.evaluation_length = 2

    def encode(self, measurement: int) -> Vector:
        """One at the bucket, zero elsewhere."""
        if not 0 <= measurement < self.output_length:
            raise OutOfRangeError(f"expected a bucket in range({self.output_length})")
        return [int(bucket == measurement) for bucket in range(self.output_length)]

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """The combined test that all elements are bits, and their sum less one."""
        one = self.field.inverse(context.shares)
        tested = combined_bit_tests(self.field, encoded, self.chunk_length, context)
        return [tested, (sum(encoded) - one) % self.field.modulus]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        """All buckets."""
        return list(encoded)

    def decode(self, output: Sequence[int]) -> list[int]:
        """The counts."""
        return list(output)
