"""The wallet's ports in memory, and the small things that many tests build."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crypto.randomness import RandomBytes, stream
from crypto.sealing import Argon2Cost, Vault
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.recovery import RecoveryLock
from wallet.domain.session import Session
from wallet.errors import ConflictError, LoginTakenError, NotInWalletError

CHEAP = Argon2Cost(memory_kib=32, iterations=1, lanes=1)
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def deterministic(label: str) -> RandomBytes:
    return stream(b"wallet tests, sixteen+", label)


def session(name: str = "anna") -> Session:
    draw = deterministic(name)
    return Session(f"wallet of {name}"[:36], name, Vault(draw(32)))


@dataclass
class MovingClock:
    """A clock that moves when a test says so."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **step: float) -> None:
        self.moment += timedelta(**step)


@dataclass
class MemoryWalletStore:
    wallets: dict[str, LockedWallet] = field(default_factory=dict)
    recoveries: dict[str, RecoveryLock] = field(default_factory=dict)

    def add(self, locked: LockedWallet) -> None:
        if self.by_login(locked.login_digest):
            raise LoginTakenError("There is a wallet with this name already. Choose another name.")
        self.wallets[locked.wallet_id] = locked

    def by_login(self, login_digest: str) -> LockedWallet | None:
        found = [each for each in self.wallets.values() if each.login_digest == login_digest]
        return found[0] if found else None

    def note_attempts(self, wallet_id: str, attempts: Attempts) -> None:
        self.wallets[wallet_id] = replace(self.wallets[wallet_id], attempts=attempts)

    def salt(self, wallet_id: str) -> bytes | None:
        return self.wallets[wallet_id].lock.salt if wallet_id in self.wallets else None

    def lock_anew(self, before: LockedWallet, after: LockedWallet) -> None:
        if self.wallets[before.wallet_id].lock != before.lock:
            raise ConflictError("Your password was changed in another window. Open your wallet again.")
        self.wallets[before.wallet_id] = after

    def recovery(self, wallet_id: str) -> RecoveryLock | None:
        return self.recoveries.get(wallet_id)

    def keep_recovery(self, wallet_id: str, lock: RecoveryLock) -> None:
        self.recoveries[wallet_id] = lock


@dataclass
class MemoryStore:
    """`Store` for any kind of thing; nothing is sealed."""

    kept: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def all(self, session: Session) -> tuple[Any, ...]:
        return tuple(item for owner, item in self.kept.values() if owner == session.wallet_id)

    def get(self, session: Session, row_id: str) -> Any:
        owner, item = self.kept.get(row_id, ("", None))
        if owner != session.wallet_id:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        return item

    def save(self, session: Session, item: Any) -> Any:
        owner, kept = self.kept.get(item.row_id, (session.wallet_id, None))
        if owner != session.wallet_id or item.revision != (kept.revision if kept else 0):
            raise ConflictError("This changed at the same time elsewhere. Look again, then repeat.")
        saved = replace(item, revision=item.revision + 1)
        self.kept[item.row_id] = (session.wallet_id, saved)
        return saved

    def remove(self, session: Session, row_id: str) -> None:
        if self.kept.get(row_id, ("", None))[0] == session.wallet_id:
            del self.kept[row_id]
