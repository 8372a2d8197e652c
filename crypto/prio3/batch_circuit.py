"""What batched verification has to know of each circuit: which kernel queries it, and its affine maps."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.prio3.batch_field import Words, factor_words, value_words
from crypto.prio3.batch_linear import weigh
from crypto.prio3.circuits.count import Count
from crypto.prio3.circuits.histogram import Histogram
from crypto.prio3.circuits.multihot import Multihot
from crypto.prio3.circuits.sum import Sum
from crypto.prio3.circuits.sum_vector import SumVector
from crypto.prio3.proof import AnyCircuit

Batched = Count | Sum | SumVector | Histogram | Multihot
_DIRECT: Final = 0


@dataclass(frozen=True, eq=False)
class BatchCircuit:
    """A circuit for the kernels: `chunk` elements a gadget call, or 0 where each element is a call.

    The affine output is Σ affine[j]·x_j + constant. Every group of as many elements as `truncation` has is
    weighed by it to one output element; where it is empty, the first `output_length` elements are the output.
    Both are factors.
    """

    circuit: Batched
    chunk: int
    affine: Words
    constant: int
    truncation: Words

    def affine_of(self, measurement: Words, shares: int) -> Words:
        """A share of the affine output of each report, one element a row."""
        field = self.circuit.field
        constant = value_words(field, [self.constant * field.inverse(shares)])
        return self._weighed(measurement, self.affine, constant)

    def truncate(self, measurement: Words) -> Words:
        """The output share of each report."""
        length, bits = self.circuit.output_length, len(self.truncation)
        if bits == 0:
            return np.ascontiguousarray(measurement[:, :length])
        groups = measurement.reshape(-1, bits, *measurement.shape[2:])
        sums = self._weighed(groups, self.truncation, value_words(self.circuit.field, [0]))
        return sums.reshape(len(measurement), length, *measurement.shape[2:])

    @staticmethod
    def _weighed(rows: Words, weights: Words, constant: Words) -> Words:
        sums = np.empty((len(rows), 1, *rows.shape[2:]), dtype=np.uint64)
        weigh(rows, weights, constant, sums)
        return sums


def batch_circuit(circuit: AnyCircuit) -> BatchCircuit:
    """How the kernels see a circuit.

    Raises:
        OutOfRangeError: there is no kernel for it.
    """
    chunk, constant = _DIRECT, 0
    affine: tuple[int, ...] = ()
    truncation: tuple[int, ...] = ()
    match circuit:
        case Count():
            affine = (-1,)
        case Sum():
            truncation = circuit.integer.weights
        case SumVector():
            chunk, truncation = circuit.chunk_length, circuit.integer.weights
        case Histogram():
            chunk, affine, constant = circuit.chunk_length, (1,) * circuit.output_length, -1
        case Multihot():
            marks = (1,) * circuit.output_length
            chunk, affine = circuit.chunk_length, (*marks, *(-weight for weight in circuit.weight.weights))
        case _:
            raise OutOfRangeError(f"{type(circuit).__name__} is not verified in batches")
    field = circuit.field
    return BatchCircuit(
        circuit, chunk, factor_words(field, affine), constant, factor_words(field, truncation)
    )
