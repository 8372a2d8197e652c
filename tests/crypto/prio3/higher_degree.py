"""A circuit with a gadget of degree three, as the draft's tests have: 0, 1 or 2 is valid."""

from collections.abc import Sequence

from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.field import FIELD64, Vector
from crypto.prio3.gadget import EvaluatePolynomial


class HigherDegree(Circuit[int, int]):
    """x (x - 1) (x - 2) = 0."""

    def __init__(self) -> None:
        self.field = FIELD64
        self.gadget = EvaluatePolynomial((0, 2, -3, 1))
        self.calls = self.measurement_length = self.output_length = self.evaluation_length = 1
        self.joint_randomness_length = 0

    def encode(self, measurement: int) -> Vector:
        return [measurement]

    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        return [context.call(encoded)]

    def truncate(self, encoded: Sequence[int]) -> Vector:
        return list(encoded)

    def decode(self, output: Sequence[int]) -> int:
        return output[0]
