"""What is the sum of shared numbers, or only its sign? Carries by parallel prefix.

A carry comes out of a block of bits (g) or passes through it (p); blocks meet as in `crypto.mpc.comparison`.
A sum needs the carry into every position: all prefixes, by the divide and conquer of Ladner and Fischer
(J. ACM, 1980), about b + b log2 b ANDs in 1 + ⌈log2 b⌉ rounds. A sign needs one: a fold, about 4b ANDs.
Three numbers become two by a layer of full adders first, which is one more round.

Numbers are tables of planes, bit 0 first, modulo 2^b. The limits are those of `crypto.mpc.bits`.
"""

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_all, and_planes
from crypto.mpc.comparison import fold
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Planes


def add(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """The sum modulo 2^b of two numbers of b bits.

    In round k the upper half of every block of 2^k positions asks the top of the lower half.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records.
    """
    passes = left ^ right
    if left.count == 1:
        return passes
    inner = slice(left.count - 1)  # a carry out of the top goes nowhere
    carries = yield from and_planes(party, left.take(inner), right.take(inner))
    through = passes.take(inner)
    step = 1
    while step < carries.count:
        carries, through = yield from _widen(party, carries, through, step)
        step *= 2
    return Planes.stack([passes.take(slice(1)), passes.take(slice(1, None)) ^ carries])


def add_three(party: Party, terms: tuple[Planes, Planes, Planes]) -> Protocol[Planes]:
    """The sum modulo 2^b of three numbers of b bits: one layer of full adders, then `add`.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records.
    """
    sums, carries = yield from _full_adders(party, terms)
    if sums.count == 1:
        return sums
    upper = yield from add(party, sums.take(slice(1, None)), carries)
    return Planes.stack([sums.take(slice(1)), upper])


def is_negative(party: Party, terms: tuple[Planes, Planes, Planes]) -> Protocol[Planes]:
    """One plane: the top bit of the sum modulo 2^b of three numbers, its sign in two's complement.

    Only the carry into the top is computed, so this costs less than `add_three`.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records, or fewer than two bits.
    """
    sums, carries = yield from _full_adders(party, terms)
    if sums.count == 1:
        raise OutOfRangeError("a signed number has at least two bits")
    upper, top = sums.take(slice(1, None)), slice(-1, None)
    sign = upper.take(top) ^ carries.take(top)
    if upper.count == 1:
        return sign
    inner = slice(upper.count - 1)
    out = yield from and_planes(party, upper.take(inner), carries.take(inner))
    carry, _ = yield from fold(party, out, upper.take(inner) ^ carries.take(inner), whole=False)
    return sign ^ carry


def _full_adders(party: Party, terms: tuple[Planes, Planes, Planes]) -> Protocol[tuple[Planes, Planes]]:
    """Three numbers as two: sums, and carries that count from bit 1 (one fewer, the top one falls out)."""
    first, second, third = terms
    sums = first ^ second ^ third
    if sums.count == 1:
        return sums, sums
    inner = slice(sums.count - 1)
    one, two = first ^ second, first ^ third
    carries = yield from and_planes(party, one.take(inner), two.take(inner))
    return sums, carries ^ first.take(inner)


def _widen(party: Party, carries: Planes, through: Planes, step: int) -> Protocol[tuple[Planes, Planes]]:
    """One round of `add`: blocks of `step` positions become blocks of twice as many."""
    places = np.arange(carries.count)
    upper = places[places // step % 2 == 1]
    tops = upper // step * step - 1
    # The lowest block is asked by nobody further up whether a carry passes through it.
    asking = upper >= 2 * step
    asked, joint = yield from and_all(
        party,
        [
            (through.take(upper), carries.take(tops)),
            (through.take(upper[asking]), through.take(tops[asking])),
        ],
    )
    return _changed(carries, upper, carries.take(upper) ^ asked), _changed(through, upper[asking], joint)


def _changed(planes: Planes, places: NDArray[np.int64], values: Planes) -> Planes:
    first, second = planes.first.copy(), planes.second.copy()
    first[places], second[places] = values.first, values.second
    return Planes(planes.role, planes.records, first, second)
