"""A story that three roles compute in one process, so that a test can hold every message in its hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.goldilocks import FieldVector
from crypto.mpc.output import Digests, Output, combine
from crypto.mpc.program import Inputs, ProductCell, Program
from crypto.mpc.release import Finished
from crypto.mpc.rounds import Protocol
from crypto.mpc.statistics import run_statistics
from crypto.sharing.replicated import ROLES, following
from tests.crypto.mpc import trio
from tests.crypto.mpc.trio import Tamper, drawn_words

BINDING = trio.BINDING
OTHER_BINDING = bytes(range(1, 33))
SEEDS = tuple(bytes([role + 1]) * 32 for role in ROLES)
SHARING_SEED = b"\x07" * 32


@dataclass(frozen=True)
class Story:
    """What three roles are about to compute; the table is records by columns."""

    program: Program
    table: Sequence[Sequence[int]]
    noise: Sequence[Sequence[int]]
    binding: bytes = BINDING
    sharing_seed: bytes = SHARING_SEED
    mac: bool = False
    seeds: tuple[bytes, ...] = field(default=SEEDS, repr=False)

    @property
    def components(self) -> tuple[FieldVector, FieldVector, FieldVector]:
        """Three tables, columns by records, that add up to the story's."""
        return cut(self.table, self.sharing_seed)

    def inputs(self, role: int) -> Inputs:
        components = self.components
        return Inputs(components[role], components[following(role)])

    def protocol(self, role: int) -> Protocol[Finished]:
        return run_statistics(
            role,
            self.seeds[role],
            self.binding,
            program=self.program,
            inputs=self.inputs(role),
            noise=int64(self.noise[role]),
            mac=self.mac,
        )

    @property
    def expected(self) -> list[int]:
        """The cleartext results with all noise, reduced to signed field elements."""
        exact = [self._cell(index) for index in range(len(self.program.cells))]
        noisy = [value + sum(noise[cell] for noise in self.noise) for cell, value in enumerate(exact)]
        return goldilocks.to_signed(goldilocks.from_integers(noisy))

    def _cell(self, index: int) -> int:
        cell = self.program.cells[index]
        chosen = [row for number, row in enumerate(self.table) if cell.rows is None or cell.rows[number]]
        if isinstance(cell, ProductCell):
            return sum(row[cell.left] * row[cell.right] for row in chosen)
        return sum(row[cell.column] for row in chosen)


@dataclass(frozen=True)
class Played:
    """Everything that three roles sent, got and ended with."""

    transcript: trio.Transcript[Finished]

    @property
    def finished(self) -> list[Finished]:
        return self.transcript.results

    @property
    def outputs(self) -> tuple[Output, ...]:
        return tuple(state.output for state in self.finished)

    @property
    def digests(self) -> tuple[Digests, ...]:
        return tuple(Digests(state.own_digest, state.held_digest) for state in self.finished)

    def results(self, binding: bytes = BINDING) -> list[int]:
        return combine(self.outputs, self.digests, binding=binding)

    def message(self, number: int, sender: int, receiver: int) -> bytes:
        """The message of a round, counted from 1."""
        return self.transcript.inboxes[number - 1][receiver][sender]


def cut(table: Sequence[Sequence[int]], seed: bytes) -> tuple[FieldVector, FieldVector, FieldVector]:
    """Records by columns of integers, as three tables of columns by records."""
    plain = np.array([[value % goldilocks.PRIME for value in row] for row in table], dtype=np.uint64).T
    first, second = (
        goldilocks.from_words(drawn_words(plain.size, f"component {index}", seed)).reshape(plain.shape)
        for index in range(2)
    )
    return first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second)


def play(story: Story, *, tamper: Tamper | None = None) -> Played:
    protocols = [story.protocol(role) for role in ROLES]
    return Played(trio.play(protocols, binding=story.binding, tamper=tamper))


def int64(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def rows(*chosen: bool) -> NDArray[np.bool_]:
    return np.array(chosen, dtype=np.bool_)
