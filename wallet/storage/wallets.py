"""Keeps locked wallets in the database."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from crypto.sealing import Argon2Cost
from ssi.hosting.database import Database
from wallet.domain.custody import Attempts, LockedWallet, PasswordLock
from wallet.domain.recovery import RecoveryLock
from wallet.errors import ConflictError, LoginTakenError
from wallet.storage.tables import RecoveryLockRow, WalletRow


@dataclass(frozen=True)
class SqlWalletStore:
    """`services.ports.WalletStore` on SQLite or PostgreSQL."""

    database: Database

    def add(self, locked: LockedWallet) -> None:
        """Keep a new wallet."""
        cost = locked.lock.cost
        row = WalletRow(
            wallet_id=locked.wallet_id,
            login_digest=locked.login_digest,
            salt=locked.lock.salt,
            memory_kib=cost.memory_kib,
            iterations=cost.iterations,
            lanes=cost.lanes,
            wrapped_key=locked.lock.wrapped_key,
            failed_attempts=locked.attempts.failed,
            blocked_until=locked.attempts.blocked_until,
        )
        try:
            with self.database.writing() as session:
                session.add(row)
        except IntegrityError as error:
            raise LoginTakenError("There is a wallet with this name already. Choose another name.") from error

    def by_login(self, login_digest: str) -> LockedWallet | None:
        """The wallet with this digest, or none."""
        with self.database.reading() as session:
            row = session.scalar(select(WalletRow).where(WalletRow.login_digest == login_digest))
        if row is None:
            return None
        cost = Argon2Cost(memory_kib=row.memory_kib, iterations=row.iterations, lanes=row.lanes)
        lock = PasswordLock(row.salt, cost, row.wrapped_key)
        return LockedWallet(
            row.wallet_id, row.login_digest, lock, Attempts(row.failed_attempts, row.blocked_until)
        )

    def note_attempts(self, wallet_id: str, attempts: Attempts) -> None:
        """Remember the wrong passwords so far."""
        change = update(WalletRow).where(WalletRow.wallet_id == wallet_id)
        with self.database.writing() as session:
            session.execute(
                change.values(failed_attempts=attempts.failed, blocked_until=attempts.blocked_until)
            )

    def salt(self, wallet_id: str) -> bytes | None:
        """The salt of the password lock."""
        with self.database.reading() as session:
            return session.scalar(select(WalletRow.salt).where(WalletRow.wallet_id == wallet_id))

    def lock_anew(self, before: LockedWallet, after: LockedWallet) -> None:
        """Put another password lock in the place of the one that was read."""
        cost = after.lock.cost
        change = (
            update(WalletRow)
            .where(WalletRow.wallet_id == before.wallet_id, WalletRow.wrapped_key == before.lock.wrapped_key)
            .values(
                salt=after.lock.salt,
                memory_kib=cost.memory_kib,
                iterations=cost.iterations,
                lanes=cost.lanes,
                wrapped_key=after.lock.wrapped_key,
                failed_attempts=after.attempts.failed,
                blocked_until=after.attempts.blocked_until,
            )
            .returning(WalletRow.wallet_id)
        )
        with self.database.writing() as session:
            if session.scalar(change) is None:
                raise ConflictError("Your password was changed in another window. Open your wallet again.")

    def recovery(self, wallet_id: str) -> RecoveryLock | None:
        """The lock that the recovery code opens."""
        with self.database.reading() as session:
            row = session.get(RecoveryLockRow, wallet_id)
            return None if row is None else RecoveryLock(row.wrapped_key)

    def keep_recovery(self, wallet_id: str, lock: RecoveryLock) -> None:
        """Keep it, in the place of an earlier one."""
        with self.database.writing() as session:
            session.merge(RecoveryLockRow(wallet_id=wallet_id, wrapped_key=lock.wrapped_key))
