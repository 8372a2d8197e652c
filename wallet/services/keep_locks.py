"""A person looks after what opens her wallet: another password, a recovery code, back in with it."""

from dataclasses import dataclass, field

from crypto.code_words import CODE_BYTES, words_of
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Argon2Cost
from wallet.domain.custody import (
    GENERATION_BYTES,
    Attempts,
    LockedWallet,
    check_new_password,
    login_digest,
    make_lock,
    normalised,
    vault_of,
)
from wallet.domain.proof import Proof
from wallet.domain.recovery import make_recovery, open_recovery, read_words, unknown_code
from wallet.domain.session import Session
from wallet.errors import WeakPasswordError
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import WalletStore


@dataclass(frozen=True)
class KeepLocks:
    """Makes, replaces and uses the locks of a wallet.

    The data key stays the same, so nothing in the wallet is sealed again; an older copy of the database still
    opens with the password that it was locked with.
    """

    wallets: WalletStore
    open_wallet: OpenWallet
    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost
    random: RandomBytes = random_bytes

    def has_password(self, session: Session) -> bool:
        """Whether there is a password."""
        return self.open_wallet.locked(session).lock is not None

    def has_recovery(self, session: Session) -> bool:
        """Whether there is a recovery code."""
        return self.wallets.recovery(session.wallet_id) is not None

    def make_recovery(self, session: Session, proof: Proof) -> str:
        """Make a recovery code, which takes the place of an earlier one; its words, to be shown once.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
        """
        locked = self.open_wallet.locked(session)
        data_key = self.open_wallet.data_key(locked, proof)
        code = self.random(CODE_BYTES)
        self.wallets.keep_recovery(
            locked.wallet_id, make_recovery(data_key, code, wallet_id=locked.wallet_id)
        )
        return words_of(code)

    def change_password(self, session: Session, proof: Proof, new: str) -> Session:
        """Lock the wallet with another password, or its first one; every other session of it ends.

        Raises:
            WeakPasswordError: the new one cannot be accepted.
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
            ConflictError: it was changed in another window at this moment.
        """
        locked = self.open_wallet.locked(session)
        check_new_password(new, session.login)
        return self.locked_anew(locked, self.open_wallet.data_key(locked, proof), session.login, new)

    def recover(self, login: str, words: str, new: str) -> Session:
        """Open a wallet by its recovery code, with a new password from now on; every other session ends.

        The code stays valid.

        Raises:
            RecoveryError: the words are no code, or name and code do not belong together.
            WeakPasswordError: the new password cannot be accepted.
            ConflictError: the password was changed in another window at this moment.
        """
        code = read_words(words)
        try:
            name = normalised(login)
        except WeakPasswordError as error:
            raise unknown_code() from error
        locked = self.wallets.by_login(login_digest(name, self.lookup_key))
        lock = None if locked is None else self.wallets.recovery(locked.wallet_id)
        if locked is None or lock is None:
            raise unknown_code()
        data_key = open_recovery(lock, code, wallet_id=locked.wallet_id)
        check_new_password(new, name)
        return self.locked_anew(locked, data_key, name, new)

    def locked_anew(self, locked: LockedWallet, data_key: bytes, login: str, new: str) -> Session:
        """Lock a wallet that was opened in whatever way with a new password, in a new generation.

        Raises:
            ConflictError: what opens it was changed in another window at this moment.
        """
        wallet_id, generation = locked.wallet_id, self.random(GENERATION_BYTES)
        lock = make_lock(data_key, new, wallet_id=wallet_id, cost=self.cost, random=self.random)
        after = LockedWallet(wallet_id, locked.login_digest, generation, lock, Attempts())
        self.wallets.lock_anew(locked, after)
        return Session(wallet_id, login, vault_of(data_key), generation)
