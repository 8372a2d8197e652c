"""How does a wallet prove that shared data is valid, so that nodes can check their shares of it?

The fully linear proof of draft-irtf-cfrg-vdaf-20, section 7.3, after Boneh, Boyle, Corrigan-Gibbs, Gilboa and
Ishai (Crypto 2019, ePrint 2019/188, theorem 4.3). For a gadget called k times, p is the least power of two
above k and α the primitive p-th root of unity. Wire j is the polynomial w_j with w_j(1) random and w_j(α^i)
the j-th input of call i; the gadget polynomial is f(x) = G(w_1(x), …). The proof is the random values w_j(1)
and f by its values at roots of unity. f(α^i) are the gadget's outputs, so verifiers evaluate the circuit
without multiplying; they learn f(t) and w_j(t) at one random point t and accept if f(t) = G(w_1(t), …) and
the circuit's output is zero.

Sound: for a wrong f both sides differ as polynomials of degree at most degree·(p - 1) and agree at t with
probability at most that over (modulus - p), plus the error of the circuit itself. Zero-knowledge towards
verifiers who learn only the opened sums: w_j(1) hides each w_j(t), since t is no p-th root of unity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.errors import ProofError
from crypto.prio3.circuit import CallContext, Circuit
from crypto.prio3.field import Vector, next_power_of_two
from crypto.prio3.gadget import compose
from crypto.prio3.polynomial import complete, evaluate, grow

AnyCircuit = Circuit[Any, Any]


@dataclass(frozen=True)
class Sizes:
    """How many field elements the proof of a circuit has in each place."""

    wire: int
    """p: the values of a wire polynomial, a power of two."""
    gadget: int
    """The values of the gadget polynomial in the proof."""
    prove_randomness: int
    query_randomness: int
    proof: int
    verifier: int

    @classmethod
    def of(cls, circuit: AnyCircuit) -> "Sizes":
        """The sizes for a circuit."""
        gadget, wire = circuit.gadget, next_power_of_two(1 + circuit.calls)
        polynomial = gadget.degree * (wire - 1) + 1
        combined = circuit.evaluation_length if circuit.evaluation_length > 1 else 0
        return cls(
            wire, polynomial, gadget.arity, combined + 1, gadget.arity + polynomial, 1 + gadget.arity + 1
        )


@dataclass(frozen=True)
class Query:
    """What all verifiers of a report agree on: the random query, joint randomness, and how many they are."""

    query_randomness: Sequence[int]
    joint_randomness: Sequence[int]
    shares: int


class _Recorder:
    """Keeps the inputs of every gadget call as the values of the wire polynomials."""

    def __init__(self, seeds: Sequence[int], length: int) -> None:
        self.wires = [[seed, *[0] * (length - 1)] for seed in seeds]
        self.calls = 0

    def record(self, inputs: Sequence[int]) -> int:
        """Note the inputs and return the number of the call, from 1."""
        self.calls += 1
        for wire, value in zip(self.wires, inputs, strict=True):
            wire[self.calls] = value
        return self.calls


def prove(
    circuit: AnyCircuit,
    encoded: Sequence[int],
    prove_randomness: Sequence[int],
    joint_randomness: Sequence[int],
) -> Vector:
    """The proof about a whole encoded measurement, `Sizes.proof` elements; run by the wallet.

    `prove_randomness` is `Sizes.prove_randomness` uniform elements that nobody else ever learns.
    """
    sizes, field, gadget = Sizes.of(circuit), circuit.field, circuit.gadget
    recorder = _Recorder(prove_randomness, sizes.wire)

    def call(inputs: Sequence[int]) -> int:
        recorder.record(inputs)
        return gadget.evaluate(field, inputs)

    circuit.evaluate(encoded, CallContext(call, joint_randomness, 1))
    polynomial = compose(gadget, field, recorder.wires)
    return [*prove_randomness, *polynomial[: sizes.gadget]]


def query(circuit: AnyCircuit, encoded: Sequence[int], proof: Sequence[int], asked: Query) -> Vector:
    """One verifier's share of what is opened: circuit output, every w_j(t), f(t); `Sizes.verifier` elements.

    Raises:
        ProofError: the random point is a p-th root of unity, where opening would show a gadget's inputs.
            Happens with probability p/modulus, to everyone alike.
    """
    sizes, field = Sizes.of(circuit), circuit.field
    point = asked.query_randomness[-1]
    if pow(point, sizes.wire, field.modulus) == 1:
        raise ProofError("the random point of the query is a root of unity")
    seeds, given = proof[: circuit.gadget.arity], proof[circuit.gadget.arity :]
    recorder = _Recorder(seeds, sizes.wire)
    polynomial = complete(field, given, next_power_of_two(len(given)))
    # With more values than calls need, the outputs f(α^i) stand at every `step`-th place.
    polynomial = grow(field, polynomial, sizes.wire)
    step = len(polynomial) // sizes.wire
    outputs = circuit.evaluate(
        encoded,
        CallContext(
            lambda inputs: polynomial[recorder.record(inputs) * step], asked.joint_randomness, asked.shares
        ),
    )
    opened = [evaluate(field, wire, point) for wire in recorder.wires]
    return [_combined(circuit, outputs, asked.query_randomness), *opened, evaluate(field, polynomial, point)]


def decide(circuit: AnyCircuit, verifier: Sequence[int]) -> None:
    """Return only if the sum of all verifiers' shares shows that the measurement is valid.

    Raises:
        ProofError: it is not, or the proof is not about it.
    """
    output, *opened, gadget_value = verifier
    if output != 0 or circuit.gadget.evaluate(circuit.field, opened) != gadget_value:
        raise ProofError("the proof does not show that the measurement is valid")


def _combined(circuit: AnyCircuit, outputs: Sequence[int], query_randomness: Sequence[int]) -> int:
    if len(outputs) == 1:
        return outputs[0]
    weights = query_randomness[:-1]
    return sum(r * output for r, output in zip(weights, outputs, strict=True)) % circuit.field.modulus
