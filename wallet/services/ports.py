"""What the use cases need from outside, and what they promise each other about it.

Each port has a suite in `tests/contracts` that is run on the real adapter and on the fake.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from crypto.encoding import Json
from crypto.signing import SigningKey
from ssi.passkey import NewPasskey, Site
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry
from wallet.domain.contacts_lock import ContactsLock
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.history import History, LoggedReceipt
from wallet.domain.passkey import PasskeyLock
from wallet.domain.proof import PasskeyAnswer
from wallet.domain.recovery import RecoveryLock
from wallet.domain.session import Session
from wallet.domain.withdrawal import DeletionAnswer


class Kept(Protocol):
    """A value with a place in the store: its random name, and how often it changed (0: not yet stored)."""

    @property
    def row_id(self) -> str: ...  # noqa: D102 — the class says it
    @property
    def revision(self) -> int: ...  # noqa: D102


KeptT = TypeVar("KeptT", bound=Kept)


class WalletStore(Protocol):
    """Keeps locked wallets."""

    def add(self, locked: LockedWallet, passkey: PasskeyLock | None = None) -> None:
        """Keep a new wallet, with the passkey that it is made with, if there is one.

        Raises:
            LoginTakenError: another wallet has this login digest.
        """
        ...

    def by_login(self, login_digest: str) -> LockedWallet | None:
        """The wallet with this digest, or none."""
        ...

    def note_attempts(self, wallet_id: str, attempts: Attempts) -> None:
        """Remember the wrong passwords so far."""
        ...

    def generation(self, wallet_id: str) -> bytes | None:
        """The generation of the locks of a wallet; none without the wallet."""
        ...

    def lock_anew(self, before: LockedWallet, after: LockedWallet) -> None:
        """Put another password lock, generation and count in the place of those that were read.

        Raises:
            ConflictError: the wallet is of another generation by now.
        """
        ...

    def recovery(self, wallet_id: str) -> RecoveryLock | None:
        """The lock that the recovery code opens, if there is one."""
        ...

    def keep_recovery(self, wallet_id: str, lock: RecoveryLock) -> None:
        """Keep it, in the place of an earlier one."""
        ...

    def contacts(self, wallet_id: str) -> ContactsLock | None:
        """The lock that the person's contacts open together, if there is one."""
        ...

    def keep_contacts(self, wallet_id: str, lock: ContactsLock | None) -> None:
        """Keep it, in the place of an earlier one; none forgets it."""
        ...


class PasskeyStore(Protocol):
    """Keeps the locks that passkeys open."""

    def find(self, credential_id: bytes) -> PasskeyLock | None:
        """The lock of a passkey, or none."""
        ...

    def of_wallet(self, wallet_id: str) -> tuple[PasskeyLock, ...]:
        """The locks of a wallet."""
        ...

    def add(self, lock: PasskeyLock) -> None:
        """Keep a lock.

        Raises:
            ConflictError: this passkey opens a wallet already.
        """
        ...

    def note_use(self, lock: PasskeyLock) -> None:
        """Remember how often a passkey has signed, and its note."""
        ...

    def remove(self, lock: PasskeyLock, before: LockedWallet, generation: bytes) -> None:
        """Forget a lock, and begin a new generation of the wallet with it.

        Raises:
            ConflictError: the wallet is of another generation by now.
        """
        ...


class Authenticators(Protocol):
    """Checks what passkeys say (WebAuthn Level 3 §7.1 and §7.2)."""

    def registered(self, answer: str, challenge: bytes, site: Site) -> NewPasskey:
        """The passkey that was made for a site, in answer to a challenge.

        Raises:
            WrongPasskeyError: the answer does not hold, or its person was not asked to unlock it.
        """
        ...

    def named(self, answer: str) -> bytes:
        """Which passkey claims to answer; unverified.

        Raises:
            WrongPasskeyError: it names none.
        """
        ...

    def answered(self, answer: PasskeyAnswer, lock: PasskeyLock) -> int:
        """How often a passkey has signed, after its answer was found to hold.

        Raises:
            WrongPasskeyError: the answer does not hold, or an earlier one is repeated.
        """
        ...


class Archive(Protocol):
    """Everything that a wallet keeps besides its locks, in and out at once."""

    def read(self, session: Session) -> Mapping[str, Sequence[tuple[str, Json]]]:
        """The documents of each table, with their names."""
        ...

    def is_empty(self, session: Session) -> bool:
        """Whether the wallet keeps nothing."""
        ...

    def restore(self, session: Session, tables: Mapping[str, Sequence[tuple[str, Json]]]) -> None:
        """Keep documents under their names: all of them or none.

        Raises:
            ExportError: a table that there is not, or a document that is none.
            ConflictError: something is kept under one of the names already.
        """
        ...


class Store(Protocol[KeptT]):
    """Keeps one kind of thing for every wallet, each readable only with its own session."""

    def all(self, session: Session) -> tuple[KeptT, ...]:
        """Everything of this wallet, in no promised order."""
        ...

    def get(self, session: Session, row_id: str) -> KeptT:
        """One thing of this wallet.

        Raises:
            NotInWalletError: this wallet has nothing of that name, whoever else may have.
        """
        ...

    def save(self, session: Session, item: KeptT) -> KeptT:
        """Keep a new or changed thing and return it with its new revision.

        Raises:
            ConflictError: it changed, vanished or appeared since this value of it was read.
            TooLargeError: it could not be read back; nothing was kept.
        """
        ...

    def remove(self, session: Session, row_id: str) -> None:
        """Forget a thing; forgetting what is not there is no error."""
        ...


class Trust(Protocol):
    """Knows whom to trust."""

    def registry(self) -> TrustRegistry:
        """The verified trust registry.

        Raises:
            PartnerUnreachableError: it cannot be had now.
            PartnerRefusedError: what was had is not signed by the pinned authority, or has run out.
        """
        ...


class Issuers(Protocol):
    """Asks issuers how credentials stand; `collecting_ports` has what collecting needs besides."""

    def status_list(self, uri: str, *, listed: bool = True) -> str:
        """Fetch a status list token; `listed` if its issuer is one of the trust registry.

        Raises:
            PartnerUnreachableError: the issuer does not answer.
            PartnerRefusedError: the issuer has no such list.
        """
        ...


class Market(Protocol):
    """Talks to the marketplace. Every method raises the errors that `publish` names."""

    def publish(self, contribution: Json) -> LoggedReceipt:
        """Hand in a contribution; the same one twice is one offer.

        Raises:
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal; an offer that never arrived counts as withdrawn."""
        ...

    def pause(self, statement: str) -> bool:
        """Hand in what a person said about pausing; False if there is no such offer yet."""
        ...

    def history(self, consent_id: str, holder_key: SigningKey) -> History:
        """What became of a consent, told only to who holds its key. Nothing in it is checked."""
        ...

    def checkpoint(self) -> str:
        """The present checkpoint of the log, as a signed note."""
        ...

    def witnessed(self) -> str:
        """The checkpoint that the log publishes, with what its witnesses signed; not checked."""
        ...

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The hashes that lead from one size of the log to a later one."""
        ...

    def notices(self) -> tuple[str, ...]:
        """The public notices about breaches, the latest first; not checked."""
        ...


class NodeOffice(Protocol):
    """Talks to the computing nodes, each recognised by its pinned certificate."""

    def withdraw(self, node: NodeEntry, withdrawal: str) -> DeletionAnswer | None:
        """Tell a node that a consent ended; its signed deletion receipt, None if it holds nothing of it.

        Raises:
            PartnerUnreachableError: it gave no answer.
            PartnerRefusedError: it said no. PartnerFaultError: it answered something else than promised.
        """
        ...

    def pause(self, node: NodeEntry, statement: str) -> str | None:
        """Tell a node what a person said about pausing; its signed receipt, None if it holds nothing yet.

        Raises the same errors.
        """
        ...
