"""Which withdrawals came for consents that are not held here? Unverified, bounded, the oldest go first."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crypto.encoding import b64url_encode, sha256
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ContributionRow, WithdrawalNoteRow, WithdrawalRow
from ssi.hosting.database import Database

MOST_NOTES = 10_000


class NoteStore:
    """Withdrawals whose contribution has not arrived. Anybody can leave one, so nothing is believed."""

    def __init__(self, database: Database, *, most: int = MOST_NOTES) -> None:
        self._database = database
        self._most = most

    def put(self, consent_id: str, token: str, *, now: datetime) -> bool:
        """Note a withdrawal, once; answer False, and note nothing, if the contribution has arrived by now.

        It also counts as arrived when it is gone again: the same withdrawal may come two ways at one moment.
        """
        digest = b64url_encode(sha256(token.encode()))
        with self._database.writing() as session:
            if session.get(ContributionRow, consent_id) or session.get(WithdrawalRow, consent_id):
                return False
            if session.get(WithdrawalNoteRow, digest):
                return True
            session.add(
                WithdrawalNoteRow(token_digest=digest, consent_id=consent_id, token=token, noted_at=now)
            )
            session.flush()
            too_many = (session.scalar(select(func.count()).select_from(WithdrawalNoteRow)) or 0) - self._most
            if too_many > 0:
                oldest = select(WithdrawalNoteRow.token_digest).order_by(WithdrawalNoteRow.noted_at)
                forgotten = session.scalars(oldest.limit(too_many)).all()
                session.execute(
                    delete(WithdrawalNoteRow).where(WithdrawalNoteRow.token_digest.in_(forgotten))
                )
            return True


def notes_about(session: Session, ids: Iterable[str]) -> dict[str, list[str]]:
    """The withdrawals that were noted for some consents, by consent id, as one transaction sees them."""
    columns = WithdrawalNoteRow.consent_id, WithdrawalNoteRow.token
    noted: dict[str, list[str]] = {}
    for batch in batches(ids):
        for consent_id, token in session.execute(
            select(*columns).where(WithdrawalNoteRow.consent_id.in_(batch))
        ):
            noted.setdefault(consent_id, []).append(token)
    return noted
