"""Which edition of the catalogue holds? A number that grows with each transaction that may change it.

Whoever keeps a catalogue asks for the number and may show it again while that is the same. It is no use to
count in each place that writes: one would be forgotten. So the statements of a writing transaction are
watched, and one that touches a table of which the catalogue tells makes the next edition, in the same one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import BigInteger, Column, Integer, Table, event, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from marketplace.storage.act_tables import acts
from marketplace.storage.described_tables import published_answers
from marketplace.storage.negotiation_tables import supply_terms
from marketplace.storage.tables import metadata, offers

catalogue_editions = Table(
    "catalogue_editions",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
"""One row."""

TOLD_OF = frozenset({offers, supply_terms, acts, published_answers})
_TOUCHED = "catalogue"


@contextmanager
def counted(session: Session) -> Iterator[None]:
    """Watch a writing transaction, and count it at its end if the catalogue may be another one then."""
    event.listen(session, "do_orm_execute", _watch)
    yield
    if session.info.get(_TOUCHED):
        session.execute(update(catalogue_editions).values(number=catalogue_editions.c.number + 1))


def current(session: Session) -> int:
    """The number of the edition that holds."""
    return int(session.execute(select(catalogue_editions.c.number)).scalar_one())


def _watch(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(state.statement, "table", None)
        if table is None or table in TOLD_OF:  # what cannot be told may touch it
            state.session.info[_TOUCHED] = True
