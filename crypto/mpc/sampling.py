"""How is noise drawn so that no node knows it? Digit by digit, on words that are random and shared.

A plan (`crypto.mpc.noise_plan`) says with which odds each digit is 1. A digit is drawn by comparing a fresh
shared word, which nobody knows and nobody chose (`Party.random_words`), with the odds as a 64-bit threshold;
where the odds depend on the digits before, the threshold is picked by a one-hot plane of them, which is local
because thresholds are public. The noise of many cells is drawn side by side: records are cells.

Two parties of one role come in, because noise and masks must live differently long. `noise` holds keys that
are the same whenever the same question is asked about the same people, so that asking again draws the same
noise and nothing averages out; `party` holds the keys of this attempt, which mask what is sent and are never
used twice.

Guarantees. One corrupted node learns nothing about the noise: what it receives is uniform, and every word
that the noise depends on has a summand that it does not know. A node that deviates in an AND can flip digits
of its choice, unseen unless the ANDs are verified (`Party.audit`). Once, that is a wrong answer and nothing
more. Where the same noise is drawn again, a flip tells the digit to whoever has both answers: so such draws
are verified (`crypto.mpc.menu`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_outer
from crypto.mpc.comparison import less_than, less_than_public
from crypto.mpc.conversion import planes_to_field
from crypto.mpc.noise_plan import THRESHOLD_BITS, GaussianPlan, LaplacePlan, threshold_bits
from crypto.mpc.packing import everybody, words_for
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.shares import Elements, Planes


def gaussian_noise(party: Party, noise: Party, plan: GaussianPlan, cells: int) -> Protocol[Elements]:
    """One draw of a Gaussian plan for each cell, as shared field elements of shape (cells,).

    Raises:
        OutOfRangeError: there is no cell.
    """
    digits = yield from gaussian_digits(party, noise, plan, cells)
    numbers = yield from planes_to_field(party, digits)
    return numbers.plus(goldilocks.from_integers([-plan.offset] * cells))


def gaussian_digits(party: Party, noise: Party, plan: GaussianPlan, cells: int) -> Protocol[Planes]:
    """The digits of noise + `plan.offset` for each cell, bit 0 first: a number that is not negative.

    Raises:
        OutOfRangeError: there is no cell.
    """
    _require_cells(cells)
    low = _uniform(noise, cells, plan.low_bits)
    prefix = Planes.public(party.role, cells, everybody(cells)[None, :])
    digits: list[Planes] = []
    for level, thresholds in enumerate(plan.thresholds):
        odds = _picked(prefix, threshold_bits(thresholds))
        digit = yield from less_than(party, _uniform(noise, cells, THRESHOLD_BITS), odds)
        digits.append(digit)
        if level < plan.leaf_bits - 1:
            ones = yield from and_outer(party, prefix, digit)
            prefix = _interleaved(prefix ^ ones, ones)
    return Planes.stack([low, *reversed(digits)])


def laplace_noise(party: Party, noise: Party, plan: LaplacePlan, cells: int) -> Protocol[Elements]:
    """One draw of a Laplace plan for each cell, as shared field elements of shape (cells,).

    Raises:
        OutOfRangeError: there is no cell.
    """
    _require_cells(cells)
    bounds = [int(threshold) for threshold in plan.thresholds] * 2
    drawn = yield from together(
        [less_than_public(party, _uniform(noise, cells, THRESHOLD_BITS), bound) for bound in bounds]
    )
    halves = [Planes.stack(drawn[start : start + plan.digits]) for start in (0, plan.digits)]
    one, other = yield from together([planes_to_field(party, half) for half in halves])
    return one - other


def _uniform(noise: Party, cells: int, bits: int) -> Planes:
    """Planes of bits that nobody knows; padding too."""
    words = words_for(cells)
    first, second = noise.random_words(bits * words)
    return Planes(noise.role, cells, first.reshape(bits, words), second.reshape(bits, words))


def _picked(prefix: Planes, bits: NDArray[np.bool_]) -> Planes:
    """64 planes of the threshold that belongs to each cell's digits so far: XORs of one-hot planes."""
    tables = (
        np.stack([np.bitwise_xor.reduce(table[column], axis=0) for column in bits.T])
        for table in (prefix.first, prefix.second)
    )
    return Planes(prefix.role, prefix.records, *tables)


def _interleaved(zeros: Planes, ones: Planes) -> Planes:
    """The one-hot planes of one digit more: after digits q comes 2q, then 2q + 1."""
    tables: Sequence[NDArray[np.uint64]] = [
        np.stack([zero, one], axis=1).reshape(2 * zeros.count, -1)
        for zero, one in ((zeros.first, ones.first), (zeros.second, ones.second))
    ]
    return Planes(zeros.role, zeros.records, *tables)


def _require_cells(cells: int) -> None:
    if cells < 1:
        raise OutOfRangeError(f"expected at least one cell, got {cells}")
