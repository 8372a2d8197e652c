"""What does one node of many do to compute the cells of a program, from its summands to its part?

`run_sums` is for programs of linear cells: every node adds up what it holds, with noise of its own, and fixes
its part. Nothing passes between the nodes that depends on anybody's data.

`run_verified` also takes products, and holds every node and the dealer to their word:

1. The nodes compare which deal their triples are from, and commit to masks (`input_proof`).
2. Triples are checked to be products, before data meets them (`sacrifice`).
3. Every column that a cell needs is brought in record by record, with masks, and each node's own noise.
4. All products are taken at once.
5. What was brought in is held against the commitments (`input_proof`), and everything opened so far against
   its tags (`authentication`). Only then is anything given to the buyer, with tags (`part`).

Without 5 a node could bring in somebody's x + δ, and the answer would show δ·y of the same person to whoever
reads it with that node: products are never offered unverified here. Noise is each node's own, in whatever
amount it likes; so a noised answer can be shifted by any node, and only an exact one is right for certain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError, ProtocolError
from crypto.goldilocks import FieldVector
from crypto.mpc.additive.authentication import check_opened, toss
from crypto.mpc.additive.beaver import Session, Triples, add, enter, multiply_by, open_values
from crypto.mpc.additive.dealer import Authenticated, Dealt
from crypto.mpc.additive.input_proof import (
    CommittedRecords,
    InputProof,
    commitment_words,
    require_combined,
)
from crypto.mpc.additive.part import SALT_BYTES, Fixed, Part, fix
from crypto.mpc.additive.sacrifice import COST, checked_triples
from crypto.mpc.additive.sharing import Seat, Summand
from crypto.mpc.program import Cell, LinearCell, ProductCell, Program, linear_sums
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.selections import RowMask
from crypto.randomness import expand, stream

_DEAL_WORDS: Final = 4
_DEAL: Final = b"argonauta additive deal v1"


@dataclass(frozen=True, eq=False)
class Table:
    """One node's summands of some columns: `columns` by records, field elements, as a program names them."""

    columns: tuple[int, ...]
    summands: FieldVector = field(repr=False)

    def placed(self, program: Program) -> Program:
        """The program with columns named by their rows here.

        Raises:
            OutOfRangeError: a column is not there, or a row mask is not one boolean for each record.
        """
        places = {column: place for place, column in enumerate(self.columns)}
        return Program(tuple(self._placed(cell, places) for cell in program.cells))

    def _placed(self, cell: Cell, places: dict[int, int]) -> Cell:
        records = self.summands.shape[1]
        if not set(cell.columns) <= set(places):
            raise OutOfRangeError("a column of the program is not among those held")
        if cell.rows is not None and (cell.rows.shape != (records,) or cell.rows.dtype != np.bool_):
            raise OutOfRangeError(f"expected one boolean for each of {records} records")
        if isinstance(cell, LinearCell):
            return LinearCell(places[cell.column], cell.rows)
        return ProductCell(places[cell.left], places[cell.right], cell.rows)


@dataclass(frozen=True, eq=False)
class Run:
    """What makes a run this node's own: its seat, a secret seed of 32 bytes, and the binding of the run.

    `noise` is this node's own, one number for each cell; None for an exact answer.
    """

    seat: Seat
    seed: bytes = field(repr=False)
    binding: bytes
    noise: Sequence[int] | None = field(default=None, repr=False)

    @property
    def salt(self) -> bytes:
        """What hides this node's part in its digest."""
        return expand(self.seed, f"additive salt {self.binding.hex()}", SALT_BYTES)

    def noise_of(self, program: Program) -> FieldVector:
        """This node's noise as its summands.

        Raises:
            OutOfRangeError: there is not one number for each cell.
        """
        noise = [0] * len(program.cells) if self.noise is None else self.noise
        if len(noise) != len(program.cells):
            raise OutOfRangeError(f"expected {len(program.cells)} numbers of noise, got {len(noise)}")
        return goldilocks.from_integers(noise)


@dataclass(frozen=True, eq=False)
class Deal:
    """This node's triples, and the 32 bytes by which the dealer names what it dealt to all nodes."""

    dealt: Dealt = field(repr=False)
    name: bytes


def triples_for(program: Program, *, columns: int, records: int, noised: bool) -> int:
    """How many triples `run_verified` takes, as everybody can tell beforehand.

    One for each value that is brought in (`columns` are those that some cell needs) and each mask, one for
    each cell's noise, and two for each product.
    """
    products = sum(_rows(cell.rows, records) for cell in program.cells if isinstance(cell, ProductCell))
    return columns * (records + 1) + (len(program.cells) if noised else 0) + COST * products


def run_sums(run: Run, program: Program, table: Table) -> Protocol[Fixed]:
    """This node's part of linear cells.

    Raises:
        OutOfRangeError: the program has products, or does not fit the table or the noise.
    """
    if program.products:
        raise OutOfRangeError("products need triples of a dealer")
    sums = linear_sums(table.placed(program), table.summands)
    values = goldilocks.add(sums, run.noise_of(program))
    return (yield from fix(Part(run.seat, values, run.salt), run.binding))


def run_verified(
    run: Run, program: Program, table: Table, records: CommittedRecords, deal: Deal
) -> Protocol[Fixed]:
    """This node's part of any cells, after the five steps; the code carries the numbers.

    Raises:
        OutOfRangeError: the program does not fit the table or the noise, a column is too wide to be proved,
            or too few triples were dealt or none with tags.
        ProtocolError: a node or the dealer did not keep to the protocol; whoever may have been it is a
            culprit.
        MalformedMessageError: a node sent what are no field elements; it is the culprit.
    """
    session = _session(run, deal)
    placed, noise = table.placed(program), run.noise_of(program)
    random = stream(run.seed, f"additive run {run.binding.hex()}")
    proof = InputProof.draw(records, random)
    masks = yield from _met(session, deal, proof.commitment())  # 1
    coin = yield from toss(session, binding=run.binding, random=random)
    triples = yield from checked_triples(session, _products(placed, table), coin)  # 2
    parts = [table.summands.reshape(-1), proof.masks_of(table.columns)]
    if run.noise is not None:
        parts.append(noise)
    entered = yield from enter(session, Summand(session.seat, np.concatenate(parts)))  # 3
    held = _Held(table.summands.shape, entered)
    results = yield from _computed(session, triples, placed, held)  # 4
    coin = yield from toss(session, binding=run.binding, random=random)  # 5
    factors = proof.factors(coin)
    shown = yield from proof.prove(session, factors, masks, table.columns)
    opened = yield from open_values(session, held.combined(factors))
    require_combined(session.seat, opened, shown)
    yield from check_opened(session, binding=run.binding, random=random)
    part = Part(run.seat, results.values, run.salt, results.tags, session.dealt.key)
    return (yield from fix(part, run.binding))


@dataclass(frozen=True, eq=False)
class _Held:
    """What was brought in: columns by records, then a mask for each column, then the noise of each cell."""

    shape: tuple[int, ...]
    entered: Authenticated

    def column(self, place: int) -> Authenticated:
        return self.entered.take(place * self.shape[1], self.shape[1])

    def rows(self, place: int, rows: RowMask | None) -> Authenticated:
        column = self.column(place)
        if rows is None:
            return column
        return Authenticated(column.values[rows], None if column.tags is None else column.tags[rows])

    def combined(self, factors: FieldVector) -> Authenticated:
        """Each column's mask plus its records, each times its factor."""
        columns, records = self.shape
        sums = [_sum(_weighed(self.column(place), factors)) for place in range(columns)]
        return add(_stacked(sums), self.entered.take(columns * records, columns))

    @property
    def noise(self) -> Authenticated | None:
        columns, records = self.shape
        start = columns * (records + 1)
        left = self.entered.values.size - start
        return self.entered.take(start, left) if left else None


def _session(run: Run, deal: Deal) -> Session:
    session = Session(deal.dealt)
    if not session.authenticated or session.seat != run.seat:
        raise OutOfRangeError("expected authenticated triples, dealt to this node")
    return session


def _met(session: Session, deal: Deal, commitment: Words) -> Protocol[list[Words]]:
    """Compare which deal everybody's triples are from; the commitments to everybody's masks, by role."""
    own = np.concatenate([np.frombuffer(sha256(_DEAL, deal.name), dtype=np.uint64), commitment])
    inbox = yield session.seat.tell_all(own)
    heard = {session.seat.role: own, **inbox}
    if any(not np.array_equal(each[:_DEAL_WORDS], own[:_DEAL_WORDS]) for each in heard.values()):
        raise ProtocolError("the nodes were dealt triples of different deals", ())
    return [heard[role][_DEAL_WORDS : _DEAL_WORDS + commitment_words()] for role in sorted(heard)]


def _computed(session: Session, triples: Triples, program: Program, held: _Held) -> Protocol[Authenticated]:
    """All cells with noise: products in one round, and every sum without a message."""
    cells = [program.cells[place] for place in program.products]
    pairs = [cell for cell in cells if isinstance(cell, ProductCell)]
    sums: dict[int, Authenticated] = {}
    if pairs:
        left = _stacked([held.rows(cell.left, cell.rows) for cell in pairs])
        right = _stacked([held.rows(cell.right, cell.rows) for cell in pairs])
        products = yield from multiply_by(session, triples, left, right)
        start = 0
        for place, cell in zip(program.products, pairs, strict=True):
            count = _rows(cell.rows, held.shape[1])
            sums[place] = _sum(products.take(start, count))
            start += count
    for place in program.sums:
        linear = program.cells[place]
        sums[place] = _sum(held.rows(linear.columns[0], linear.rows))
    results = _stacked([sums[place] for place in range(len(program.cells))])
    return results if held.noise is None else add(results, held.noise)


def _products(program: Program, table: Table) -> int:
    records = table.summands.shape[1]
    return sum(_rows(cell.rows, records) for cell in program.cells if isinstance(cell, ProductCell))


def _rows(rows: RowMask | None, records: int) -> int:
    return records if rows is None else int(np.count_nonzero(rows))


def _sum(part: Authenticated) -> Authenticated:
    tags = None if part.tags is None else goldilocks.stacked([goldilocks.total(part.tags)])
    return Authenticated(goldilocks.stacked([goldilocks.total(part.values)]), tags)


def _weighed(part: Authenticated, factors: FieldVector) -> Authenticated:
    tags = None if part.tags is None else goldilocks.multiply(part.tags, factors)
    return Authenticated(goldilocks.multiply(part.values, factors), tags)


def _stacked(parts: Sequence[Authenticated]) -> Authenticated:
    tags = [part.tags for part in parts if part.tags is not None]
    values = np.concatenate([part.values for part in parts])
    return Authenticated(values, np.concatenate(tags) if tags else None)
