"""How many records have a bit set, give or take noise that nobody knows?

The digits of the noise are bits of known weight like those that are left when a count is nearly done
(`crypto.mpc.counting`), so they are put beside them and the sum of both is taken at once.
"""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from crypto.mpc.conversion import total_in_field
from crypto.mpc.counting import carry_save
from crypto.mpc.packing import unpack_bits
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Elements, Planes


class Digits:
    """The digits of many draws of noise, as single bits: digits by draws, both summands."""

    def __init__(self, planes: Planes) -> None:
        self._halves = tuple(unpack_bits(words, planes.records) for words in (planes.first, planes.second))
        self._role = planes.role

    def levels(self, draws: slice) -> list[Planes]:
        """For each digit a table with one row for each of some draws, and one word."""
        chosen = [half[:, draws] for half in self._halves]
        return [
            Planes(self._role, 1, *(half[digit][:, None] for half in chosen))
            for digit in range(chosen[0].shape[0])
        ]


def count_with(party: Party, planes: Planes, added: Sequence[Planes]) -> Protocol[Elements]:
    """For each plane its count plus the number whose digits `added` has in the plane's row.

    Padding never counts. Whoever draws noise verifies ANDs, and the field is where counts can be, too.
    """
    left = yield from carry_save(party, [planes.trimmed()])
    rows = planes.count
    pairs = zip_longest(left, added)
    levels = [_beside(party.role, rows, [each for each in pair if each is not None]) for pair in pairs]
    return (yield from total_in_field(party, levels))


def _beside(role: int, rows: int, tables: Sequence[Planes]) -> Planes:
    def joined(halves: Sequence[Words]) -> Words:
        return np.concatenate([half.reshape(rows, -1) for half in halves], axis=1)

    return Planes(role, 1, joined([each.first for each in tables]), joined([each.second for each in tables]))
