"""Which contributions are paused? The latest signed word about each, in the order of its sequence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.pause import PauseStatement, is_news
from marketplace.mpc_node.storage.tables import ContributionRow, PauseRow
from ssi.hosting.database import Database


@dataclass(frozen=True)
class SignedPause:
    """A statement that was verified, and the token that says it."""

    said: PauseStatement
    token: str = field(repr=False)


class PauseStore:
    """What people last said about pausing; shares and papers are not touched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, pause: SignedPause, receipt: Callable[[], str]) -> str | None:
        """Keep a statement that is news, and the receipt for it, which is made once; that receipt.

        None, and nothing is kept, if the contribution is not here.

        Raises:
            OvertakenError: a later statement is known.
        """
        with self._database.writing() as session:
            if session.get(ContributionRow, pause.said.consent_id) is None:
                return None
            row = keep_pause(session, pause)
            if row.receipt is None:
                row.receipt = receipt()
            return row.receipt


def keep_pause(session: Session, pause: SignedPause) -> PauseRow:
    """Keep a statement about a contribution that is held, if it is news; a new one has no receipt yet.

    Raises:
        OvertakenError: a later statement is known.
    """
    said = pause.said
    row = session.get(PauseRow, said.consent_id)
    if row is None:
        row = PauseRow(consent_id=said.consent_id, sequence=0, paused=False, statement="")
        session.add(row)
    if is_news(said, sequence=row.sequence, paused=row.paused):
        row.sequence, row.paused, row.statement = said.sequence, said.paused, pause.token
        row.receipt = None
    return row


def paused_among(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that are paused, as one transaction sees it."""
    paused = session.scalars(select(PauseRow.consent_id).where(PauseRow.paused)).all()
    return frozenset(ids).intersection(paused) if paused else frozenset()
