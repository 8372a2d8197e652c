"""The non-linear parts of a validity circuit (draft-irtf-cfrg-vdaf-20, section 7.3).

A gadget is an arithmetic circuit of small degree that a validity circuit calls several times; the proof is
about these calls, everything else in the circuit is affine and so computed on shares. Evaluating a gadget on
polynomials is evaluating it at enough points, so no gadget needs to say how.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from crypto.prio3.field import PrimeField, Vector, next_power_of_two
from crypto.prio3.polynomial import grow


class Gadget(Protocol):
    """A circuit with `arity` inputs and one output of degree `degree` in them."""

    @property
    def arity(self) -> int:
        """The number of inputs."""
        ...

    @property
    def degree(self) -> int:
        """The degree of the output as a polynomial in the inputs."""
        ...

    def evaluate(self, field: PrimeField, inputs: Sequence[int]) -> int:
        """The output for `arity` field elements."""
        ...


@dataclass(frozen=True)
class Multiply:
    """x·y."""

    arity: int = 2
    degree: int = 2

    def evaluate(self, field: PrimeField, inputs: Sequence[int]) -> int:
        """The product of the two inputs."""
        left, right = inputs
        return left * right % field.modulus


@dataclass(frozen=True)
class EvaluatePolynomial:
    """p(x) for a fixed polynomial: integer coefficients, constant term first, the last not zero."""

    coefficients: tuple[int, ...]
    arity: int = 1

    @property
    def degree(self) -> int:
        """The degree of p."""
        return len(self.coefficients) - 1

    def evaluate(self, field: PrimeField, inputs: Sequence[int]) -> int:
        """Horner's rule at the one input."""
        (x,) = inputs
        value = 0
        for coefficient in reversed(self.coefficients):
            value = (value * x + coefficient) % field.modulus
        return value


@dataclass(frozen=True)
class SumOfProducts:
    """The inner product of the inputs at even and at odd places: x_0·y_0 + … + x_(count-1)·y_(count-1).

    One such gadget in place of `count` multiplications makes proofs of square root size (Boneh, Boyle,
    Corrigan-Gibbs, Gilboa, Ishai, Crypto 2019, ePrint 2019/188, section 4.4).
    """

    count: int
    degree: int = 2

    @property
    def arity(self) -> int:
        """Two inputs a product."""
        return 2 * self.count

    def evaluate(self, field: PrimeField, inputs: Sequence[int]) -> int:
        """The inner product of the inputs at even and at odd places."""
        return sum(x * y for x, y in zip(inputs[::2], inputs[1::2], strict=True)) % field.modulus


def compose(gadget: Gadget, field: PrimeField, wires: Sequence[Sequence[int]]) -> Vector:
    """The polynomial G(w_1(x), …, w_arity(x)) for wires in Lagrange form, all of one length.

    It has as many values as its degree needs, rounded up to a power of two.
    """
    count = next_power_of_two(gadget.degree * (len(wires[0]) - 1) + 1)
    grown = [grow(field, wire, count) for wire in wires]
    return [gadget.evaluate(field, inputs) for inputs in zip(*grown, strict=True)]
