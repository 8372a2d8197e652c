"""What does "valid" mean for a measurement, and how does it become field elements?

A circuit (draft-irtf-cfrg-vdaf-20, section 7.3) encodes a measurement as a vector x and says by arithmetic
whether x is an encoding of a valid one: every output of `evaluate` is zero. It is affine but for its calls of
one gadget, so nodes evaluate it on shares once somebody hands them shares of the gadget's outputs, which is
what the proof does. The draft allows several gadgets; its circuits have one each, and so do ours.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.gadget import Gadget

Measurement = TypeVar("Measurement")
Result = TypeVar("Result")

GadgetCall = Callable[[Sequence[int]], int]
"""The gadget's output, or a share of it, for the inputs of its next call."""


@dataclass(frozen=True)
class CallContext:
    """What `evaluate` needs besides the measurement.

    `shares` is how many shares of the measurement there are, 1 where it is whole: a node adds 1/shares of
    each constant.
    """

    call: GadgetCall
    joint_randomness: Sequence[int]
    shares: int


class Circuit(ABC, Generic[Measurement, Result]):
    """An encoding of measurements and the test that a vector is one."""

    field: PrimeField
    gadget: Gadget
    calls: int
    """How often `evaluate` calls the gadget, at least once."""
    measurement_length: int
    joint_randomness_length: int
    output_length: int
    """Elements that are summed over all measurements."""
    evaluation_length: int
    """Outputs of `evaluate`."""

    @abstractmethod
    def encode(self, measurement: Measurement) -> Vector:
        """The `measurement_length` elements of a valid measurement.

        Raises:
            OutOfRangeError: the measurement is not valid; the message does not repeat it.
        """

    @abstractmethod
    def evaluate(self, encoded: Sequence[int], context: CallContext) -> Vector:
        """All zeros exactly for valid encodings, up to a small probability over the joint randomness."""

    @abstractmethod
    def truncate(self, encoded: Sequence[int]) -> Vector:
        """The `output_length` elements to be summed; linear, so shares are truncated alone."""

    @abstractmethod
    def decode(self, output: Sequence[int]) -> Result:
        """The result that a sum of truncated measurements stands for."""
