"""A person gets a wallet."""

import uuid
from dataclasses import dataclass, field

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Argon2Cost
from wallet.domain.custody import (
    DATA_KEY_BYTES,
    Attempts,
    LockedWallet,
    check_new_password,
    login_digest,
    make_lock,
    normalised,
    vault_of,
)
from wallet.domain.session import Session
from wallet.services.ports import WalletStore


@dataclass(frozen=True)
class CreateWallet:
    """Makes an empty wallet and opens it."""

    wallets: WalletStore
    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost
    random: RandomBytes = random_bytes

    def __call__(self, login: str, password: str) -> Session:
        """Make a wallet with a fresh data key.

        Raises:
            WeakPasswordError: the name or the password cannot be accepted; the message says what to change.
            LoginTakenError: there is a wallet with this name.
        """
        check_new_password(password, login)
        wallet_id = str(uuid.UUID(bytes=self.random(16), version=4))
        data_key = self.random(DATA_KEY_BYTES)
        lock = make_lock(data_key, password, wallet_id=wallet_id, cost=self.cost, random=self.random)
        digest = login_digest(login, self.lookup_key)
        self.wallets.add(LockedWallet(wallet_id, digest, lock, Attempts()))
        return Session(wallet_id, normalised(login), vault_of(data_key), lock.salt)
