"""Keeps the locks that passkeys open in the database."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from ssi.hosting.database import Database
from wallet.domain.custody import LockedWallet
from wallet.domain.passkey import PasskeyLock
from wallet.errors import ConflictError
from wallet.storage.lock_rows import begin_generation, passkey_lock, passkey_row
from wallet.storage.tables import PasskeyRow


@dataclass(frozen=True)
class SqlPasskeyStore:
    """`services.ports.PasskeyStore` on SQLite or PostgreSQL."""

    database: Database

    def find(self, credential_id: bytes) -> PasskeyLock | None:
        """The lock of a passkey, or none."""
        with self.database.reading() as session:
            row = session.get(PasskeyRow, credential_id)
            return None if row is None else passkey_lock(row)

    def of_wallet(self, wallet_id: str) -> tuple[PasskeyLock, ...]:
        """The locks of a wallet."""
        with self.database.reading() as session:
            rows = session.scalars(select(PasskeyRow).where(PasskeyRow.wallet_id == wallet_id)).all()
            return tuple(passkey_lock(row) for row in rows)

    def add(self, lock: PasskeyLock) -> None:
        """Keep a lock."""
        try:
            with self.database.writing() as session:
                session.add(passkey_row(lock))
        except IntegrityError as error:
            raise ConflictError("This passkey opens a wallet already.") from error

    def note_use(self, lock: PasskeyLock) -> None:
        """Remember how often a passkey has signed, and its note."""
        change = (
            update(PasskeyRow)
            .where(PasskeyRow.credential_id == lock.credential_id, PasskeyRow.wallet_id == lock.wallet_id)
            .values(sign_count=lock.sign_count, sealed_note=lock.sealed_note)
        )
        with self.database.writing() as session:
            session.execute(change)

    def remove(self, lock: PasskeyLock, before: LockedWallet, generation: bytes) -> None:
        """Forget a lock, and begin a new generation of the wallet with it."""
        doomed = delete(PasskeyRow).where(
            PasskeyRow.credential_id == lock.credential_id, PasskeyRow.wallet_id == before.wallet_id
        )
        with self.database.writing() as session:
            begin_generation(session, before, generation)
            session.execute(doomed)
