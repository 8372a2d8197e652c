"""Whole answers, kept within bounds and given out only while they show what the books hold.

A form's token is one session's own and runs out, so it is no part of what is kept: a page is kept in pieces
around it, and each answer gets a token of its session, made now.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

MOST_BYTES = 32 * 1024 * 1024
MOST_PAGE_BYTES = 512 * 1024
_AROUND = 1024
"""What keeping a page takes besides its bytes, roughly."""


@dataclass(frozen=True)
class KeptPage:
    """One answer: what it shows, how long that holds by itself, and its bytes around the tokens of forms."""

    shown: object
    until: datetime | None
    status: str
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[bytes, ...]
    endpoint: str
    tag: str | None = None

    @property
    def has_token(self) -> bool:
        """Whether it has a form, or scripts that send one."""
        return len(self.pieces) > 1

    @property
    def size(self) -> int:
        """How many bytes it takes, roughly."""
        return _AROUND + sum(map(len, self.pieces))

    def body(self, token: str) -> bytes:
        """The bytes with a token in its places."""
        return token.encode("ascii").join(self.pieces)


class PageMemory:
    """The pages that were asked for last; safe to share between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many bytes all pages take, roughly; never more than the most."""
        return self._size

    def find(self, name: Hashable, shown: object, now: datetime) -> KeptPage | None:
        """The page of this name if it shows this, which is compared by equality, and holds now."""
        with self._lock:
            page = self._pages.get(name)
            if page is None or page.shown != shown or (page.until is not None and page.until <= now):
                return None
            self._pages.move_to_end(name)
            return page

    def keep(self, name: Hashable, page: KeptPage) -> None:
        """Keep a page in the place of one that showed something else; one that is too large is let go."""
        with self._lock:
            self._drop(name)
            if page.size > min(self._most, MOST_PAGE_BYTES):
                return
            self._pages[name] = page
            self._size += page.size
            while self._size > self._most:
                self._drop(next(iter(self._pages)))

    def _drop(self, name: Hashable) -> None:
        page = self._pages.pop(name, None)
        self._size -= 0 if page is None else page.size
