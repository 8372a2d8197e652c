"""Locks as rows: what the stores of wallets and of passkeys write within one transaction."""

from sqlalchemy import update
from sqlalchemy.orm import Session as Transaction

from crypto.sealing import Argon2Cost
from wallet.domain.custody import LockedWallet, PasswordLock
from wallet.domain.passkey import PasskeyLock
from wallet.errors import ConflictError
from wallet.storage.tables import PasskeyRow, PasswordLockRow, WalletRow


def begin_generation(transaction: Transaction, before: LockedWallet, generation: bytes) -> None:
    """Begin another generation of a wallet's locks.

    Raises:
        ConflictError: it is not of the generation that was read.
    """
    change = (
        update(WalletRow)
        .where(WalletRow.wallet_id == before.wallet_id, WalletRow.generation == before.generation)
        .values(generation=generation)
        .returning(WalletRow.wallet_id)
    )
    if transaction.scalar(change) is None:
        raise ConflictError("What opens your wallet was changed in another window. Look again.")


def keep_password_lock(transaction: Transaction, locked: LockedWallet) -> None:
    """Keep the password lock of a wallet, in the place of an earlier one; without one nothing is done."""
    if locked.lock is None:
        return
    cost = locked.lock.cost
    transaction.merge(
        PasswordLockRow(
            wallet_id=locked.wallet_id,
            salt=locked.lock.salt,
            memory_kib=cost.memory_kib,
            iterations=cost.iterations,
            lanes=cost.lanes,
            wrapped_key=locked.lock.wrapped_key,
        )
    )


def password_lock(row: PasswordLockRow | None) -> PasswordLock | None:
    """The password lock of a row."""
    if row is None:
        return None
    cost = Argon2Cost(memory_kib=row.memory_kib, iterations=row.iterations, lanes=row.lanes)
    return PasswordLock(row.salt, cost, row.wrapped_key)


def passkey_row(lock: PasskeyLock) -> PasskeyRow:
    """A passkey's lock as a row."""
    return PasskeyRow(
        credential_id=lock.credential_id,
        wallet_id=lock.wallet_id,
        public_key=lock.public_key,
        sign_count=lock.sign_count,
        wrapped_key=lock.wrapped_key,
        sealed_note=lock.sealed_note,
    )


def passkey_lock(row: PasskeyRow) -> PasskeyLock:
    """The lock of a row."""
    return PasskeyLock(
        wallet_id=row.wallet_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        wrapped_key=row.wrapped_key,
        sealed_note=row.sealed_note,
    )
