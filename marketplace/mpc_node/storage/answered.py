"""Whom were the exact answers of this node about? The parts of `consent.differencing`, for each data set.

Rows are small and only ever added or replaced: two digests and a number for each person who was in an exact
answer. They outlive withdrawals, as charges do: what was answered on a record goes on being known.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from consent.differencing import History, Member, Part, Place, Refined, refine
from marketplace.mpc_node.storage.batch import BATCH, batches
from marketplace.mpc_node.storage.tables import AnsweredPartRow, AnsweredPersonRow
from ssi.hosting.database import Database

_FEW: Final = 20 * BATCH
"""Of more people than these all rows of the data set are read: one pass instead of many look-ups."""


class AnsweredStore:
    """The history of exact answers of one node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def histories(self, accounts: Mapping[str, Collection[bytes]]) -> dict[str, History]:
        """The histories of data sets, each with the places of these people."""
        with self._database.reading() as session:
            return {data_set: _history(session, data_set, those) for data_set, those in accounts.items()}

    def note(self, crowds: Mapping[str, Sequence[Member]]) -> None:
        """Note that an exact answer is given about these people of these data sets, of all or of none.

        Reading and writing are one transaction, so of two answers that are safe alone and not together one is
        refused.

        Raises:
            TooFewDifferError: it would tell too few people apart.
        """
        with self._database.writing() as session:
            for data_set, members in crowds.items():
                present = frozenset(each.account for each in members)
                known = _history(session, data_set, present)
                _write(session, data_set, known, refine(members, known), present)


def _history(session: Session, data_set: str, accounts: Collection[bytes]) -> History:
    parts = session.execute(
        select(AnsweredPartRow.part, AnsweredPartRow.people, AnsweredPartRow.floor).where(
            AnsweredPartRow.data_set == data_set
        )
    )
    found = {number: Part(people, floor) for number, people, floor in parts}
    return History(found, dict(_places(session, data_set, accounts)) if found else {})


def _places(session: Session, data_set: str, accounts: Collection[bytes]) -> Iterator[tuple[bytes, Place]]:
    columns = select(AnsweredPersonRow.account, AnsweredPersonRow.part, AnsweredPersonRow.record).where(
        AnsweredPersonRow.data_set == data_set
    )
    if len(accounts) > _FEW:
        wanted = frozenset(accounts)
        for account, part, record in session.execute(columns):
            if account in wanted:
                yield account, Place(part, record)
        return
    for batch in batches(accounts):
        for account, part, record in session.execute(columns.where(AnsweredPersonRow.account.in_(batch))):
            yield account, Place(part, record)


def _write(
    session: Session, data_set: str, known: History, changed: Refined, present: Collection[bytes]
) -> None:
    for old, new in changed.renumbered.items():
        _renumber(session, data_set, (old, new), present)
    for number, part in changed.parts.items():
        row = AnsweredPartRow(data_set=data_set, part=number, people=part.people, floor=part.floor)
        session.merge(row)
    session.flush()
    moved = [account for account in changed.places if account in known.places]
    for batch in batches(moved):
        session.execute(
            delete(AnsweredPersonRow).where(
                AnsweredPersonRow.data_set == data_set, AnsweredPersonRow.account.in_(batch)
            ),
            execution_options={"synchronize_session": False},
        )
    rows = [
        {"data_set": data_set, "account": account, "part": place.part, "record": place.record}
        for account, place in changed.places.items()
    ]
    if rows:
        session.execute(insert(AnsweredPersonRow.__table__), rows)  # type: ignore[arg-type]


def _renumber(session: Session, data_set: str, numbers: tuple[int, int], present: Collection[bytes]) -> None:
    """Give the people of a part who are not in the answer a number of their own."""
    old, new = numbers
    mine = AnsweredPersonRow.data_set == data_set
    everybody = session.scalars(select(AnsweredPersonRow.account).where(mine, AnsweredPersonRow.part == old))
    absent = [account for account in everybody if account not in present]
    for batch in batches(absent):
        session.execute(
            update(AnsweredPersonRow)
            .where(mine, AnsweredPersonRow.account.in_(batch))
            .values(part=new)
            .execution_options(synchronize_session=False)
        )
