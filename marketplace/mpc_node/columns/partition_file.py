"""How do the shares of many people rest in one file, sealed, and come out column by column?

A *partition* is a table of words: a *line* for each column, form and component, a *row* for each record. It
is a `.npy` file of that shape, whose words are encrypted: each line by AES-256 in counter mode under a key of
this file alone, with the number of the line as the upper half of the counter, and a GMAC (NIST SP 800-38D)
over the encrypted line. Key and tags are the file's *seal*; it rests in the database, itself sealed under
the node's vault key to the file's id and shape. So the file alone says nothing but its shape, and any byte of
it, any line and any file put in the place of another is noticed when the line is read.

A file is written once. The one later change is that a row is *erased*: its encrypted words become zero, which
is neither what was there nor anything that the key could make readable again, and the tags of the lines
become those of lines with that hole. The new tags are made, and kept, before the row is touched. Erasing a
row twice is erasing it once, so it can be repeated after a crash at any point, and at every point the other
rows' bytes are what they were.

Reading decrypts into memory of the process, and only the lines that are asked for: one of 16,384 records
takes 50 µs. Integers would take 9 to 12 bytes a cell where both forms take 16, but then every job would read
and convert all of them, where it now reads the one form that it needs as it is.
"""

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from crypto.randomness import RandomBytes, random_bytes
from marketplace.mpc_node.errors import PartitionUnreadableError, StorageAlteredError

Words = NDArray[np.uint64]
_KEY_BYTES: Final = 32
KEYS_BYTES: Final = 3 * _KEY_BYTES
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = _NONCE_BYTES + 16
_BLOCK_BYTES: Final = 16
_WORD: Final = np.dtype("<u8")
_MODE: Final = 0o600


@dataclass(frozen=True)
class Seal:
    """What opens a file and tells whether it was changed: keys, and a nonce and a tag for each line."""

    keys: bytes = field(repr=False)
    tags: tuple[bytes, ...] = field(repr=False)

    def encode(self) -> bytes:
        """The keys and all tags, one after the other."""
        return self.keys + b"".join(self.tags)

    @classmethod
    def decode(cls, raw: bytes, lines: int) -> "Seal":
        """Read the seal of a file of so many lines.

        Raises:
            StorageAlteredError: it has another length.
        """
        if len(raw) != KEYS_BYTES + lines * _TAG_BYTES:
            raise StorageAlteredError("the seal of a partition has another length")
        starts = range(KEYS_BYTES, len(raw), _TAG_BYTES)
        return cls(raw[:KEYS_BYTES], tuple(raw[start : start + _TAG_BYTES] for start in starts))

    @property
    def encryption_key(self) -> bytes:
        """The key of the words."""
        return self.keys[:_KEY_BYTES]

    @property
    def authentication_key(self) -> bytes:
        """The key of the tags."""
        return self.keys[_KEY_BYTES : 2 * _KEY_BYTES]

    @property
    def naming_key(self) -> bytes:
        """A key of this file for whoever marks its rows; see `share_rows`."""
        return self.keys[2 * _KEY_BYTES :]

    @classmethod
    def draw_keys(cls, random: RandomBytes = random_bytes) -> bytes:
        """The keys of a new file."""
        return random(KEYS_BYTES)


@dataclass(frozen=True)
class PartitionFile:
    """A file that was written, with its seal as it is now. A value: it can be handed to another process."""

    path: Path
    lines: int
    rows: int
    seal: Seal = field(repr=False)

    def read(self, lines: Sequence[int]) -> Iterator[Words]:
        """Some lines, decrypted, in the order in which they are asked for; an erased row is noise.

        Raises:
            StorageAlteredError: the file is missing or has another form, or a line was changed.
        """
        table = self._mapped("r")
        for line in lines:
            yield _crypt(self.seal.encryption_key, line, self._verified(table, line))

    def without(self, rows: Sequence[int], random: RandomBytes = random_bytes) -> "PartitionFile":
        """The same file with the seal that it has once some rows are erased; nothing is written.

        Raises:
            PartitionUnreadableError: the file is missing, has another form, or cannot be read now.
            StorageAlteredError: a line was changed; a change that somebody made is not sealed in.
        """
        table, tags = self._mapped("r"), []
        for line in range(self.lines):
            holed = self._verified(table, line)
            holed[list(rows)] = 0
            tags.append(_tag(self.seal.authentication_key, holed, random))
        return replace(self, seal=Seal(self.seal.keys, tuple(tags)))

    def erase(self, row: int) -> bool:
        """Overwrite a row and wait for the disk; once more changes nothing. Answer whether there is a file.

        Raises:
            PartitionUnreadableError: the file has another form, so nobody can tell where the row is.
        """
        if not self.path.exists():
            return False
        table = self._mapped("r+")
        table[:, row] = 0
        table.flush()
        return True

    def discard(self) -> None:
        """Overwrite the whole file and remove it; nothing happens where there is none."""
        discard(self.path)

    def _verified(self, table: Words, line: int) -> Words:
        """A copy, so that nobody changes what was verified before it is used."""
        words = np.array(table[line])
        nonce, tag = self.seal.tags[line][:_NONCE_BYTES], self.seal.tags[line][_NONCE_BYTES:]
        try:
            AESGCM(self.seal.authentication_key).decrypt(nonce, tag, words.data.cast("B"))
        except InvalidTag as error:
            raise StorageAlteredError(f"line {line} of a partition was changed") from error
        return words

    def _mapped(self, mode: Any) -> Any:
        head = _head(self.lines, self.rows)
        try:
            with self.path.open("rb") as file:
                same = file.read(len(head)) == head
            whole = self.path.stat().st_size == len(head) + self.lines * self.rows * _WORD.itemsize
            if not (same and whole):
                raise PartitionUnreadableError("a partition has another form than it was written in")
            return np.memmap(self.path, _WORD, mode, offset=len(head), shape=(self.lines, self.rows))
        except OSError as error:
            raise PartitionUnreadableError(f"a partition cannot be read: {type(error).__name__}") from error


def write_partition(
    path: Path, table: Words, keys: bytes, random: RandomBytes = random_bytes
) -> PartitionFile:
    """Write a table of lines by rows, at least one of each, and wait for the disk.

    Keys are drawn for one file (`Seal.draw_keys`) and used for no other.

    Raises:
        FileExistsError: there is such a file already.
    """
    seal = Seal(keys, ())
    tags = []
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as file:  # noqa: PTH123 — a mode
        file.write(_head(*table.shape))
        for line in range(table.shape[0]):
            hidden = _crypt(seal.encryption_key, line, np.ascontiguousarray(table[line], dtype=_WORD))
            tags.append(_tag(seal.authentication_key, hidden, random))
            file.write(hidden.data.cast("B"))
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)
    return PartitionFile(path, table.shape[0], table.shape[1], replace(seal, tags=tuple(tags)))


def discard(path: Path) -> None:
    """Overwrite a file with zeros, wait for the disk, and remove it; nothing happens where there is none."""
    try:
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left:
                left -= file.write(bytes(min(left, 1 << 20)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)


def _crypt(key: bytes, line: int, words: Words) -> Words:
    """Counter mode is its own inverse."""
    counter = line.to_bytes(8, "big") + bytes(8)
    raw = bytearray(words.nbytes + _BLOCK_BYTES)
    encryptor = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    encryptor.update_into(words.data.cast("B"), raw)
    return np.frombuffer(raw, dtype=_WORD, count=words.size)


def _tag(key: bytes, words: Words, random: RandomBytes) -> bytes:
    nonce = random(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, b"", words.data.cast("B"))


def _head(lines: int, rows: int) -> bytes:
    head = io.BytesIO()
    form = {"descr": _WORD.str, "fortran_order": False, "shape": (lines, rows)}
    np.lib.format.write_array_header_1_0(head, form)
    return head.getvalue()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
