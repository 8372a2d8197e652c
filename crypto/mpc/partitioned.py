"""Three roles compute statistics whose local parts each of them has already: sums, products, a Gram matrix.

`run_partitioned` is `crypto.mpc.statistics.run_statistics` from the local sums on (`crypto.mpc.partitions`),
message for message: a role that cut its records runs with roles that did not. What is guaranteed is the same.

Verified products need every record's factor under an authentication code, and thus a round over all records;
for those a role gathers the columns and calls `run_statistics` with `mac`.
"""

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import reshare
from crypto.mpc.partitions import LocalSums
from crypto.mpc.party import Party, meet
from crypto.mpc.program import ProductCell, Program
from crypto.mpc.release import Finished, finish
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.shares import Elements
from crypto.mpc.statistics import Noise, share_noise


def run_partitioned(  # noqa: PLR0913 — as `run_statistics`
    role: int, seed: bytes, binding: bytes, *, program: Program, sums: LocalSums, noise: Noise
) -> Protocol[Finished]:
    """A role's whole run from its local sums on; arguments, messages and errors as of `run_statistics`.

    Raises:
        OutOfRangeError: as `meet`, or there is not one sum and one noise for each cell.
        ProtocolError: what the messages say contradicts the protocol; its culprits are roles.
    """
    _check_cells(program, sums, noise)
    party = yield from meet(role, seed, binding)
    result = yield from compute_sums(party, program, sums, noise)
    return (yield from finish(party, result))


def compute_sums(party: Party, program: Program, sums: LocalSums, noise: Noise) -> Protocol[Elements]:
    """The cells with the noise of all three roles, shared, in one round.

    Raises:
        OutOfRangeError: there is not one sum and one noise for each cell.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    _check_cells(program, sums, noise)
    cells, noises = yield from together([shared_sums(party, program, sums), share_noise(party, noise)])
    return cells + noises


def shared_sums(party: Party, program: Program, sums: LocalSums) -> Protocol[Elements]:
    """The cells as they are, shared: as `crypto.mpc.statistics.sums`, from the local sums on.

    One round if there are product cells, none otherwise.

    Raises:
        OutOfRangeError: there is not one sum for each cell.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    _check_sums(program, sums)
    own, held = sums.first.copy(), sums.second.copy()
    if program.products:
        places = list(program.products)
        products = yield from reshare(party, sums.products[places])
        own[places], held[places] = products.first, products.second
    return Elements(party.role, own, held)


def gram_program(columns: int) -> Program:
    """The inner products of all pairs of so many columns, each once; `gram` makes the matrix of them."""
    rows, others = np.triu_indices(columns)
    pairs = zip(rows.tolist(), others.tolist(), strict=True)
    return Program(tuple(ProductCell(row, other) for row, other in pairs))


def gram(party: Party, sums: LocalSums, columns: int) -> Protocol[Elements]:
    """The matrix of Σ x_j x_k over the records, from the local sums of `gram_program`, in one round.

    Raises:
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    shared = yield from reshare(party, sums.products.copy())
    rows, others = np.triu_indices(columns)
    place = np.empty((columns, columns), dtype=np.int64)
    place[rows, others] = place[others, rows] = np.arange(rows.size)
    return shared.take(place)


def _check_cells(program: Program, sums: LocalSums, noise: Noise) -> None:
    _check_sums(program, sums)
    if noise.shape != (len(program.cells),):
        raise OutOfRangeError(f"expected one noise for each of {len(program.cells)} cells")
    if noise.dtype != np.int64:
        raise OutOfRangeError(f"expected noise as int64, got {noise.dtype}")


def _check_sums(program: Program, sums: LocalSums) -> None:
    cells = (len(program.cells),)
    if {sums.first.shape, sums.second.shape, sums.products.shape} != {cells}:
        raise OutOfRangeError(f"expected one sum for each of {cells[0]} cells")
