"""What is one person's row where this node holds one component of her record, and nothing else?

A row is words, like that of two components (`columns.share_rows`), in files of its own:

- one field element a column, modulo the prime of `crypto.goldilocks`: what is added up,
- the component as it came, because what a node brings into a product is proved over the integers
  (`crypto.mpc.additive.input_proof`): a seed or explicit values, padded to whole words,
- the commitments to all three components, by which the other two nodes are held to theirs.

There are no bits: nothing is compared or counted in this layout. Both the file's seal and its group name the
layout, so that a row of one is never read as a row of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.curve import POINT_BYTES
from crypto.goldilocks import FieldVector
from crypto.mpc.additive.input_proof import CommittedRecords
from crypto.mpc.additive.run import Table
from crypto.mpc.rounds import WORD_BYTES
from crypto.sharing.additive import ROLES
from crypto.sharing.integer_masked import EXPLICIT_HEAD, SEED_BYTES, Component
from crypto.sharing.layout import explicit_layout
from marketplace.mpc_node.columns.partition_file import Words
from marketplace.mpc_node.columns.selection import Selection
from marketplace.mpc_node.columns.share_rows import SINGLE, Group, ShareRow
from marketplace.mpc_node.errors import StorageAlteredError
from ssi.dataset import DataSet

_EXPLICIT_ROLE: Final = 2
_COMMITMENT_WORDS: Final = -(-len(ROLES) * POINT_BYTES // WORD_BYTES)


@dataclass(frozen=True)
class Summand:
    """One person's component at this node, and the commitments to all three, as compressed points."""

    component: Component = field(repr=False)
    commitments: tuple[bytes, ...]


def group_of(data_set: DataSet, role: int) -> Group:
    """The group of the files that hold component `role` of records of a data set."""
    return Group(data_set.ref, SINGLE + role)


def row_of(data_set: DataSet, role: int, summand: Summand) -> ShareRow:
    """The row of one person."""
    words = np.concatenate(
        [
            goldilocks.from_integers(summand.component.values),
            _words(summand.component.encode()),
            _words(b"".join(summand.commitments)),
        ]
    )
    return ShareRow(group_of(data_set, role), words)


def table_of(selection: Selection, columns: Sequence[int]) -> Table:
    """Some columns of the selected people, columns by people in order; rows of missing people are zero.

    Raises:
        StorageAlteredError: a file is missing or was changed.
    """
    return Table(tuple(columns), _lines(selection, [1 + column for column in columns]))


def records_of(selection: Selection, data_set: DataSet, role: int) -> CommittedRecords:
    """The components of the selected people and their commitments, in order.

    Raises:
        StorageAlteredError: a file is missing or was changed, or a row holds no component.
    """
    start = 1 + len(data_set.bits)
    length = component_bytes(data_set, role)
    middle = start + -(-length // WORD_BYTES)
    components = _lines(selection, range(start, middle)).T
    commitments = _lines(selection, range(middle, middle + _COMMITMENT_WORDS)).T
    try:
        read = [Component.decode(_bytes(row)[:length], data_set.bits) for row in components]
    except ValueError as error:
        raise StorageAlteredError("a row of shares holds no component") from error
    return CommittedRecords(
        data_set.bits, data_set.commitment_domain, read, [_points(row) for row in commitments]
    )


def component_bytes(data_set: DataSet, role: int) -> int:
    """How long the component of a role is, for records of a data set."""
    body = explicit_layout(data_set.bits).total if role == _EXPLICIT_ROLE else SEED_BYTES
    return len(EXPLICIT_HEAD) + body


def _lines(selection: Selection, lines: Sequence[int]) -> FieldVector:
    table = np.zeros((len(lines), len(selection.ids)), dtype=np.uint64)
    for part in selection.partitions:
        for index, line in enumerate(part.file.read(lines)):
            table[index, part.places] = line[part.rows]
    return table


def _points(words: Words) -> list[bytes]:
    raw = _bytes(words)
    return [raw[at * POINT_BYTES : (at + 1) * POINT_BYTES] for at in ROLES]


def _words(raw: bytes) -> Words:
    padded = np.frombuffer(raw + bytes(-len(raw) % WORD_BYTES), dtype="<u8")
    return padded.astype(np.uint64, copy=False)


def _bytes(words: Words) -> bytes:
    return np.ascontiguousarray(words, dtype="<u8").tobytes()
