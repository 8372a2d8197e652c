"""Where do the pieces of long lists wait until the message that names them is read?

A roll of a manifest (`consent.roll`) and a node's position on a million people are too long for one message.
They come ahead of it in pieces of at most 3 MiB, each under the digest of its bytes. What is under a name is
therefore always the same, whoever sent it and however often; a piece is hashed again when it is read, so one
that was cut off by a crash or altered on the disk is as good as missing, and is sent again.

Every sender has a folder of its own with room for a bounded number of pieces: if it is full, the piece that
was not used for longest goes. A sender that floods its folder loses its own pieces and nobody else's.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from consent.roll import DIGEST_BYTES, PIECE_BYTES, digest_of_piece
from crypto.encoding import b64url_decode, sha256
from crypto.randomness import RandomBytes, random_bytes
from marketplace.mpc_node.errors import PieceRefusedError

FOLDER: Final = "pieces"
MAX_PIECE: Final = PIECE_BYTES
MOST_PIECES: Final = 512
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_SUFFIX: Final = ".part"


@dataclass(frozen=True)
class Pieces:
    """The pieces that others have sent to one node, 512 of each sender at most."""

    folder: Path
    random: RandomBytes = random_bytes
    most: int = MOST_PIECES

    def put(self, sender: str, digest: str, content: bytes) -> None:
        """Keep a piece; the same again changes nothing.

        Raises:
            PieceRefusedError: it is too long, or not what its name says.
        """
        if len(content) > MAX_PIECE or digest_of_piece(content) != digest:
            raise PieceRefusedError("the piece is too long or has another digest than its name says")
        place = self._place(sender, digest)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room(place.parent)
        new = place.with_name(f"{self.random(16).hex()}{_SUFFIX}")
        new.write_bytes(content)
        new.replace(place)  # whole or not at all

    def find(self, sender: str, digest: str) -> bytes | None:
        """What a sender left under a digest, or None if it is not here as it was sent."""
        place = self._place(sender, digest)
        try:
            content = place.read_bytes()
            os.utime(place)
        except OSError:
            return None
        return content if digest_of_piece(content) == digest else None

    def missing(self, sender: str, digests: Iterable[str]) -> tuple[str, ...]:
        """Those of the digests under which this sender has left nothing that is whole."""
        return tuple(digest for digest in digests if self.find(sender, digest) is None)

    def drop(self, sender: str, digests: Iterable[str]) -> None:
        """Remove pieces that were read and are not needed again."""
        for digest in digests:
            self._place(sender, digest).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what a crash left half written."""
        for path in self.folder.glob(f"*/*{_SUFFIX}"):
            path.unlink(missing_ok=True)

    def _make_room(self, folder: Path) -> None:
        held = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        if len(held) < self.most:
            return
        ages = []
        for path in held:
            with suppress(FileNotFoundError):
                ages.append((path.stat().st_mtime_ns, path))
        for _, path in sorted(ages)[: len(held) - self.most + 1]:
            path.unlink(missing_ok=True)

    def _place(self, sender: str, digest: str) -> Path:
        """Names are hashes, so that nothing that was sent can name another place."""
        name = b64url_decode(digest, length=DIGEST_BYTES).hex()
        return self.folder / sha256(sender.encode()).hex() / name
