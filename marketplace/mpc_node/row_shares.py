"""Which shares make a row, where its columns are not simply those of one record?

Two things make columns that no contribution has: a join puts those of a second record behind those of the
first (`ssi.joined`), and a window of a series adds up those of its readings (`ssi.windowed`). Both are linear
in what was committed to, so a node makes its shares of them from the shares that it holds, without a message.

All of it is gathered person by person: the columns that are needed, 32 bytes for each of them and person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consent.joining import consents_of
from crypto import goldilocks
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from marketplace.mpc_node.columns.share_rows import Form, Group
from marketplace.mpc_node.computation import Needed
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.storage.contributions import ContributionStore
from ssi.dataset import data_set
from ssi.windowed import summands


def makes_rows(job: CheckedJob) -> bool:
    """Whether the rows of a job have columns that have to be made."""
    return bool(job.manifest.partners or job.manifest.query.windows)


def made_holdings(
    contributions: ContributionStore, job: CheckedJob, rows: Sequence[str], needed: Needed
) -> Holdings:
    """This role's shares of the columns that a computation reads, in the order of the rows.

    Raises:
        AttemptFailedError: somebody withdrew in the meantime.
    """
    sums = {column for cell in needed.sums.cells for column in cell.columns}
    elements = tuple(sorted({*needed.elements, *sums}))
    integers = tuple(sorted(needed.integers))
    sides = list(zip(*map(consents_of, rows), strict=True))
    held = [_Side(contributions, job, ids, place) for place, ids in enumerate(sides)]
    return Holdings(
        Table(elements, _made(job, held, elements, Form.FIELD)),
        Table(integers, _made(job, held, integers, Form.RING)),
    )


@dataclass(frozen=True)
class _Side:
    """The records of one of a query's data sets: consents in the order of the rows."""

    contributions: ContributionStore
    job: CheckedJob
    ids: Sequence[str]
    place: int

    def gathered(self, columns: Sequence[int], form: Form) -> dict[int, Shares]:
        """Of those of the row's columns that are this side's, the shares, by the row's numbers."""
        refs = self.job.manifest.query.data_sets
        first = sum(len(data_set(ref).columns) for ref in refs[: self.place])
        size = len(data_set(refs[self.place]).columns)
        own = [column for column in columns if 0 <= column - first < size]
        group = Group(refs[self.place], self.job.role)
        with self.contributions.selected(self.ids, group) as selection:
            if selection.missing:
                raise AttemptFailedError(
                    Failure.WITHDRAWN_DURING_COMPUTATION,
                    f"{len(selection.missing)} of the people withdrew",
                    consents=selection.missing,
                )
            shares = selection.gathered([column - first for column in own], form)
        return {column: Shares(shares.first[place], shares.second[place]) for place, column in enumerate(own)}


def _made(job: CheckedJob, sides: Sequence[_Side], columns: Sequence[int], form: Form) -> Shares:
    """Columns by rows; a column of a window is the sum of those of its readings."""
    parts = {column: summands(job.data_set, column) for column in columns}
    read = sorted({part for each in parts.values() for part in each})
    held = {column: shares for side in sides for column, shares in side.gathered(read, form).items()}
    rows = len(sides[0].ids) if sides else 0
    made = np.zeros((2, len(columns), rows), dtype=np.uint64)
    for place, column in enumerate(columns):
        for part in parts[column]:
            for component, shares in enumerate(held[part]):
                made[component, place] = _plus(made[component, place], shares, form)
    return Shares(made[0], made[1])


def _plus(total: np.ndarray, shares: np.ndarray, form: Form) -> np.ndarray:
    return goldilocks.add(total, shares) if form is Form.FIELD else total + shares
