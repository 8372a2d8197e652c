"""Three roles in one process, so that a test can hold every message in its hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crypto.mpc.output import Digests, Output, combine
from crypto.mpc.program import Inputs, ProductCell, Program
from crypto.mpc.statistics import Finished, Keying, Resharing, start
from crypto.randomness import expand
from crypto.ring import RingVector, ring_from_bytes, to_ring
from crypto.sharing.replicated import ROLES, following

BINDING = bytes(range(32))
OTHER_BINDING = bytes(range(1, 33))
SEEDS = tuple(bytes([role + 1]) * 32 for role in ROLES)
SHARING_SEED = b"\x07" * 32


@dataclass(frozen=True)
class Story:
    """What three roles are about to compute."""

    program: Program
    table: Sequence[Sequence[int]]
    noise: Sequence[Sequence[int]]
    binding: bytes = BINDING
    sharing_seed: bytes = SHARING_SEED

    @property
    def components(self) -> tuple[RingVector, RingVector, RingVector]:
        shape = (len(self.table), len(self.table[0]))
        count = shape[0] * shape[1]
        first, second = (
            ring_from_bytes(expand(self.sharing_seed, f"component {index}", count * 8), count).reshape(shape)
            for index in range(2)
        )
        plain = to_ring([value for row in self.table for value in row]).reshape(shape)
        return first, second, plain - first - second

    def inputs(self, role: int) -> Inputs:
        components = self.components
        return Inputs(components[role], components[following(role)])

    def begin(self) -> tuple[Keying, ...]:
        return tuple(
            start(
                self.program,
                self.inputs(role),
                role=role,
                noise=int64(self.noise[role]),
                seed=SEEDS[role],
                binding=self.binding,
            )
            for role in ROLES
        )

    @property
    def expected(self) -> list[int]:
        """The cleartext results with all noise, wrapped to signed 64 bits."""
        exact = [self._cell(index) for index in range(len(self.program.cells))]
        noisy = [value + sum(noise[cell] for noise in self.noise) for cell, value in enumerate(exact)]
        return [(value + 2**63) % 2**64 - 2**63 for value in noisy]

    def _cell(self, index: int) -> int:
        cell = self.program.cells[index]
        chosen = [row for number, row in enumerate(self.table) if cell.rows is None or cell.rows[number]]
        if isinstance(cell, ProductCell):
            return sum(row[cell.left] * row[cell.right] for row in chosen)
        return sum(row[cell.column] for row in chosen)


@dataclass(frozen=True)
class Transcript:
    """Everything that three honest roles sent and got."""

    keying: tuple[Keying, ...]
    resharing: tuple[Resharing, ...]
    finished: tuple[Finished, ...]

    @property
    def outputs(self) -> tuple[Output, ...]:
        return tuple(state.output for state in self.finished)

    @property
    def digests(self) -> tuple[Digests, ...]:
        return tuple(Digests(state.own_digest, state.held_digest) for state in self.finished)

    def results(self, binding: bytes = BINDING) -> list[int]:
        return combine(self.outputs, self.digests, binding=binding)

    def received(self, role: int) -> list[bytes]:
        """Every message that a role got, in order."""
        states: list[Sends] = [*self.keying, *self.resharing]
        return [state.outbox[role] for state in states if role in state.outbox]

    def bodies(self, role: int) -> list[bytes]:
        """The same without the public heads."""
        return [message[36:] for message in self.received(role)]


def play(story: Story) -> Transcript:
    keying = story.begin()
    resharing = tuple(state.receive(inbox(keying, role)) for role, state in enumerate(keying))
    finished = tuple(state.receive(inbox(resharing, role)) for role, state in enumerate(resharing))
    return Transcript(keying, resharing, finished)


class Sends(Protocol):
    """A state of the protocol that has something to say."""

    @property
    def outbox(self) -> Mapping[int, bytes]: ...


def inbox(states: Sequence[Sends], receiver: int) -> dict[int, bytes]:
    """What a role gets when every outbox is delivered."""
    return {sender: state.outbox[receiver] for sender, state in enumerate(states) if receiver in state.outbox}


def int64(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def rows(*chosen: bool) -> NDArray[np.bool_]:
    return np.array(chosen, dtype=np.bool_)
