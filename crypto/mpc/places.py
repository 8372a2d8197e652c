"""Which place in a sorted crowd is a fraction of the way up, if nobody may know how many are in the crowd?

The place of fraction q = a/b among m records is rank = ⌊q (m - 1)⌋, counted from 0. With m and a count c both
secret, rank >= c is decided without a division: ⌊a (m - 1)/b⌋ >= c if and only if a (m - 1) - b c >= 0, which
is linear, so that only its sign costs messages. Numbers are shared modulo 2^64 or modulo the prime.

An empty crowd has m = 0 and a (m - 1) < 0: no count is reached. For that a must not be 0; the smallest record
is asked for as fraction 1/(N + 1) of at most N records, which is place 0 of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc.integers import Integers
from crypto.mpc.rounds import Words
from crypto.mpc.shares import Elements

MAX_BITS: Final = 62
"""Denominators times records stay below 2^62, so that a sign is a sign."""

Numbers = TypeVar("Numbers", Integers, Elements)


@dataclass(frozen=True, eq=False)
class Questions:
    """Fractions a/b asked of every crowd, crowd by crowd."""

    numerators: Words
    denominators: Words
    fractions: int
    """How many are asked of each crowd."""

    bits: int
    """How many bits a distance has, with its sign."""

    @classmethod
    def of(cls, fractions: Sequence[Fraction], crowds: int, records: int) -> "Questions":
        """The questions for a number of crowds of at most so many records.

        Raises:
            OutOfRangeError: there is no fraction, one is not in [0, 1], or its denominator times the records
                reaches 2^62.
        """
        if not fractions or not all(0 <= fraction <= 1 for fraction in fractions):
            raise OutOfRangeError("expected fractions in [0, 1], at least one")
        asked = [fraction or Fraction(1, records + 1) for fraction in fractions]
        largest = max(fraction.denominator for fraction in asked) * (records + 1)
        if largest.bit_length() > MAX_BITS:
            raise OutOfRangeError("a fraction is too fine for so many records")
        terms = np.array([fraction.as_integer_ratio() for fraction in asked] * crowds, dtype=np.uint64)
        return cls(terms[:, 0], terms[:, 1], len(asked), largest.bit_length() + 1)

    def places(self, sizes: Numbers) -> Numbers:
        """The place of each answer times its denominator, a (m - 1)."""
        crowds = np.repeat(np.arange(self.numerators.size // self.fractions), self.fractions)
        start = goldilocks.negate(self.numerators) if isinstance(sizes, Elements) else -self.numerators
        return sizes.take(crowds).weigh(self.numerators).plus(start)

    def distances(self, places: Numbers, counts: Numbers) -> Numbers:
        """How far each count is from it, a (m - 1) - b c: digits by answers."""
        answers = self.numerators.size
        tiled = np.tile(np.arange(answers), counts.first.size // answers)
        return places.take(tiled) - counts.weigh(self.denominators[tiled])
