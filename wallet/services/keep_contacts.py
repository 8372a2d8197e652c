"""A person lets people whom she trusts open her wallet together, should she lose everything else."""

from dataclasses import dataclass, field

from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.contacts_lock import (
    ContactsLock,
    Sheet,
    make_contacts_lock,
    open_contacts_lock,
    read_sheets,
    unknown_sheets,
)
from wallet.domain.custody import check_new_password, login_digest, normalised
from wallet.domain.proof import Proof
from wallet.domain.session import Session
from wallet.errors import WeakPasswordError
from wallet.services.keep_locks import KeepLocks
from wallet.services.ports import WalletStore


@dataclass(frozen=True)
class KeepContacts:
    """Makes, replaces, removes and uses the lock of a wallet's contacts."""

    wallets: WalletStore
    locks: KeepLocks
    lookup_key: bytes = field(repr=False)
    random: RandomBytes = random_bytes

    def standing(self, session: Session) -> ContactsLock | None:
        """The lock, if there is one."""
        return self.wallets.contacts(session.wallet_id)

    def make(self, session: Session, proof: Proof, *, threshold: int, contacts: int) -> tuple[Sheet, ...]:
        """Make the sheets, to be given away and shown once; sheets of before open nothing any more.

        Raises:
            ChoiceError: not 2 <= threshold <= contacts <= 7.
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
        """
        opener = self.locks.open_wallet
        data_key = opener.data_key(opener.locked(session), proof)
        lock, sheets = make_contacts_lock(
            data_key,
            threshold=threshold,
            contacts=contacts,
            wallet_id=session.wallet_id,
            random=self.random,
        )
        self.wallets.keep_contacts(session.wallet_id, lock)
        return sheets

    def remove(self, session: Session, proof: Proof) -> None:
        """Let nobody else open the wallet any more.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
        """
        self.locks.open_wallet.confirm(session, proof)
        self.wallets.keep_contacts(session.wallet_id, None)

    def recover(self, login: str, text: str, new: str) -> Session:
        """Open a wallet by sheets, with a new password from now on; every other session ends.

        The sheets stay valid.

        Raises:
            RecoveryError: they are no sheets, too few, or not of a wallet of this name.
            WeakPasswordError: the new password cannot be accepted.
            ConflictError: what opens the wallet was changed in another window at this moment.
        """
        sheets = read_sheets(text)
        try:
            name = normalised(login)
        except WeakPasswordError as error:
            raise unknown_sheets() from error
        locked = self.wallets.by_login(login_digest(name, self.lookup_key))
        lock = None if locked is None else self.wallets.contacts(locked.wallet_id)
        if locked is None or lock is None:
            raise unknown_sheets()
        data_key = open_contacts_lock(lock, sheets, wallet_id=locked.wallet_id)
        check_new_password(new, name)
        return self.locks.locked_anew(locked, data_key, name, new)
