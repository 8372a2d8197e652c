"""Bytes of a stranger, counted while they are read: no length that a file states about itself is believed.

An archive is unpacked as a stream; what comes out is held against a limit and against what went in (zip
bombs: Fifield 2019, "A better zip bomb"). Only deflate and plain storage are read, since Python unpacks the
other methods without a bound on memory.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from wallet.errors import SourceError, SourceTrouble

MIB: Final = 1 << 20
GIB: Final = 1 << 30
_RATIO_FROM: Final = 4 * MIB
"""Small files may be as dense as they like."""
_DIRECTORY_BYTES: Final = 4 * MIB
_SEE_LARGE: Final = 0xFFFFFFFF
"""Stands for a size that is told in the larger record before (APPNOTE 4.4.1.4)."""
_END_BYTES: Final = 22 + 65_535 + 20 + 56


@dataclass(frozen=True)
class Limits:
    """How much of one file is read: its bytes, those of what is packed in it, and how dense it may be."""

    most_bytes: int = 64 * MIB
    most_unpacked: int = 64 * MIB
    most_ratio: int = 200


class Bounded(io.RawIOBase):
    """A file that ends with an error where it is longer than allowed; what was read is counted."""

    def __init__(self, file: BinaryIO, most_bytes: int, watch: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self.count = 0
        self._file = file
        self._most = most_bytes
        self._watch = watch

    def read(self, size: int = -1, /) -> bytes:
        """Read up to `size` bytes, or everything; at most one byte over the limit is ever asked for.

        Raises:
            SourceError: the file is longer than allowed.
        """
        room = self._most - self.count + 1
        got = self._file.read(room if size < 0 else min(size, room))
        self.count += len(got)
        if self.count > self._most:
            raise SourceError(SourceTrouble.TOO_LARGE, f"more than {self._most:,} bytes")
        if self._watch is not None:
            self._watch(self.count)
        return got

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer, as readers of text ask for it."""
        got = self.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)

    def again(self) -> None:
        """Start over from the first byte, for a second look at the same bytes."""
        self.seek(0)
        self.count = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """Whether the file below can be read from elsewhere, which an archive needs."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go elsewhere in the file; the count stays."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place in the file below."""
        return self._file.tell()


def whole(file: Bounded) -> bytes:
    """All bytes of a bounded file, without the mark of UTF-8 that some programs put first."""
    return file.read().removeprefix(b"\xef\xbb\xbf")


def begins_with(file: Bounded, magic: bytes) -> bool:
    """Whether these are the first bytes; the file is left at its beginning."""
    found = file.read(len(magic)) == magic
    file.again()
    return found


@contextmanager
def unpacked(file: Bounded, limits: Limits, wanted: Callable[[list[str]], str | None]) -> Iterator[Bounded]:
    """One file of a zip archive as a bounded stream; `wanted` picks its name.

    Raises:
        SourceError: no archive, damaged, locked, packed in an unknown way, without the wanted file, or
            unpacking to more than the limits allow.
    """
    with _archive_errors():
        _check_directory(file)
        with zipfile.ZipFile(cast("BinaryIO", file)) as archive:
            name = wanted(archive.namelist())
            if name is None:
                raise SourceError(
                    SourceTrouble.OTHER_FORMAT, "the archive does not hold the file of this source"
                )
            _check_entry(archive.getinfo(name))
            began = file.count

            def watch(count: int) -> None:
                if count > _RATIO_FROM and count > limits.most_ratio * (file.count - began):
                    raise SourceError(SourceTrouble.UNSAFE, "the archive unpacks to far more than its size")

            with archive.open(name) as entry:
                yield Bounded(cast("BinaryIO", entry), limits.most_unpacked, watch)


@contextmanager
def _archive_errors() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError) as error:
        raise SourceError(SourceTrouble.DAMAGED, "the archive cannot be unpacked") from error
    except (NotImplementedError, RuntimeError) as error:  # what zipfile says of methods it does not have
        raise SourceError(SourceTrouble.DAMAGED, "the archive is packed in an unknown way") from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise SourceError(SourceTrouble.LOCKED, "the archive is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SourceError(SourceTrouble.DAMAGED, "the archive is packed in an unknown way")


def _check_directory(file: Bounded) -> None:
    """Refuse a list of contents that does not fit into memory, where `zipfile` reads it (APPNOTE 4.3.16)."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_BYTES))
    tail = file.read(_END_BYTES)
    file.again()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise SourceError(SourceTrouble.DAMAGED, "the archive has no list of contents")
    stated = int.from_bytes(tail[end + 12 : end + 16], "little")
    if tail[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        large = tail[max(0, end - 76) : end]
        if not large.startswith(b"PK\x06\x06"):
            raise SourceError(SourceTrouble.DAMAGED, "the archive has no list of contents")
        stated = max(int.from_bytes(large[40:48], "little"), 0 if stated == _SEE_LARGE else stated)
    if stated > _DIRECTORY_BYTES:
        raise SourceError(SourceTrouble.UNSAFE, "the list of contents of the archive is too long")
