"""How many records have a bit set? Carry-save adders over whole words, then one conversion of what is left.

A full adder turns three bits of one weight into a bit of that weight and a carry of the next with one AND:
carry = ((a ^ c) AND (b ^ c)) ^ c. Here it works on words: 64 lanes count side by side, and one layer takes
every third word of all rows and weights in one round, so that N records shrink by a third a layer (Wallace
1964; Dadda 1965; Harley's population count). One bit a record and role goes over the wire in all.

When few bits are left, adding on would cost more rounds than it saves bytes: `crypto.mpc.conversion` turns
the rest, with their weights, into one number a row, in two rounds. So b bits take about 2 + log_1.5(b / few)
rounds.

A *row* is what is counted as one: a plane, or the words of several planes. `levels[j]` are tables of rows by
words whose bits weigh 2^j, so that numbers are summed from their planes as cheaply as ones are counted.
Padding never counts. Nothing is opened; the limits are those of `crypto.mpc.bits`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.goldilocks import PRIME
from crypto.mpc.bits import and_planes
from crypto.mpc.conversion import integers_to_planes, total_in_field, total_in_ring
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.integers import Integers
from crypto.mpc.packing import WORD_BITS
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Elements, Planes

FEW: Final = 1 << 15
"""Below so many bits, over all rows, words are no longer added but converted."""

_INPUTS: Final = 3  # of a full adder


def count(party: Party, planes: Planes, *, few: int = FEW) -> Protocol[Elements]:
    """For each plane how many records have its bit set, as field elements.

    Raises:
        OutOfRangeError: there are no planes.
    """
    left = yield from carry_save(party, [_rows(planes)], few=few)
    return (yield from total_in_field(party, left))


def count_integers(party: Party, planes: Planes, *, few: int = FEW) -> Protocol[Integers]:
    """The same counts as integers modulo 2^64, ready to be compared.

    Raises:
        OutOfRangeError: there are no planes.
        CryptoError: the party notes ANDs to be verified, and these counts could not be.
    """
    left = yield from carry_save(party, [_rows(planes)], few=few)
    return (yield from total_in_ring(party, left))


def count_planes(party: Party, planes: Planes, *, few: int = FEW) -> Protocol[Planes]:
    """The same counts as binary counters: a table whose records are the planes counted.

    Raises:
        OutOfRangeError: there are no planes.
    """
    bits = planes.records.bit_length()
    if party.audit is not None:
        totals = yield from count(party, planes, few=few)
        return (yield from field_to_planes(party, totals, bits))
    counts = yield from count_integers(party, planes, few=few)
    return (yield from integers_to_planes(party, counts, bits))


def sum_numbers(party: Party, numbers: Sequence[Planes], *, few: int = FEW) -> Protocol[Elements]:
    """For each table of planes the sum over all records of the numbers that they spell, as field elements.

    Tables have equally many bits and records.

    Raises:
        OutOfRangeError: there are no tables, they differ in shape, or a sum could leave (-p/2, p/2).
    """
    if not numbers or len({table.first.shape for table in numbers}) != 1:
        raise OutOfRangeError("expected tables of numbers of one shape")
    bits = numbers[0].count
    if numbers[0].records << bits > PRIME // 2:
        raise OutOfRangeError(f"the sum of {numbers[0].records} numbers of {bits} bits may leave the field")
    trimmed = [table.trimmed() for table in numbers]
    levels = [Planes.stack([table.take(slice(bit, bit + 1)) for table in trimmed]) for bit in range(bits)]
    left = yield from carry_save(party, levels, few=few)
    return (yield from total_in_field(party, left))


def carry_save(party: Party, levels: Sequence[Planes], *, few: int = FEW) -> Protocol[list[Planes]]:
    """Levels with the same weighted sum in every row, but at most `few` bits, or two words a row and weight.

    The words of all levels are counted whole: padding must be zero.
    """
    tables = list(levels)
    while _bits(tables) > few and any(table.first.shape[1] >= _INPUTS for table in tables):
        tables = yield from _layer(party, tables)
    return tables


class _Adders:
    """Full adders over one summand of every level; the ANDs between `left` and `right` are made elsewhere."""

    def __init__(self, tables: Sequence[Words]) -> None:
        thirds = [table.shape[1] // _INPUTS for table in tables]
        self._rows = tables[0].shape[0]
        self._inputs = [
            [table[:, third * place : third * (place + 1)] for place in range(_INPUTS)]
            for table, third in zip(tables, thirds, strict=True)
        ]
        self._rest = [table[:, _INPUTS * third :] for table, third in zip(tables, thirds, strict=True)]
        self.left, self.right = np.empty((2, self._rows * sum(thirds)), dtype=np.uint64)
        outputs = zip(self._inputs, self._cut(self.left), self._cut(self.right), strict=True)
        for (one, two, three), left, right in outputs:
            np.bitwise_xor(one, three, out=left)
            np.bitwise_xor(two, three, out=right)

    def outputs(self, product: Words) -> list[Words]:
        """The levels after this layer: sums, words that found no partners, and carries from below."""
        nothing = np.empty((self._rows, 0), dtype=np.uint64)
        sums = [
            (left, two, rest)
            for left, (_, two, _), rest in zip(self._cut(self.left), self._inputs, self._rest, strict=True)
        ]
        carries = [
            (each, three) for each, (_, _, three) in zip(self._cut(product), self._inputs, strict=True)
        ]
        levels = zip([*sums, (nothing,) * 3], [(nothing,) * 2, *carries], strict=True)
        tables = [_beside(*kept, *carry) for kept, carry in levels]
        return tables if tables[-1].shape[1] else tables[:-1]

    def _cut(self, flat: Words) -> Iterator[Words]:
        """The part of each level in a flat vector of all ANDs."""
        start = 0
        for one, _, _ in self._inputs:
            yield flat[start : start + one.size].reshape(one.shape)
            start += one.size


def _beside(left: Words, two: Words, rest: Words, product: Words, three: Words) -> Words:
    first, second = left.shape[1], left.shape[1] + rest.shape[1]
    out = np.empty((left.shape[0], second + product.shape[1]), dtype=np.uint64)
    np.bitwise_xor(left, two, out=out[:, :first])
    out[:, first:second] = rest
    np.bitwise_xor(product, three, out=out[:, second:])
    return out


def _layer(party: Party, levels: Sequence[Planes]) -> Protocol[list[Planes]]:
    """One round: full adders on every three words of a row and weight."""
    own = _Adders([level.first for level in levels])
    held = _Adders([level.second for level in levels])
    bits = own.left.size * WORD_BITS
    left = Planes(party.role, bits, own.left, held.left)
    right = Planes(party.role, bits, own.right, held.right)
    product = yield from and_planes(party, left, right)
    tables = zip(own.outputs(product.first), held.outputs(product.second), strict=True)
    return [Planes(party.role, levels[0].records, *pair) for pair in tables]


def _rows(planes: Planes) -> Planes:
    if not planes.count:
        raise OutOfRangeError("there is nothing to count")
    return planes.trimmed()


def _bits(levels: Sequence[Planes]) -> int:
    return sum(level.first.size for level in levels) * WORD_BITS
