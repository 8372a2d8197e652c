"""Letters in SQL: addresses are sealed, and go once a letter arrived or was given up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from crypto.sealing import Vault
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.services.office_ports import Letter
from ssi.issuer_service.storage.office_tables import letters
from ssi.issuer_service.storage.tables import entries


class SqlLetters:
    """Keeps letters until they are sent."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, added: Sequence[Letter]) -> None:
        """Keep new letters."""
        if added:
            self._session.execute(insert(letters), [self._row(letter) for letter in added])

    def due(self, now: datetime, limit: int) -> tuple[Letter, ...]:
        """Letters that are to be sent now; those about records on hold wait."""
        wanted = (
            select(letters)
            .join(entries, entries.c.credential_id == letters.c.credential_id)
            .where(letters.c.state == DeliveryState.WAITING, letters.c.next_at <= now)
            .where(entries.c.standing != Standing.SUSPENDED)
            .order_by(letters.c.next_at, letters.c.letter_id)
            .limit(limit)
        )
        return tuple(self._letter(row) for row in self._session.execute(wanted))

    def of(self, credential_id: str) -> tuple[Letter, ...]:
        """The letters about one credential, oldest first."""
        wanted = (
            select(letters)
            .where(letters.c.credential_id == credential_id)
            .order_by(letters.c.created_at, letters.c.letter_id)
        )
        return tuple(self._letter(row) for row in self._session.execute(wanted))

    def claim(self, now: datetime, limit: int, *, until: datetime) -> tuple[Letter, ...]:
        """Take on what is due, so that it is due to nobody else until a moment: this is its new `next_at`."""
        claimed = tuple(replace(each, next_at=until) for each in self.due(now, limit))
        ids = [each.letter_id for each in claimed]
        self._session.execute(update(letters).where(letters.c.letter_id.in_(ids)).values(next_at=until))
        return claimed

    def settle(self, claimed: Letter, tried: Letter) -> None:
        """Write what became of an attempt, unless what was claimed has changed since."""
        unchanged = (
            letters.c.state == DeliveryState.WAITING,
            letters.c.attempts == claimed.attempts,
            letters.c.next_at == claimed.next_at,
        )
        self._session.execute(
            update(letters)
            .where(letters.c.letter_id == claimed.letter_id, *unchanged)
            .values(**self._row(tried))
        )

    def _row(self, letter: Letter) -> dict[str, object]:
        waits = letter.state is DeliveryState.WAITING and letter.address is not None
        sealed = self._vault.seal(str(letter.address).encode(), _place(letter.letter_id)) if waits else None
        return {
            "letter_id": letter.letter_id,
            "credential_id": letter.credential_id,
            "address_sealed": sealed,
            "state": letter.state,
            "attempts": letter.attempts,
            "next_at": letter.next_at,
            "created_at": letter.created_at,
            "answer": letter.answer,
        }

    def _letter(self, row: Row[Any]) -> Letter:
        sealed = row.address_sealed
        return Letter(
            letter_id=row.letter_id,
            credential_id=row.credential_id,
            address=None if sealed is None else self._vault.open(sealed, _place(row.letter_id)).decode(),
            state=row.state,
            attempts=row.attempts,
            next_at=row.next_at,
            created_at=row.created_at,
            answer=row.answer,
        )


def _place(letter_id: str) -> str:
    return f"letters|{letter_id}|address_sealed"
