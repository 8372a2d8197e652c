"""Copies of status lists, kept as long as their issuers allow; and by when a change has reached everybody.

A status list says in its `ttl` how long a copy may be used, so a revocation counts everywhere only after the
longest time that a copy, fetched just before, may still be around. `known_everywhere` is that moment: what an
issuer can tell the person who presses the button.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from crypto.errors import OutOfRangeError

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept(Generic[T]):
    value: T
    until: datetime


class StatusCache(Generic[T]):
    """Keeps up to `most` lists; the one not asked for longest goes first. For any threads.

    A list is kept for the issuer as whose it was believed: what one issuer signed says nothing about the
    credentials of another, though both may name the same address. `lifetime` says how long a list may be
    kept from the moment it came; `most_age` is the verifier's own limit.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        lifetime: Callable[[T], timedelta],
        most_age: timedelta = timedelta(hours=1),
        most: int = 100,
    ) -> None:
        if most < 1:
            raise OutOfRangeError(f"a cache keeps one list at least, not {most}")
        self._clock = clock
        self._lifetime = lifetime
        self._most_age = most_age
        self._most = most
        self._kept: OrderedDict[tuple[str, str], _Kept[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, issuer_id: str, uri: str, fetch: Callable[[str], T]) -> T:
        """An issuer's list at an address: the copy if it may still be used, else what `fetch` brings.

        Whatever `fetch` raises passes through, and an old copy is not used in its place: fail closed.
        """
        key = (issuer_id, uri)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept.until:
                self._kept.move_to_end(key)
                return kept.value
        asked_at = self._clock()
        value = fetch(uri)
        until = asked_at + min(self._lifetime(value), self._most_age)
        with self._lock:
            self._kept[key] = _Kept(value, until)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


def known_everywhere(changed_at: datetime, ttl: timedelta, *, signed_again_after: timedelta) -> datetime:
    """By when a change of status counts with every verifier that keeps to the `ttl`.

    `signed_again_after` is how long the issuer may go on serving the list as it was.
    """
    return changed_at + signed_again_after + ttl
