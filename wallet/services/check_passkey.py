"""A passkey is asked for its wallet's data key."""

from dataclasses import dataclass, field, replace

from wallet.domain.clock import Clock
from wallet.domain.custody import vault_of
from wallet.domain.passkey import open_passkey_lock, read_note, seal_note, wrong_passkey
from wallet.domain.proof import PasskeyAnswer
from wallet.services.ports import Authenticators, PasskeyStore


@dataclass(frozen=True)
class Opened:
    """Whose wallet a passkey opened."""

    wallet_id: str
    login: str = field(repr=False)
    data_key: bytes = field(repr=False)


@dataclass(frozen=True)
class CheckPasskey:
    """Checks the answer of a passkey, then unwraps the data key with its secret.

    1. The passkey is known here. 2. It signed this challenge, for this site, unlocked by its person, and not
    as an earlier copy of itself. 3. Its secret unwraps the data key. Only then is the use remembered.
    """

    passkeys: PasskeyStore
    authenticators: Authenticators
    clock: Clock

    def __call__(self, answer: PasskeyAnswer) -> Opened:
        """The wallet that the passkey opens.

        Raises:
            WrongPasskeyError: a step failed; which, is not told.
        """
        lock = self.passkeys.find(self.authenticators.named(answer.answer))  # 1
        if lock is None:
            raise wrong_passkey()
        sign_count = self.authenticators.answered(answer, lock)  # 2
        data_key = open_passkey_lock(lock, answer.secret)  # 3
        vault = vault_of(data_key)
        note = replace(read_note(lock, vault), used_at=self.clock())
        used = replace(lock, sign_count=sign_count, sealed_note=seal_note(lock, note, vault))
        self.passkeys.note_use(used)
        return Opened(lock.wallet_id, note.login, data_key)
