"""A person opens her wallet."""

from dataclasses import dataclass, field

from crypto.sealing import Argon2Cost
from wallet.domain.clock import Clock
from wallet.domain.custody import (
    Attempts,
    login_digest,
    normalised,
    open_lock,
    spend_as_much_as_opening,
    vault_of,
    wrong_password,
)
from wallet.domain.session import Session
from wallet.errors import TooManyAttemptsError, WeakPasswordError, WrongPasswordError
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
        return Session(locked.wallet_id, name, vault_of(data_key))
