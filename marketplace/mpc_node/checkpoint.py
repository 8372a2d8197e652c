"""What must a node have on record to go on with an attempt after it was killed?

A file for each attempt, appended to and never changed: first the *opening* (the seed and what else the run
started from), then for each round a digest of what was sent and, before the protocol acts on it, what came.
A protocol is deterministic, so whoever reads this again arrives at the same state and sends the same bytes.
That is also checked: what a repeated round would send is held against the digest, and where it differs, be it
by another version of the software or by a person's withdrawn shares, nothing is sent and the attempt is over.
A mask therefore never meets other data.

Every record is sealed with the node's key to its place in the file. A killed process loses nothing that it
wrote, so no record waits for the disk. A *machine* that lost power may have lost the end of the file after
messages that depend on it had left; the opening names the boot of the machine, and under another one the
attempt is not gone on with. The file is locked while it is used, so that two processes cannot both go on, and
removed when the attempt ends. The last record may be cut off by the end of the process: it is dropped.
"""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple, Self

from crypto.errors import CryptoError
from crypto.mpc.rounds import Frame, Raw
from crypto.sealing import Vault
from marketplace.mpc_node.errors import CheckpointError

BOOT_FILE: Final = Path("/proc/sys/kernel/random/boot_id")
_MAGIC: Final = b"argonauta log 1\n"
_HEAD: Final = Struct("<BBxxIQ")
_OPENING, _SENT, _PART, _LAST, _PARTED = 1, 2, 3, 4, 5
_MODE: Final = 0o600


class _Entry(NamedTuple):
    """Where a record lies: its kind, role and round, and its sealed bytes in the file."""

    kind: int
    role: int
    number: int
    start: int
    length: int


@dataclass
class AttemptLog:
    """The log of one attempt, open and locked. `name` is bound into every record."""

    path: Path
    name: str
    vault: Vault = field(repr=False)
    _file: int
    _entries: list[_Entry]
    _end: int
    _next: int = 1
    """The first entry that was not yet repeated; the opening is entry 0."""

    @classmethod
    def create(cls, path: Path, name: str, vault: Vault, opening: bytes) -> Self:
        """Begin a log.

        Raises:
            CheckpointError: there is one already, or it cannot be written.
        """
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _MODE)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(file, _MAGIC)
        except OSError as error:
            raise CheckpointError(f"the attempt's log cannot be begun: {type(error).__name__}") from error
        log = cls(path, name, vault, file, [], len(_MAGIC))
        log._append(_OPENING, 0, 0, opening)
        return log

    @classmethod
    def reopen(cls, path: Path, name: str, vault: Vault) -> Self:
        """Go on with a log. A record that was cut off at the end is dropped.

        Raises:
            CheckpointError: there is none, another process uses it, or it is no log.
        """
        try:
            file = os.open(path, os.O_RDWR)
        except OSError as error:
            raise CheckpointError("there is no log of the attempt") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            entries, end = _scan(file)
            os.ftruncate(file, end)
        except (OSError, CheckpointError) as error:
            os.close(file)
            raise CheckpointError(f"the attempt's log cannot be used: {error}") from error
        return cls(path, name, vault, file, entries, end)

    @property
    def opening(self) -> bytes:
        """What the run started from.

        Raises:
            CheckpointError: it was altered, or written under another key or name.
        """
        return self._opened(0)

    @property
    def wanted(self) -> dict[int, int]:
        """By sender, the first round whose message is not on record."""
        return {entry.role: entry.number + 1 for entry in self._entries if entry.kind in {_PART, _LAST}}

    @property
    def complete(self) -> bool:
        """Whether the peers, too, had everything: such a run is repeated without them."""
        return self._entries[-1].kind == _PARTED

    def sending(self, number: int, outbox: Mapping[int, Frame]) -> None:
        """Note what a round sends, or hold it against what was noted; see `carry.Log.sending`."""
        digest = _digest(outbox)
        if self._next == len(self._entries):
            self._append(_SENT, 0, number, digest)
        elif self._entries[self._next][:3] != (_SENT, 0, number) or self._opened(self._next) != digest:
            raise CheckpointError(f"round {number} would send something else than it did before")
        self._next += 1

    def recall(self, number: int) -> Mapping[int, Raw] | None:
        """The inbox of a round, if it is on record; see `carry.Log.recall`."""
        if self._next == len(self._entries):
            return None
        inbox: dict[int, Raw] = {}
        if self._entries[self._next].kind in {_SENT, _PARTED}:
            self._opened(self._next)  # kinds stand in the clear: an altered one must not hide an inbox
            return inbox  # a round in which nothing was to be heard
        while True:
            entry = self._entries[self._next]
            if entry.number != number or entry.kind not in {_PART, _LAST}:
                raise CheckpointError(f"the record of round {number} is another one")
            inbox[entry.role] = self._opened(self._next)
            self._next += 1
            if entry.kind == _LAST:
                return inbox

    def received(self, number: int, inbox: Mapping[int, Raw]) -> None:
        """Put the inbox of a round on record."""
        for left, (role, raw) in zip(range(len(inbox) - 1, -1, -1), inbox.items(), strict=True):
            self._append(_PART if left else _LAST, role, number, bytes(raw))
            self._next += 1

    def parted(self) -> None:
        """Put on record that the peers have everything that they need of this role."""
        self._append(_PARTED, 0, 0, b"")

    def close(self) -> None:
        """Let go of the log, which stays; a process that is killed does the same."""
        os.close(self._file)

    def discard(self) -> None:
        """Remove the log: the attempt has ended."""
        self.path.unlink(missing_ok=True)
        self.close()

    def _append(self, kind: int, role: int, number: int, plain: bytes) -> None:
        sealed = self.vault.seal(plain, self._place(len(self._entries), kind, role, number))
        head = _HEAD.pack(kind, role, number, len(sealed))
        try:
            _write(self._file, self._end, head + sealed)
        except OSError as error:
            raise CheckpointError(f"the attempt's log cannot be written: {type(error).__name__}") from error
        self._entries.append(_Entry(kind, role, number, self._end + _HEAD.size, len(sealed)))
        self._end += _HEAD.size + len(sealed)

    def _opened(self, index: int) -> bytes:
        kind, role, number, start, length = self._entries[index]
        try:
            sealed = _read(self._file, start, length)
            return self.vault.open(sealed, self._place(index, kind, role, number))
        except (OSError, CryptoError) as error:
            raise CheckpointError("a record of the attempt does not open") from error

    def _place(self, index: int, kind: int, role: int, number: int) -> str:
        return f"attempt log|{self.name}|{index}|{kind}|{role}|{number}"


def boot_id() -> str:
    """Under which boot of the machine this process runs; empty where the system does not say."""
    try:
        return BOOT_FILE.read_text("ascii").strip()
    except (OSError, UnicodeError):
        return ""


def _scan(file: int) -> tuple[list[_Entry], int]:
    """The records of a log, and where the last whole inbox, or what was sent after it, ends."""
    size, place = os.fstat(file).st_size, len(_MAGIC)
    if _read(file, 0, len(_MAGIC)) != _MAGIC:
        raise CheckpointError("it is no log")
    entries: list[_Entry] = []
    whole, end = 0, place
    while place + _HEAD.size <= size:
        kind, role, number, length = _HEAD.unpack(_read(file, place, _HEAD.size))
        start = place + _HEAD.size
        if length > size - start:
            break
        place = start + length
        entries.append(_Entry(kind, role, number, start, length))
        if kind != _PART:
            whole, end = len(entries), place
    if not whole or entries[0].kind != _OPENING:
        raise CheckpointError("its opening is not whole")
    return entries[:whole], end


def _digest(outbox: Mapping[int, Frame]) -> bytes:
    hasher = sha256()
    for role in sorted(outbox):
        frame = outbox[role]
        hasher.update(bytes((role,)) + len(frame.body).to_bytes(8, "little") + frame.head)
        hasher.update(frame.body)
    return hasher.digest()


def _write(file: int, place: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        count = os.pwrite(file, left, place)
        left, place = left[count:], place + count


def _read(file: int, place: int, length: int) -> bytes:
    pieces = []
    while length:
        piece = os.pread(file, length, place)
        if not piece:
            raise CheckpointError("it is shorter than it says")
        pieces.append(piece)
        length, place = length - len(piece), place + len(piece)
    return b"".join(pieces)
