"""Records as three nodes hold them additively, with commitments, and verified runs over them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crypto import goldilocks
from crypto.mpc.additive.dealer import Dealt, deal, receive
from crypto.mpc.additive.input_proof import CommittedRecords
from crypto.mpc.additive.run import Deal, Run, Table, run_sums, run_verified, triples_for
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.program import LinearCell, ProductCell, Program
from crypto.randomness import stream
from crypto.sharing.integer_masked import Component, split
from tests.crypto.mpc.additive.nodes import BINDING, Tamper, play, untouched

BITS = (8, 12, 1)
DOMAIN = "argonauta/additive-tests/1"
NODES = 3
SEATS = [Seat(role, NODES) for role in range(NODES)]
ODD = np.array([row % 2 == 1 for row in range(5)])
PROGRAM = Program(
    (
        LinearCell(0),
        LinearCell(1, ODD),
        ProductCell(0, 1),
        ProductCell(1, 1, ODD),
        ProductCell(0, 2),
    )
)
RECORDS = [[200, 4000, 1], [3, 17, 0], [0, 0, 1], [255, 4095, 1], [77, 1234, 0]]


@dataclass(frozen=True)
class Held:
    """What one node holds of the records."""

    table: Table
    records: CommittedRecords


def components_of(values: Sequence[Sequence[int]]) -> list[tuple[Component, ...]]:
    """Every record cut into three components."""
    random = stream(bytes(32), "records")
    return [split(record, BITS, 1 + number, random) for number, record in enumerate(values)]


def held_by_nodes(values: Sequence[Sequence[int]], columns: Sequence[int] = (0, 1, 2)) -> list[Held]:
    """What each node holds; of the table only some columns."""
    cut = components_of(values)
    commitments = [[each.commitment(DOMAIN).to_bytes() for each in record] for record in cut]
    return [_held([record[role] for record in cut], commitments, columns) for role in range(NODES)]


def _held(own: list[Component], commitments: list[list[bytes]], columns: Sequence[int]) -> Held:
    summands = np.stack(
        [goldilocks.from_integers([each.values[column] for each in own]) for column in columns]
    )
    return Held(Table(tuple(columns), summands), CommittedRecords(BITS, DOMAIN, own, commitments))


def runs(noise: Sequence[Sequence[int]] | None = None) -> list[Run]:
    """One run for each node, with its own noise where there is some."""
    own = [None] * NODES if noise is None else list(noise)
    return [Run(seat, bytes([seat.role + 1]) * 32, BINDING, own[seat.role]) for seat in SEATS]


def deals(program: Program, records: int, *, noised: bool = False, columns: int = 3) -> list[Deal]:
    """Exactly as many triples as are needed."""
    count = triples_for(program, columns=columns, records=records, noised=noised)
    packets = deal(count, NODES, binding=BINDING, authenticated=True, random=stream(b"d" * 32, "deal"))
    return [
        Deal(receive(raw, seat, binding=BINDING), b"n" * 32) for raw, seat in zip(packets, SEATS, strict=True)
    ]


def altered(given: Deal, change: Callable[[Dealt], Dealt]) -> Deal:
    """A deal of which something was changed."""
    return replace(given, dealt=change(given.dealt))


def verified(
    held: Sequence[Held],
    program: Program = PROGRAM,
    *,
    noise: Sequence[Sequence[int]] | None = None,
    given: Sequence[Deal] | None = None,
    tamper: Tamper = untouched,
) -> list[Any]:
    """What each node ends a verified run with."""
    records = held[0].table.summands.shape[1]
    columns = len(held[0].table.columns)
    dealt = given or deals(program, records, noised=noise is not None, columns=columns)
    return play(
        [
            run_verified(run, program, each.table, each.records, own)
            for run, each, own in zip(runs(noise), held, dealt, strict=True)
        ],
        tamper,
    )


def summed(held: Sequence[Held], program: Program, noise: Sequence[Sequence[int]] | None = None) -> list[Any]:
    """What each node ends a run of sums with."""
    return play([run_sums(run, program, each.table) for run, each in zip(runs(noise), held, strict=True)])


def in_the_clear(values: Sequence[Sequence[int]], program: Program = PROGRAM) -> list[int]:
    """The cells of a program over the records themselves."""
    return [
        sum(
            int(np.prod([record[column] for column in cell.columns], dtype=object))
            for row, record in enumerate(values)
            if cell.rows is None or cell.rows[row]
        )
        for cell in program.cells
    ]
