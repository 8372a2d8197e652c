"""What is the sum of everybody's ciphertexts, cell by cell? The whole work of adding up, and no secret in it.

Every node computes the same points from the same records, so the result is its own check: it is compared by a
digest before anything is opened. A point takes 6 µs to read and 0.5 µs to add; only columns that some cell
needs are read, a few hundred people at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consent.computation import Computation
from consent.grouping import PublicAttributes
from crypto.curve import INFINITY, POINT_BYTES, Point, combine
from crypto.elgamal.ciphertext import BIN_BYTES, Bin, Ciphertext
from marketplace.mpc_node.storage.encrypted import StoredRecord


@dataclass(frozen=True)
class People:
    """Over whom it is added up: consents in the order of their rows of public attributes."""

    consent_ids: Sequence[str]
    rows: Sequence[PublicAttributes]


@dataclass(frozen=True)
class Added:
    """The sum of each cell, and whose records were in it."""

    ciphertext: Ciphertext
    consent_ids: frozenset[str]


def add_up(
    computation: Computation, people: People, records: Iterable[Sequence[StoredRecord]], key_id: bytes
) -> Added:
    """Add up the records of people, given in pieces and in any order, one sum for each cell.

    Every cell is one column (`consent.aggregation.check_encrypted`), and every record was verified to have
    all of them.
    """
    masks = computation.row_masks(people.rows)
    places = {consent_id: place for place, consent_id in enumerate(people.consent_ids)}
    columns = sorted({cell.left for cell in computation.cells})
    sums = [Bin(INFINITY, INFINITY)] * len(computation.cells)
    added: set[str] = set()
    for piece in records:
        added.update(record.consent_id for record in piece)
        rows = [places[record.consent_id] for record in piece]
        points = {column: [_bin(record, column) for record in piece] for column in columns}
        chosen = {group: _chosen(mask, rows) for group, mask in masks.items()}
        sums = [
            _plus(total, points[cell.left], chosen[cell.group])
            for total, cell in zip(sums, computation.cells, strict=True)
        ]
    return Added(Ciphertext(key_id, tuple(sums)), frozenset(added))


def _chosen(mask: Sequence[bool] | None, rows: Sequence[int]) -> list[int]:
    return [index for index, row in enumerate(rows) if mask is None or mask[row]]


def _plus(total: Bin, column: Sequence[Bin], chosen: Sequence[int]) -> Bin:
    bins = [column[index] for index in chosen]
    return Bin(
        combine((total.mask, *(one.mask for one in bins))),
        combine((total.masked, *(one.masked for one in bins))),
    )


def _bin(record: StoredRecord, column: int) -> Bin:
    start = column * BIN_BYTES
    middle = start + POINT_BYTES
    return Bin(
        Point.from_bytes(record.bins[start:middle]),
        Point.from_bytes(record.bins[middle : middle + POINT_BYTES]),
    )
