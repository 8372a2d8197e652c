"""Keeps locked wallets in the database."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from crypto.sealing import Argon2Cost
from ssi.hosting.database import Database
from wallet.domain.custody import Attempts, LockedWallet, PasswordLock
from wallet.errors import LoginTakenError
from wallet.storage.tables import WalletRow


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
