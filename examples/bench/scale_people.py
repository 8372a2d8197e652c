"""Who are the made-up people of `examples.bench.scale`, what is asked about them, and what must come out?

Everybody has a score of 10 bits, its square, one of eight bins as a one-hot code, and a public group. Asked
are mean and variance, the variance once more by a product of shares, a histogram, and mean and variance of
each group. Every role makes its own shares from public seeds; in reality wallets do.
"""

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.goldilocks import FieldVector
from crypto.mpc.program import Cell, LinearCell, ProductCell, Program
from crypto.sharing.replicated import following

Values = NDArray[np.uint64]
NODES = ("node-a", "node-b", "node-c")
BINS, GROUPS = 8, 4
PRESENT, SCORE, SQUARE, FIRST_BIN = 0, 1, 2, 3
COLUMNS = FIRST_BIN + BINS
FEW = 1000


def name(index: int) -> str:
    """A consent id; people are in the order of theirs."""
    return f"urn:uuid:{index:08x}-0000-4000-8000-000000000000"


def values(start: int, end: int) -> Values:
    """What some people's records say, people by columns."""
    index = np.arange(start, end, dtype=np.uint64)
    score = index * np.uint64(7919) % np.uint64(1009)
    bins = score // np.uint64(128) == np.arange(BINS, dtype=np.uint64)[:, None]
    return np.stack([np.ones_like(score), score, score**2, *bins.astype(np.uint64)], axis=1)


def shares(role: int, start: int, end: int) -> tuple[tuple[FieldVector, FieldVector], tuple[Values, Values]]:
    """Both components of one role, in the field and in the ring, people by columns."""
    plain = values(start, end)

    def masks(form: int, bound: int) -> list[Values]:
        return [
            np.random.default_rng((form, component, start)).integers(0, bound, plain.shape, dtype=np.uint64)
            for component in range(2)
        ]

    first, second = masks(0, goldilocks.PRIME)
    fields = (first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second))
    low, high = masks(1, 2**64)
    rings = (low, high, plain - low - high)
    mine = (role, following(role))
    return (fields[mine[0]], fields[mine[1]]), (rings[mine[0]], rings[mine[1]])


def program(records: int) -> Program:
    """What is asked about the first so many people."""
    groups = [np.arange(records) % GROUPS == group for group in range(GROUPS)]
    cells: list[Cell] = [LinearCell(column) for column in range(COLUMNS)]
    cells.append(ProductCell(SCORE, SCORE))
    for rows in groups:
        cells += [LinearCell(column, rows) for column in (PRESENT, SCORE, SQUARE)]
        cells.append(ProductCell(SCORE, SCORE, rows))
    return Program(tuple(cells))


def truth(records: int) -> list[int]:
    """The answer, computed in the clear."""
    table = values(0, records).astype(np.int64)
    found = [*table.sum(axis=0).tolist(), int(table[:, SQUARE].sum())]
    for group in range(GROUPS):
        sums = table[group::GROUPS].sum(axis=0)
        found += [int(sums[PRESENT]), int(sums[SCORE]), int(sums[SQUARE]), int(sums[SQUARE])]
    return found
