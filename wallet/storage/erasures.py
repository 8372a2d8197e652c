"""Keeps in the database which wallets end when, and what is still to be said for those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from ssi.hosting.database import Database, forget_pages
from wallet.domain.erasure import Erasure, Farewell, Recipient
from wallet.storage.tables import (
    ContactsLockRow,
    ErasureRow,
    FarewellRow,
    PasskeyRow,
    PasswordLockRow,
    RecoveryLockRow,
    WalletRow,
)

_WRAPPED_KEY_BYTES = 61
"""A data key under AES-256-GCM: version, nonce, 32 bytes, tag."""


@dataclass(frozen=True)
class SqlErasureStore:
    """`services.erasure_ports.ErasureStore` on SQLite or PostgreSQL."""

    database: Database

    def plan(self, wallet_id: str, erasure: Erasure, farewells: Sequence[Farewell]) -> Erasure:
        """Plan an erasure and keep what must outlive the wallet."""
        with self.database.writing() as session:
            row = session.get(ErasureRow, wallet_id)
            if row is not None:
                return Erasure(row.asked_at, row.due_at)
            session.add(ErasureRow(wallet_id=wallet_id, asked_at=erasure.asked_at, due_at=erasure.due_at))
            session.add_all(map(_row, farewells))
        return erasure

    def planned(self, wallet_id: str) -> Erasure | None:
        """What is planned for a wallet."""
        with self.database.reading() as session:
            row = session.get(ErasureRow, wallet_id)
            return None if row is None else Erasure(row.asked_at, row.due_at)

    def cancel(self, wallet_id: str) -> None:
        """Let a wallet stay."""
        with self.database.writing() as session:
            session.execute(delete(ErasureRow).where(ErasureRow.wallet_id == wallet_id))

    def erase_due(self, now: datetime) -> int:
        """Forget every wallet whose time has come: its keys are overwritten, then all of it is deleted."""
        due = select(ErasureRow.wallet_id).where(ErasureRow.due_at <= now)
        with self.database.reading() as session:
            if session.scalar(due.limit(1)) is None:
                return 0
        with self.database.writing() as session:
            wallets = tuple(session.scalars(due))
            forget_pages(session)
            for lock in (PasswordLockRow, PasskeyRow, RecoveryLockRow, ContactsLockRow):
                of_them = update(lock).where(lock.wallet_id.in_(wallets))
                session.execute(of_them.values(wrapped_key=bytes(_WRAPPED_KEY_BYTES)))
            session.execute(delete(WalletRow).where(WalletRow.wallet_id.in_(wallets)))
            return len(wallets)

    def farewells(self, limit: int) -> tuple[Farewell, ...]:
        """What is still to be said, the oldest first."""
        wanted = select(FarewellRow).order_by(FarewellRow.since, FarewellRow.farewell_id).limit(limit)
        with self.database.reading() as session:
            return tuple(map(_farewell, session.scalars(wanted)))

    def said(self, farewell_id: str) -> None:
        """Forget a farewell."""
        with self.database.writing() as session:
            session.execute(delete(FarewellRow).where(FarewellRow.farewell_id == farewell_id))


def _row(farewell: Farewell) -> FarewellRow:
    return FarewellRow(
        farewell_id=farewell.farewell_id,
        recipient=farewell.recipient.value,
        node_id=farewell.node_id,
        consent_id=farewell.consent_id,
        signed=farewell.signed,
        since=farewell.since,
    )


def _farewell(row: FarewellRow) -> Farewell:
    return Farewell(
        farewell_id=row.farewell_id,
        recipient=Recipient(row.recipient),
        node_id=row.node_id,
        consent_id=row.consent_id,
        signed=row.signed,
        since=row.since,
    )
