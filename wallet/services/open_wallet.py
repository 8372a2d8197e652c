"""A person opens her wallet."""

from dataclasses import dataclass, field

from crypto.sealing import Argon2Cost
from wallet.domain.clock import Clock
from wallet.domain.custody import (
    Attempts,
    LockedWallet,
    login_digest,
    normalised,
    open_lock,
    spend_as_much_as_opening,
    vault_of,
    wrong_password,
)
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, TooManyAttemptsError, WeakPasswordError, WrongPasswordError
from wallet.services.ports import WalletStore


@dataclass(frozen=True)
class OpenWallet:
    """Turns a name and a password into a session."""

    wallets: WalletStore
    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost
    clock: Clock

    def __call__(self, login: str, password: str) -> Session:
        """Open the wallet of that name.

        Raises:
            WrongPasswordError: there is no such wallet or the password is wrong; both take equally long.
            TooManyAttemptsError: five or more wrong passwords came in a row, less than a minute ago.
        """
        try:
            name = normalised(login)
        except WeakPasswordError as error:
            raise wrong_password() from error
        locked = self.wallets.by_login(login_digest(name, self.lookup_key))
        if locked is None:
            spend_as_much_as_opening(password, cost=self.cost)
            raise wrong_password()
        return Session(
            locked.wallet_id, name, vault_of(self.data_key(locked, password)), lock=locked.lock.salt
        )

    def data_key(self, locked: LockedWallet, password: str) -> bytes:
        """The data key of a wallet; wrong passwords are counted wherever they are typed.

        Raises:
            WrongPasswordError: the password is wrong.
            TooManyAttemptsError: five or more wrong passwords came in a row, less than a minute ago.
        """
        now = self.clock()
        if locked.attempts.blocks(now):
            raise TooManyAttemptsError("Too many wrong passwords in a row. Wait a minute, then try again.")
        try:
            data_key = open_lock(locked.lock, password, wallet_id=locked.wallet_id)
        except WrongPasswordError:
            self.wallets.note_attempts(locked.wallet_id, locked.attempts.after_failure(now))
            raise
        if locked.attempts.failed:
            self.wallets.note_attempts(locked.wallet_id, Attempts())
        return data_key

    def confirm(self, session: Session, password: str) -> LockedWallet:
        """The wallet of a session whose person knows its password: an open browser alone proves nothing.

        Raises:
            WrongPasswordError, TooManyAttemptsError: as `data_key`. NotInWalletError: the wallet is gone.
        """
        locked = self.locked(session)
        self.data_key(locked, password)
        return locked

    def locked(self, session: Session) -> LockedWallet:
        """The wallet of a session, as it is locked.

        Raises:
            NotInWalletError: it is gone.
        """
        locked = self.wallets.by_login(login_digest(session.login, self.lookup_key))
        if locked is None or locked.wallet_id != session.wallet_id:
            raise NotInWalletError("This wallet is not here any more.")
        return locked

    def holds(self, session: Session) -> bool:
        """Whether the wallet is still locked as it was when this session began: a new password ends it."""
        return self.wallets.salt(session.wallet_id) == session.lock
