"""A person adds a passkey to her wallet, or takes one away; the other ways in stay as they are."""

from dataclasses import dataclass, field, replace

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import CryptoError
from crypto.randomness import RandomBytes, random_bytes
from ssi.passkey import MAX_ID_BYTES, Site
from wallet.domain.clock import Clock
from wallet.domain.custody import GENERATION_BYTES
from wallet.domain.passkey import Note, make_passkey_lock, new_note, read_note, salt_of
from wallet.domain.proof import Proof
from wallet.domain.session import Session
from wallet.errors import ConflictError, NotInWalletError
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Authenticators, PasskeyStore


@dataclass(frozen=True)
class MadePasskey:
    """A passkey that a browser says it has just made; nothing of it is believed yet."""

    answer: str = field(repr=False)
    """The registration as JSON (WebAuthn §5.1.8)."""
    secret: bytes = field(repr=False)
    """What it derives for this installation."""
    challenge: bytes
    site: Site


@dataclass(frozen=True)
class KnownPasskey:
    """A passkey as its person is shown it."""

    name: str
    """Its credential id in base64url: how forms and addresses call it."""
    note: Note


@dataclass(frozen=True)
class KeepPasskeys:
    """Looks after the passkeys of a wallet."""

    passkeys: PasskeyStore
    authenticators: Authenticators
    open_wallet: OpenWallet
    clock: Clock
    lookup_key: bytes = field(repr=False)
    random: RandomBytes = random_bytes

    @property
    def salt(self) -> bytes:
        """What a passkey derives its secret from; it is no secret."""
        return salt_of(self.lookup_key)

    def all(self, session: Session) -> tuple[KnownPasskey, ...]:
        """The passkeys of a wallet, the first one first."""
        found = [
            KnownPasskey(b64url_encode(lock.credential_id), read_note(lock, session.vault))
            for lock in self.passkeys.of_wallet(session.wallet_id)
        ]
        return tuple(sorted(found, key=lambda each: (each.note.added_at, each.name)))

    def add(self, session: Session, proof: Proof, made: MadePasskey, label: str) -> None:
        """Let a new passkey open the wallet as well.

        Raises:
            WrongPasswordError, TooManyAttemptsError: as when opening the wallet.
            WrongPasskeyError: the answer of the old or of the new passkey does not hold.
            WeakPasswordError: the label cannot be used.
            ConflictError: it opens a wallet already.
        """
        note = new_note(session.login, label, self.clock)
        new = self.authenticators.registered(made.answer, made.challenge, made.site)
        data_key = self.open_wallet.data_key(self.open_wallet.locked(session), proof)
        self.passkeys.add(make_passkey_lock(data_key, made.secret, new, note, wallet_id=session.wallet_id))

    def remove(self, session: Session, proof: Proof, name: str) -> Session:
        """Take a passkey away; every other session of the wallet ends.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
            NotInWalletError: there is no such passkey.
            ConflictError: nothing else would open the wallet every day, or something else changed just now.
        """
        locked = self.open_wallet.confirm(session, proof)
        others = self.passkeys.of_wallet(session.wallet_id)
        lock = next((each for each in others if each.credential_id == _credential_id(name)), None)
        if lock is None:
            raise NotInWalletError("This passkey was taken away already.")
        if locked.lock is None and len(others) == 1:
            raise ConflictError("Only this passkey opens your wallet. Add another one, or a password, first.")
        generation = self.random(GENERATION_BYTES)
        self.passkeys.remove(lock, locked, generation)
        return replace(session, generation=generation)


def _credential_id(name: str) -> bytes:
    try:
        return b64url_decode(name[: 2 * MAX_ID_BYTES])
    except CryptoError:
        return b""
