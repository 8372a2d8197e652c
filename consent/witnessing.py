"""How does a log ask a witness to cosign? The request of C2SP `tlog-witness`, `add-checkpoint`.

Three parts: the size up to which the witness knows the log, the consistency proof from there, one hash a
line, and after an empty line the checkpoint as the log signed it. `to_bytes` and `from_bytes` are inverses.
"""

import base64
import re
from dataclasses import dataclass, field
from typing import Final

from consent.log import MAX_SIZE_DIGITS, ROOT_BYTES
from consent.note import decode_base64
from crypto.errors import MalformedError

MAX_REQUEST: Final = 20_000
MOST_HASHES: Final = 63
SIZE_TYPE: Final = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})", re.ASCII)
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,15})\n")


@dataclass(frozen=True)
class AddCheckpoint:
    """A checkpoint to be cosigned, and why it continues what the witness saw before. Nothing is checked."""

    old_size: int
    hashes: tuple[bytes, ...]
    note: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """The request's body."""
        proof = [f"{base64.b64encode(each).decode('ascii')}\n" for each in self.hashes]
        return "".join([f"old {self.old_size}\n", *proof, "\n", self.note]).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "AddCheckpoint":
        """Read a request's body.

        Raises:
            MalformedError: it has another form, or more hashes than a log can need.
        """
        if len(raw) > MAX_REQUEST:
            raise MalformedError(f"add-checkpoint: expected at most {MAX_REQUEST} bytes")
        try:
            head, separator, note = raw.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError as error:
            raise MalformedError("add-checkpoint: expected text in UTF-8") from error
        old, *lines = head.split("\n")
        found = _OLD.fullmatch(old)
        if not separator or found is None or len(lines) > MOST_HASHES:
            raise MalformedError("add-checkpoint: expected an old size, a proof and a checkpoint")
        hashes = tuple(decode_base64(line, "add-checkpoint") for line in lines)
        if any(len(hashed) != ROOT_BYTES for hashed in hashes):
            raise MalformedError(f"add-checkpoint: every hash has {ROOT_BYTES} bytes")
        return cls(int(found[1]), hashes, note)


def read_size(raw: bytes) -> int:
    """The size that a witness names when it knows the log to another size than it was told.

    Raises:
        MalformedError: it is not a size on a line of its own.
    """
    found = _SIZE.fullmatch(raw[: MAX_SIZE_DIGITS + 2])
    if found is None or len(raw) > MAX_SIZE_DIGITS + 1:
        raise MalformedError("add-checkpoint: expected a size")
    return int(found[1])
