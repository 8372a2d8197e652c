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
from wallet.domain.passkey import wrong_passkey
from wallet.domain.proof import PasskeyAnswer, Password, Proof
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, TooManyAttemptsError, WeakPasswordError, WrongPasswordError
from wallet.services.check_passkey import CheckPasskey
from wallet.services.ports import WalletStore


@dataclass(frozen=True)
class OpenWallet:
    """Turns a name and a password, or a passkey, into a session."""

    wallets: WalletStore
    passkey: CheckPasskey
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
        data_key = self.data_key(locked, Password(password))
        return Session(locked.wallet_id, name, vault_of(data_key), locked.generation)

    def by_passkey(self, answer: PasskeyAnswer) -> Session:
        """Open the wallet that a passkey belongs to; no name is needed.

        Raises:
            WrongPasskeyError: it belongs to none here, or its answer does not hold.
        """
        found = self.passkey(answer)
        generation = self.wallets.generation(found.wallet_id)
        if generation is None:
            raise wrong_passkey()
        return Session(found.wallet_id, found.login, vault_of(found.data_key), generation)

    def data_key(self, locked: LockedWallet, proof: Proof) -> bytes:
        """The data key of a wallet; wrong passwords are counted wherever they are typed.

        Raises:
            WrongPasswordError: the password is wrong, or there is none.
            TooManyAttemptsError: five or more wrong passwords came in a row, less than a minute ago.
            WrongPasskeyError: the passkey belongs to another wallet, or its answer does not hold.
        """
        if isinstance(proof, Password):
            return self._by_password(locked, proof.text)
        found = self.passkey(proof)
        if found.wallet_id != locked.wallet_id:
            raise wrong_passkey()
        return found.data_key

    def _by_password(self, locked: LockedWallet, password: str) -> bytes:
        now = self.clock()
        if locked.attempts.blocks(now):
            raise TooManyAttemptsError("Too many wrong passwords in a row. Wait a minute, then try again.")
        try:
            if locked.lock is None:
                spend_as_much_as_opening(password, cost=self.cost)
                raise wrong_password()
            data_key = open_lock(locked.lock, password, wallet_id=locked.wallet_id)
        except WrongPasswordError:
            self.wallets.note_attempts(locked.wallet_id, locked.attempts.after_failure(now))
            raise
        if locked.attempts.failed:
            self.wallets.note_attempts(locked.wallet_id, Attempts())
        return data_key

    def confirm(self, session: Session, proof: Proof) -> LockedWallet:
        """The wallet of a session whose person can open it: an open browser alone proves nothing.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as `data_key`.
            NotInWalletError: the wallet is gone.
        """
        locked = self.locked(session)
        self.data_key(locked, proof)
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
        """Whether no way in was replaced or taken away since this session began: either ends it."""
        return self.wallets.generation(session.wallet_id) == session.generation
