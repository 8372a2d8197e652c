"""A person gets a wallet."""

import uuid
from dataclasses import dataclass, field

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Argon2Cost
from wallet.domain.clock import Clock
from wallet.domain.custody import (
    DATA_KEY_BYTES,
    GENERATION_BYTES,
    Attempts,
    LockedWallet,
    PasswordLock,
    check_new_password,
    login_digest,
    make_lock,
    normalised,
    vault_of,
)
from wallet.domain.passkey import PasskeyLock, make_passkey_lock, new_note
from wallet.domain.session import Session
from wallet.services.keep_passkeys import MadePasskey
from wallet.services.ports import Authenticators, WalletStore


@dataclass(frozen=True)
class CreateWallet:
    """Makes an empty wallet and opens it."""

    wallets: WalletStore
    authenticators: Authenticators
    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(self, login: str, password: str) -> Session:
        """Make a wallet with a fresh data key, to be opened with a password.

        Raises:
            WeakPasswordError: the name or the password cannot be accepted; the message says what to change.
            LoginTakenError: there is a wallet with this name.
        """
        check_new_password(password, login)
        wallet_id, data_key = self._drawn()
        lock = make_lock(data_key, password, wallet_id=wallet_id, cost=self.cost, random=self.random)
        return self._kept(wallet_id, login, data_key, lock=lock)

    def with_passkey(self, login: str, made: MadePasskey, label: str) -> Session:
        """Make a wallet with a fresh data key, to be opened with a passkey.

        Raises:
            WeakPasswordError: the name or the label cannot be accepted; the message says what to change.
            WrongPasskeyError: the passkey's answer does not hold.
            LoginTakenError: there is a wallet with this name.
            ConflictError: the passkey opens a wallet already.
        """
        note = new_note(normalised(login), label, self.clock)
        new = self.authenticators.registered(made.answer, made.challenge, made.site)
        wallet_id, data_key = self._drawn()
        passkey = make_passkey_lock(data_key, made.secret, new, note, wallet_id=wallet_id)
        return self._kept(wallet_id, login, data_key, passkey=passkey)

    def _drawn(self) -> tuple[str, bytes]:
        return str(uuid.UUID(bytes=self.random(16), version=4)), self.random(DATA_KEY_BYTES)

    def _kept(
        self,
        wallet_id: str,
        login: str,
        data_key: bytes,
        *,
        lock: PasswordLock | None = None,
        passkey: PasskeyLock | None = None,
    ) -> Session:
        digest, generation = login_digest(login, self.lookup_key), self.random(GENERATION_BYTES)
        self.wallets.add(LockedWallet(wallet_id, digest, generation, lock, Attempts()), passkey)
        return Session(wallet_id, normalised(login), vault_of(data_key), generation)
