"""What one role holds of integers modulo 2^64: the form in which counts are compared.

Replicated like everything here: a number is the sum of three summands modulo 2^64, role i holds summands i
and i+1, sums and public factors are local. What makes this ring useful beside the field is that modulo 2^64
means modulo every smaller power of two, too: the low b bits of the summands are numbers of b bits whose sum
modulo 2^b is the value modulo 2^b, so that comparisons look at few bits and nothing wraps at a prime.

Signed numbers stand in [-2^63, 2^63); whoever plans a computation makes sure that no true result leaves it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crypto.mpc.packing import pack
from crypto.mpc.rounds import Words
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import ROLES


@dataclass(frozen=True, eq=False)
class Integers:
    """Shared integers modulo 2^64, flat, as one role holds them: summands `role` and `role + 1`."""

    role: int
    first: Words = field(repr=False)
    second: Words = field(repr=False)

    @property
    def size(self) -> int:
        """How many integers there are."""
        return int(self.first.size)

    def __sub__(self, other: "Integers") -> "Integers":
        return Integers(self.role, self.first - other.first, self.second - other.second)

    def plus(self, constants: Words) -> "Integers":
        """Every integer plus a public one of its own, given modulo 2^64; it enters as summand 0."""
        first, second = (
            words + constants if summand == 0 else words
            for summand, words in ((self.role, self.first), ((self.role + 1) % len(ROLES), self.second))
        )
        return Integers(self.role, first, second)

    def take(self, index: Any) -> "Integers":
        """Some of the integers, chosen as numpy does."""
        return Integers(self.role, self.first[index], self.second[index])

    def weigh(self, factors: Words) -> "Integers":
        """Every integer times a public one of its own, given modulo 2^64."""
        return Integers(self.role, self.first * factors, self.second * factors)

    def summands(self, bits: int) -> tuple[Planes, Planes, Planes]:
        """The low bits of each summand as shared planes, without a message (`known_planes`).

        Raises:
            OutOfRangeError: the number of bits is not in [1, 64].
        """
        return known_planes(self.role, self.size, pack(self.first, bits), pack(self.second, bits))


def known_planes(role: int, records: int, own: Words, held: Words) -> tuple[Planes, Planes, Planes]:
    """Three tables of planes of which every role knows two, as shared planes.

    What both holders of a summand know is a sharing of it: theirs is all of it, every other part is zero.
    """
    known = {role: own, (role + 1) % len(ROLES): held}
    nothing = np.zeros_like(own)
    shared = []
    for summand in ROLES:
        first, second = (
            known[holder] if holder == summand else nothing for holder in (role, (role + 1) % len(ROLES))
        )
        shared.append(Planes(role, records, first, second))
    return shared[0], shared[1], shared[2]
