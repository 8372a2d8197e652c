"""The wallet's ports in memory, and the small things that many tests build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crypto.randomness import RandomBytes, stream
from crypto.sealing import Argon2Cost, Vault
from wallet.clients.authenticators import WebAuthn
from wallet.domain.appending import Change
from wallet.domain.clock import Clock
from wallet.domain.contacts_lock import ContactsLock
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.erasure import Erasure, Farewell
from wallet.domain.letterbox import Address, Letter, Letterbox
from wallet.domain.passkey import PasskeyLock
from wallet.domain.recovery import RecoveryLock
from wallet.domain.segment import Segment
from wallet.domain.session import Session
from wallet.domain.stream import Stream
from wallet.errors import ConflictError, LoginTakenError, NotInWalletError
from wallet.services.custody_suite import Custody, Doors, assemble_doors
from wallet.services.stream_ports import Wanted

CHEAP = Argon2Cost(memory_kib=32, iterations=1, lanes=1)
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def deterministic(label: str) -> RandomBytes:
    return stream(b"wallet tests, sixteen+", label)


def session(name: str = "anna") -> Session:
    draw = deterministic(name)
    return Session(f"wallet of {name}"[:36], name, Vault(draw(32)))


@dataclass
class MovingClock:
    """A clock that moves when a test says so."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **step: float) -> None:
        self.moment += timedelta(**step)


@dataclass
class MemoryWalletStore:
    wallets: dict[str, LockedWallet] = field(default_factory=dict)
    recoveries: dict[str, RecoveryLock] = field(default_factory=dict)
    contact_locks: dict[str, ContactsLock] = field(default_factory=dict)
    passkeys: "MemoryPasskeyStore | None" = None

    def add(self, locked: LockedWallet, passkey: PasskeyLock | None = None) -> None:
        if self.by_login(locked.login_digest):
            raise LoginTakenError("There is a wallet with this name already. Choose another name.")
        if passkey is not None and self.passkeys is not None:
            self.passkeys.add(passkey)
        self.wallets[locked.wallet_id] = locked

    def by_login(self, login_digest: str) -> LockedWallet | None:
        found = [each for each in self.wallets.values() if each.login_digest == login_digest]
        return found[0] if found else None

    def note_attempts(self, wallet_id: str, attempts: Attempts) -> None:
        self.wallets[wallet_id] = replace(self.wallets[wallet_id], attempts=attempts)

    def generation(self, wallet_id: str) -> bytes | None:
        return self.wallets[wallet_id].generation if wallet_id in self.wallets else None

    def lock_anew(self, before: LockedWallet, after: LockedWallet) -> None:
        self.begin(before, after.generation)
        self.wallets[before.wallet_id] = after

    def begin(self, before: LockedWallet, generation: bytes) -> None:
        now = self.wallets[before.wallet_id]
        if now.generation != before.generation:
            raise ConflictError("What opens your wallet was changed in another window. Look again.")
        self.wallets[before.wallet_id] = replace(now, generation=generation)

    def recovery(self, wallet_id: str) -> RecoveryLock | None:
        return self.recoveries.get(wallet_id)

    def keep_recovery(self, wallet_id: str, lock: RecoveryLock) -> None:
        self.recoveries[wallet_id] = lock

    def contacts(self, wallet_id: str) -> ContactsLock | None:
        return self.contact_locks.get(wallet_id)

    def keep_contacts(self, wallet_id: str, lock: ContactsLock | None) -> None:
        self.contact_locks.pop(wallet_id, None)
        if lock is not None:
            self.contact_locks[wallet_id] = lock


@dataclass
class MemoryPasskeyStore:
    wallets: MemoryWalletStore
    locks: dict[bytes, PasskeyLock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wallets.passkeys = self

    def find(self, credential_id: bytes) -> PasskeyLock | None:
        return self.locks.get(credential_id)

    def of_wallet(self, wallet_id: str) -> tuple[PasskeyLock, ...]:
        return tuple(lock for lock in self.locks.values() if lock.wallet_id == wallet_id)

    def add(self, lock: PasskeyLock) -> None:
        if lock.credential_id in self.locks:
            raise ConflictError("This passkey opens a wallet already.")
        self.locks[lock.credential_id] = lock

    def note_use(self, lock: PasskeyLock) -> None:
        if lock.credential_id in self.locks:
            self.locks[lock.credential_id] = lock

    def remove(self, lock: PasskeyLock, before: LockedWallet, generation: bytes) -> None:
        self.wallets.begin(before, generation)
        self.locks.pop(lock.credential_id, None)


@dataclass
class MemoryErasureStore:
    wallets: MemoryWalletStore
    plans: dict[str, Erasure] = field(default_factory=dict)
    unsaid: dict[str, Farewell] = field(default_factory=dict)

    def plan(self, wallet_id: str, erasure: Erasure, farewells: Sequence[Farewell]) -> Erasure:
        if wallet_id not in self.plans:
            self.plans[wallet_id] = erasure
            self.unsaid |= {each.farewell_id: each for each in farewells}
        return self.plans[wallet_id]

    def planned(self, wallet_id: str) -> Erasure | None:
        return self.plans.get(wallet_id)

    def cancel(self, wallet_id: str) -> None:
        self.plans.pop(wallet_id, None)

    def erase_due(self, now: datetime) -> int:
        due = [wallet_id for wallet_id, each in self.plans.items() if each.due_at <= now]
        for wallet_id in due:
            del self.plans[wallet_id], self.wallets.wallets[wallet_id]
        return len(due)

    def farewells(self, limit: int) -> tuple[Farewell, ...]:
        ordered = sorted(self.unsaid.values(), key=lambda each: (each.since, each.farewell_id))
        return tuple(ordered[:limit])

    def said(self, farewell_id: str) -> None:
        self.unsaid.pop(farewell_id, None)


@dataclass
class MemoryLetterStore:
    boxes: dict[str, Letterbox] = field(default_factory=dict)
    known: dict[str, Address] = field(default_factory=dict)
    kept: dict[str, Letter] = field(default_factory=dict)

    def box(self, wallet_id: str) -> Letterbox | None:
        return self.boxes.get(wallet_id)

    def keep_box(self, box: Letterbox) -> Letterbox:
        return self.boxes.setdefault(box.wallet_id, box)

    def address(self, address_id: str) -> Address | None:
        return self.known.get(address_id)

    def addresses(self, wallet_id: str) -> tuple[Address, ...]:
        return tuple(each for each in self.known.values() if each.wallet_id == wallet_id)

    def keep_address(self, address: Address) -> None:
        self.known[address.address_id] = address

    def broker_verifiers(self) -> tuple[tuple[str, str], ...]:
        told = ((each.address_id, each.broker_verifier) for each in self.known.values())
        return tuple(sorted((name, verifier) for name, verifier in told if verifier))

    def remove_address(self, wallet_id: str, address_id: str) -> None:
        if address_id in self.known and self.known[address_id].wallet_id == wallet_id:
            del self.known[address_id]
            self.kept = {name: each for name, each in self.kept.items() if each.address_id != address_id}

    def waiting(self, wallet_id: str) -> tuple[int, int]:
        sizes = [len(each.sealed_body) for each in self.kept.values() if each.wallet_id == wallet_id]
        return len(sizes), sum(sizes)

    def post(self, letter: Letter) -> None:
        if letter.address_id not in self.known:
            raise NotInWalletError("This address was taken away.")
        self.kept[letter.letter_id] = letter

    def letters(self, address_id: str, before: datetime, limit: int) -> tuple[Letter, ...]:
        found = [
            each for each in self.kept.values() if each.address_id == address_id and each.received_at < before
        ]
        return tuple(sorted(found, key=lambda each: (each.received_at, each.letter_id))[:limit])

    def drop(self, wallet_id: str, letter_ids: Sequence[str]) -> None:
        for letter_id in letter_ids:
            if letter_id in self.kept and self.kept[letter_id].wallet_id == wallet_id:
                del self.kept[letter_id]


def doors(wallets: MemoryWalletStore, clock: Clock, lookup_key: bytes = b"k" * 32) -> Doors:
    """Everything about what opens a wallet, over stores in memory and the real check of passkeys."""
    passkeys = wallets.passkeys or MemoryPasskeyStore(wallets)
    return assemble_doors(wallets, passkeys, WebAuthn(), Custody(lookup_key, CHEAP), clock)


@dataclass
class MemoryStore:
    """`Store` for any kind of thing; nothing is sealed."""

    kept: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def all(self, session: Session) -> tuple[Any, ...]:
        return tuple(item for owner, item in self.kept.values() if owner == session.wallet_id)

    def get(self, session: Session, row_id: str) -> Any:
        owner, item = self.kept.get(row_id, ("", None))
        if owner != session.wallet_id:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        return item

    def save(self, session: Session, item: Any) -> Any:
        owner, kept = self.kept.get(item.row_id, (session.wallet_id, None))
        if owner != session.wallet_id or item.revision != (kept.revision if kept else 0):
            raise ConflictError("This changed at the same time elsewhere. Look again, then repeat.")
        saved = replace(item, revision=item.revision + 1)
        self.kept[item.row_id] = (session.wallet_id, saved)
        return saved

    def remove(self, session: Session, row_id: str) -> None:
        if self.kept.get(row_id, ("", None))[0] == session.wallet_id:
            del self.kept[row_id]


@dataclass
class MemoryStreamStore:
    """`StreamStore` in memory; a segment is kept until something takes its place."""

    streams: MemoryStore = field(default_factory=MemoryStore)
    segments: dict[str, Segment] = field(default_factory=dict)

    def all(self, session: Session) -> tuple[Stream, ...]:
        return self.streams.all(session)

    def get(self, session: Session, row_id: str) -> Stream:
        found: Stream = self.streams.get(session, row_id)
        return found

    def opened(self, session: Session, row_id: str, wanted: Wanted) -> tuple[Stream, Mapping[str, Segment]]:
        stream = self.get(session, row_id)
        return stream, {part.row_id: self.segments[part.row_id] for part in wanted(stream)}

    def keep(self, session: Session, changes: Sequence[Change]) -> None:
        before = dict(self.streams.kept)
        try:
            for each in changes:
                self.streams.save(session, each.stream)
        except ConflictError:
            self.streams.kept = before
            raise
        for each in changes:
            self.segments |= {segment.row_id: segment for segment in each.added}
            self.segments = {name: kept for name, kept in self.segments.items() if name not in each.dropped}

    def remove(self, session: Session, row_id: str) -> None:
        self.streams.remove(session, row_id)
