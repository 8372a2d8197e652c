"""What is a workload of the three nodes, how do they come by shares of it, and how is the answer opened?

Each role makes its own summands from one seed, so nothing is dealt; the seed stands for what wallets shared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.goldilocks import FieldVector
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Elements, Planes
from crypto.sharing.replicated import following

NODES = ("node-a", "node-b", "node-c")
SEED = 20_000
SMALL = 1 << 12
Values = NDArray[np.uint64]


@dataclass(frozen=True)
class Workload:
    """One computation: `inputs(role, seed, records)`, what runs, and how it is held against the truth.

    `part` is what one role gives to the check, `answer` opens three parts, `truth(seed, records)` is the same
    in the clear.
    """

    records: int
    inputs: Callable[[int, int, int], Any]
    protocol: Callable[[Party, Any], Protocol[Any]]
    part: Callable[[Any], Values]
    answer: Callable[[Sequence[Values]], list[int]]
    truth: Callable[[int, int], list[int]]


def drawn(seed: int, shape: int | tuple[int, ...], bound: int = SMALL) -> Values:
    """Made-up values below a bound."""
    return np.random.default_rng(seed).integers(0, bound, shape, dtype=np.uint64)


def shared(values: Values, role: int, seed: int) -> Elements:
    """A role's two summands of values in the field."""

    def summand(index: int) -> FieldVector:
        masks = [
            np.random.default_rng((seed, each)).integers(0, goldilocks.PRIME, values.shape, dtype=np.uint64)
            for each in ((index,) if index < 2 else (0, 1))
        ]
        if index < 2:
            return masks[0]
        return goldilocks.subtract(goldilocks.subtract(values, masks[0]), masks[1])

    return Elements(role, summand(role), summand(following(role)))


def shared_bits(planes: Words, records: int, role: int, seed: int) -> Planes:
    """A role's two summands of bits."""
    masks = [
        np.random.default_rng((seed, each)).integers(0, 1 << 64, planes.shape, dtype=np.uint64)
        for each in (0, 1)
    ]
    summands = (*masks, planes ^ masks[0] ^ masks[1])
    return Planes(role, records, summands[role], summands[following(role)])


def added(parts: Sequence[Values]) -> list[int]:
    """Field elements from their three summands, as signed integers."""
    return goldilocks.to_signed(goldilocks.add(goldilocks.add(parts[0], parts[1]), parts[2]))


def ones(parts: Sequence[Values]) -> list[int]:
    """How many bits are one, from the three summands of planes."""
    return [int(np.bitwise_count(parts[0] ^ parts[1] ^ parts[2]).sum())]
