"""Who may come in, in SQL: API keys by fingerprint, the officers' password, failed attempts."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.sealing import Argon2Cost
from ssi.issuer_service.domain.scope import ALL_SCOPES, EVERYTHING, ApiKey, Scope
from ssi.issuer_service.services.ports import StoredPassword
from ssi.issuer_service.storage.tables import api_keys, failed_attempts, passwords

_ACCOUNT = "registry office"


class SqlAccess:
    """Keeps the keys to the office, none of which can be read back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_api_key(self, key: ApiKey, fingerprint: bytes) -> None:
        """Keep a new API key."""
        self._session.execute(
            insert(api_keys).values(
                key_id=key.key_id,
                fingerprint=fingerprint,
                created_at=key.created_at,
                revoked_at=None,
                name=key.name,
                scopes=" ".join(sorted(key.scopes)),
            )
        )

    def api_key(self, key_id: str) -> tuple[bytes, frozenset[Scope]] | None:
        """The fingerprint of a key that is in force, and what it may do."""
        row = self._session.execute(
            select(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        ).first()
        return None if row is None else (row.fingerprint, _scopes(row.scopes))

    def api_keys(self) -> tuple[ApiKey, ...]:
        """All keys there ever were, oldest first."""
        found = self._session.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
        return tuple(
            ApiKey(row.key_id, row.name, _scopes(row.scopes), row.created_at, row.revoked_at) for row in found
        )

    def revoke_api_key(self, key_id: str, at: datetime) -> bool:
        """Put a key out of force; False if there is none."""
        if self.api_key(key_id) is None:
            return False
        self._session.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(revoked_at=at))
        return True

    def set_password(self, password: StoredPassword) -> None:
        """Keep the officers' password in place of any earlier one."""
        self._session.execute(delete(passwords).where(passwords.c.account == _ACCOUNT))
        self._session.execute(
            insert(passwords).values(
                account=_ACCOUNT,
                salt=password.salt,
                memory_kib=password.cost.memory_kib,
                iterations=password.cost.iterations,
                lanes=password.cost.lanes,
                verifier=password.verifier,
            )
        )

    def password(self) -> StoredPassword | None:
        """What is kept of the officers' password."""
        row = self._session.execute(select(passwords).where(passwords.c.account == _ACCOUNT)).first()
        if row is None:
            return None
        cost = Argon2Cost(memory_kib=row.memory_kib, iterations=row.iterations, lanes=row.lanes)
        return StoredPassword(salt=row.salt, cost=cost, verifier=row.verifier)

    def failures(self, subject: bytes, since: datetime) -> int:
        """How many attempts failed since a moment."""
        counted = select(func.coalesce(func.sum(failed_attempts.c.count), 0)).where(
            failed_attempts.c.subject == subject, failed_attempts.c.at >= since
        )
        return int(self._session.scalar(counted) or 0)

    def count_failure(self, subject: bytes, at: datetime) -> None:
        """Remember a failed attempt."""
        at = at.replace(microsecond=0)
        same = (failed_attempts.c.subject == subject, failed_attempts.c.at == at)
        counted = self._session.scalar(select(failed_attempts.c.count).where(*same))
        if counted is None:
            self._session.execute(insert(failed_attempts).values(subject=subject, at=at, count=1))
        else:
            self._session.execute(update(failed_attempts).where(*same).values(count=counted + 1))

    def forget_failures(self, subject: bytes) -> None:
        """Start over after a success."""
        self._session.execute(delete(failed_attempts).where(failed_attempts.c.subject == subject))

    def tidy(self, before: datetime) -> None:
        """Forget attempts that no longer count."""
        self._session.execute(delete(failed_attempts).where(failed_attempts.c.at < before))


def _scopes(kept: str) -> frozenset[Scope]:
    return ALL_SCOPES if kept == EVERYTHING else frozenset(Scope(word) for word in kept.split())
