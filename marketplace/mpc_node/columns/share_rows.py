"""What is one person's row in a table of shares, and which line of a file is which column?

A record's shares are words: for each of two forms, and in each form for both components that this node
holds, one word a column. *Field* words are modulo the prime of `crypto.goldilocks`, for products and sums;
*ring* words are modulo 2^64, of which the low bits are what a comparison looks at. Both are residues of one
integer, the component that was checked against the issuer's commitment.

A file has one line more, the first: a tag of each row's consent id under a key of the file. The database says
in which row somebody's shares stand, and the tag is how it is believed: whoever changes the database cannot
make one person's shares count as another's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.goldilocks import FieldVector
from marketplace.mpc_node.columns.partition_file import Words
from marketplace.mpc_node.errors import StorageAlteredError

Places = NDArray[np.int64]


OWNER_LINE: Final = 0
COMPONENTS: Final = 2
SINGLE: Final = 3
"""Added to the role in a `Group` whose rows hold component `role` alone; see `additive.rows`."""
_TAG_BYTES: Final = 8
_PURPOSE: Final = b"owner of a row"


class Form(IntEnum):
    """How a word stands for an integer."""

    FIELD = 0
    RING = 1


@dataclass
class Owned:
    """Some rows of a file, in any order, and whose each of them is."""

    owners: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Records that can stand in one table: of one data set, held in one role, in one layout.

    `role` is 0 to 2 where both components of that role are held, and `SINGLE` more where one is.
    """

    data_set: str
    role: int


@dataclass(frozen=True)
class ShareRow:
    """The shares of one record: words by form, component and column. They stay out of ``repr``."""

    group: Group
    words: Words = field(repr=False)


def share_rows(
    group: Group, fields: tuple[FieldVector, FieldVector], rings: tuple[Words, Words]
) -> list[ShareRow]:
    """The rows of several records, from tables of records by columns, a pair of components for each form."""
    return [ShareRow(group, words) for words in np.concatenate([*fields, *rings], axis=1)]


def columns_of(lines: int) -> int:
    """How many columns a file of so many lines has."""
    return (lines - 1) // (len(Form) * COMPONENTS)


def line_of(form: Form, component: int, column: int, *, columns: int) -> int:
    """The line of a column; `component` is 0 for the one of this node's role and 1 for the next."""
    return 1 + (form * COMPONENTS + component) * columns + column


def owner_tags(consent_ids: Iterable[str], key: bytes) -> Words:
    """The tags of rows, in order of their owners."""
    keyed = blake2b(digest_size=_TAG_BYTES, key=key, person=_PURPOSE)

    def tag(consent_id: str) -> bytes:
        hasher = keyed.copy()
        hasher.update(consent_id.encode())
        return hasher.digest()

    return np.frombuffer(b"".join(map(tag, consent_ids)), dtype=np.uint64)


def require_owners(line: Words, rows: Places, consent_ids: Sequence[str], key: bytes) -> None:
    """Return only if these rows belong to these people, by the line of the tags.

    Raises:
        StorageAlteredError: one does not, or there is no such row.
    """
    inside = not rows.size or (rows.min() >= 0 and rows.max() < line.size)
    if not inside or not np.array_equal(line[rows], owner_tags(consent_ids, key)):
        raise StorageAlteredError("the index of shares names rows of other people")
