"""Keeps locked wallets in the database."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from ssi.hosting.database import Database, forget_pages
from wallet.domain.contacts_lock import ContactsLock
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.passkey import PasskeyLock
from wallet.domain.recovery import RecoveryLock
from wallet.errors import ConflictError, LoginTakenError, WalletError
from wallet.storage.lock_rows import begin_generation, keep_password_lock, passkey_row, password_lock
from wallet.storage.tables import Base, ContactsLockRow, PasswordLockRow, RecoveryLockRow, WalletRow

TAKEN = "There is a wallet with this name already. Choose another name."


@dataclass(frozen=True)
class SqlWalletStore:
    """`services.ports.WalletStore` on SQLite or PostgreSQL."""

    database: Database

    def add(self, locked: LockedWallet, passkey: PasskeyLock | None = None) -> None:
        """Keep a new wallet."""
        row = WalletRow(
            wallet_id=locked.wallet_id,
            login_digest=locked.login_digest,
            generation=locked.generation,
            failed_attempts=locked.attempts.failed,
            blocked_until=locked.attempts.blocked_until,
        )
        with self.database.writing() as session:
            _flush(session, row, LoginTakenError(TAKEN))
            keep_password_lock(session, locked)
            if passkey is not None:
                _flush(session, passkey_row(passkey), ConflictError("This passkey opens a wallet already."))

    def by_login(self, login_digest: str) -> LockedWallet | None:
        """The wallet with this digest, or none."""
        with self.database.reading() as session:
            row = session.scalar(select(WalletRow).where(WalletRow.login_digest == login_digest))
            lock = None if row is None else session.get(PasswordLockRow, row.wallet_id)
        if row is None:
            return None
        attempts = Attempts(row.failed_attempts, row.blocked_until)
        return LockedWallet(row.wallet_id, row.login_digest, row.generation, password_lock(lock), attempts)

    def note_attempts(self, wallet_id: str, attempts: Attempts) -> None:
        """Remember the wrong passwords so far."""
        change = update(WalletRow).where(WalletRow.wallet_id == wallet_id)
        with self.database.writing() as session:
            session.execute(
                change.values(failed_attempts=attempts.failed, blocked_until=attempts.blocked_until)
            )

    def generation(self, wallet_id: str) -> bytes | None:
        """The generation of the locks of a wallet."""
        with self.database.reading() as session:
            return session.scalar(select(WalletRow.generation).where(WalletRow.wallet_id == wallet_id))

    def lock_anew(self, before: LockedWallet, after: LockedWallet) -> None:
        """Put another password lock, generation and count in the place of those that were read."""
        with self.database.writing() as session:
            begin_generation(session, before, after.generation)
            session.execute(
                update(WalletRow)
                .where(WalletRow.wallet_id == before.wallet_id)
                .values(failed_attempts=after.attempts.failed, blocked_until=after.attempts.blocked_until)
            )
            keep_password_lock(session, after)

    def recovery(self, wallet_id: str) -> RecoveryLock | None:
        """The lock that the recovery code opens."""
        with self.database.reading() as session:
            row = session.get(RecoveryLockRow, wallet_id)
            return None if row is None else RecoveryLock(row.wrapped_key)

    def keep_recovery(self, wallet_id: str, lock: RecoveryLock) -> None:
        """Keep it, in the place of an earlier one."""
        with self.database.writing() as session:
            session.merge(RecoveryLockRow(wallet_id=wallet_id, wrapped_key=lock.wrapped_key))

    def contacts(self, wallet_id: str) -> ContactsLock | None:
        """The lock that the person's contacts open together."""
        with self.database.reading() as session:
            row = session.get(ContactsLockRow, wallet_id)
            return None if row is None else ContactsLock(row.threshold, row.contacts, row.wrapped_key)

    def keep_contacts(self, wallet_id: str, lock: ContactsLock | None) -> None:
        """Keep it, in the place of an earlier one; none forgets it."""
        with self.database.writing() as session:
            forget_pages(session)
            if lock is None:
                session.execute(delete(ContactsLockRow).where(ContactsLockRow.wallet_id == wallet_id))
                return
            session.merge(
                ContactsLockRow(
                    wallet_id=wallet_id,
                    threshold=lock.threshold,
                    contacts=lock.contacts,
                    wrapped_key=lock.wrapped_key,
                )
            )


def _flush(transaction: Transaction, row: Base, taken: WalletError) -> None:
    """Write a new row now, so that a place that is taken is told as what it is."""
    transaction.add(row)
    try:
        transaction.flush()
    except IntegrityError as error:
        raise taken from error
