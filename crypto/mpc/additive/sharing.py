"""What does one node of many hold, and what does it give to the buyer?

A value is the sum of one summand at each of n nodes, in the Goldilocks field. Everything linear is local.
Nothing is held twice, so nothing can be cross-checked either: see the folder's chapter for what that means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError, ShareError
from crypto.goldilocks import FieldVector
from crypto.mpc.rounds import Exchange, Words
from crypto.randomness import RandomBytes, random_bytes

LEAST_NODES: Final = 2
MOST_NODES: Final = 16
# 128 bits reduced modulo a 64-bit prime are uniform up to 2^-64.
_WIDE_BYTES: Final = 16


@dataclass(frozen=True)
class Seat:
    """Which of how many nodes this is.

    Raises:
        OutOfRangeError: not 2 to 16 nodes, or a role that is none of them.
    """

    role: int
    nodes: int

    def __post_init__(self) -> None:
        if not LEAST_NODES <= self.nodes <= MOST_NODES or not 0 <= self.role < self.nodes:
            raise OutOfRangeError(f"expected one of {LEAST_NODES} to {MOST_NODES} nodes")

    @property
    def others(self) -> tuple[int, ...]:
        """The roles of all other nodes."""
        return tuple(role for role in range(self.nodes) if role != self.role)

    @property
    def is_last(self) -> bool:
        """Whether this node gets the explicit parts, where all others get seeds."""
        return self.role == self.nodes - 1

    def tell_all(self, words: Words) -> Exchange:
        """The exchange in which every node tells all others equally many words."""
        flat = words.reshape(-1)
        return Exchange(dict.fromkeys(self.others, flat), dict.fromkeys(self.others, flat.size))


@dataclass(frozen=True, eq=False)
class Summand:
    """One node's summand of shared values. It stays out of ``repr``."""

    seat: Seat
    values: FieldVector = field(repr=False)

    def __add__(self, other: "Summand") -> "Summand":
        return Summand(self.seat, goldilocks.add(self.values, other.values))

    def __sub__(self, other: "Summand") -> "Summand":
        return Summand(self.seat, goldilocks.subtract(self.values, other.values))

    def plus(self, values: FieldVector) -> "Summand":
        """The shared values plus public ones, which node 0 adds."""
        return Summand(self.seat, goldilocks.add(self.values, values)) if self.seat.role == 0 else self

    def scale(self, factor: int) -> "Summand":
        """The shared values times a public integer."""
        return Summand(self.seat, goldilocks.scale(self.values, factor))

    def weigh(self, factors: FieldVector) -> "Summand":
        """The shared values times public ones, element by element."""
        return Summand(self.seat, goldilocks.multiply(self.values, factors))

    def total(self) -> "Summand":
        """The sum of all values, of shape (1,)."""
        return Summand(self.seat, goldilocks.stacked([goldilocks.total(self.values)]))


def split(values: Sequence[int], nodes: int, random: RandomBytes = random_bytes) -> list[FieldVector]:
    """Cut integers, taken modulo the prime, into one uniform summand for each node.

    Any n - 1 of the summands are uniform up to 2^-64 a value.

    Raises:
        OutOfRangeError: not 2 to 16 nodes.
    """
    Seat(0, nodes)
    summands = [_uniform(len(values), random) for _ in range(nodes - 1)]
    rest = goldilocks.from_integers(values)
    for summand in summands:
        rest = goldilocks.subtract(rest, summand)
    return [*summands, rest]


def combine(summands: Sequence[FieldVector]) -> list[int]:
    """The integers in (-p/2, p/2) that all nodes' summands add up to; the buyer's part.

    Raises:
        ShareError: there are not 2 to 16 summands of one shape.
        MalformedError: a word is no element of the field.
    """
    if not LEAST_NODES <= len(summands) <= MOST_NODES or len({each.shape for each in summands}) != 1:
        raise ShareError("expected the summands of all nodes, of one shape")
    result = np.zeros_like(summands[0])
    for summand in summands:
        result = goldilocks.add(result, goldilocks.checked(summand))
    return goldilocks.to_signed(result)


def _uniform(count: int, random: RandomBytes) -> FieldVector:
    raw = random(count * _WIDE_BYTES)
    return goldilocks.from_integers(
        int.from_bytes(raw[start : start + _WIDE_BYTES], "little")
        for start in range(0, len(raw), _WIDE_BYTES)
    )
