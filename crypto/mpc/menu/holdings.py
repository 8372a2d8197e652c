"""What does one role hold of the records? Tables of the columns that a plan needs, in two forms.

Field elements are for sums and products. Integers modulo 2^64 are for what is compared and counted: their low
bits are shared bits without a message. Where a node has no integers, bits come from the field elements by a
circuit, at some 700 ANDs an element.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.conversion import integers_to_planes
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.integers import Integers
from crypto.mpc.local import Shares
from crypto.mpc.menu.plan import Plan
from crypto.mpc.partitions import LocalSums
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words, together
from crypto.mpc.shares import Elements, Planes


@dataclass(frozen=True, eq=False)
class Table:
    """Both summands of some columns, columns by records; `columns` says which column each row is."""

    columns: tuple[int, ...]
    shares: Shares = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse tables of another form.

        Raises:
            OutOfRangeError: the two summands differ in shape, are no uint64, or have not a row a column.
        """
        first, second = self.shares
        if first.shape != second.shape or {first.dtype, second.dtype} != {np.dtype(np.uint64)}:
            raise OutOfRangeError("expected two tables of uint64 of one shape")
        if first.ndim != 2 or first.shape[0] != len(self.columns):  # noqa: PLR2004 — a table
            raise OutOfRangeError(f"expected {len(self.columns)} columns, got {first.shape}")

    def rows(self, columns: Sequence[int]) -> tuple[FieldVector, FieldVector]:
        """Some columns of both summands.

        Raises:
            OutOfRangeError: a column is not there.
        """
        try:
            places = [self.columns.index(column) for column in columns]
        except ValueError as error:
            raise OutOfRangeError("a column of the plan is not among those held") from error
        return self.shares.first[places], self.shares.second[places]


@dataclass(frozen=True, eq=False)
class Holdings:
    """Everything that one role holds of the records of a plan.

    With `sums`, the local part of each cell of `Plan.summed`, the columns of those cells are not needed.
    """

    elements: Table
    integers: Table | None = None
    sums: LocalSums | None = None

    def table(self, role: int, columns: Sequence[int]) -> Elements:
        """Some columns as field elements, columns by records.

        Raises:
            OutOfRangeError: a column is not there.
        """
        return Elements(role, *self.elements.rows(columns))


def planes_of(party: Party, plan: Plan, holdings: Holdings) -> Protocol[dict[int, Planes]]:
    """The columns that a plan needs as bits, all in the same rounds.

    Raises:
        OutOfRangeError: a column is not there.
    """
    needed = plan.planes
    found = yield from together([_planes(party, holdings, *each) for each in needed.items()])
    return dict(zip(needed, found, strict=True))


def _planes(party: Party, holdings: Holdings, column: int, bits: int) -> Protocol[Planes]:
    if holdings.integers is None:
        elements = holdings.table(party.role, [column]).reshape(-1)
        return (yield from field_to_planes(party, elements, bits))
    first, second = (_flat(words) for words in holdings.integers.rows([column]))
    integers = Integers(party.role, first, second)
    if bits > 1:
        return (yield from integers_to_planes(party, integers, bits))
    one, two, three = integers.summands(1)
    return one ^ two ^ three


def _flat(words: Words) -> Words:
    return words.reshape(-1)
