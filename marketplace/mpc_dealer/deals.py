"""Which deals are open, and what has each node been given of them?

A deal is made when the first of its nodes asks, from seeds that are drawn then and kept in memory only. Each
node is given its packet once. When all have theirs the seeds are forgotten; else when an hour is over, at the
next request or look at the dealer's health. That the deal was is remembered as long, so that no node gets a
packet of it twice. A dealer that is started anew remembers nothing: whoever asks then is dealt fresh numbers
under another name, which the other nodes of the attempt notice when they meet. The same numbers are never
given out twice.

Bounded: so many open deals in all, and so many that one node has begun, so that a node that asks for deals
that nobody needs keeps nobody else from theirs.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from consent.dealing import DealRequest
from crypto.mpc.additive.dealer import draw_seeds, packet_of
from crypto.randomness import RandomBytes, random_bytes
from marketplace.mpc_dealer.errors import AlreadyDealtError, BusyError

KEEP_SECONDS: Final = 3600.0
MOST_DEALS: Final = 4096
MOST_BEGUN: Final = 512
NAME_BYTES: Final = 32


@dataclass(frozen=True)
class Packet:
    """What one node is given: its packet, and the name of the deal that it is of."""

    deal: bytes
    content: bytes = field(repr=False)


@dataclass
class _Deal:
    name: bytes
    seeds: tuple[bytes, ...] = field(repr=False)
    begun_by: str
    begun_at: float
    waiting: set[int]


class DealBook:
    """The open deals; safe to share between threads. `monotonic` gives seconds that never go back."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        random: RandomBytes = random_bytes,
        most: int = MOST_DEALS,
        most_begun: int = MOST_BEGUN,
    ) -> None:
        self._monotonic = monotonic
        self._random = random
        self._most = most
        self._most_begun = most_begun
        self._lock = threading.Lock()
        self._deals: dict[str, _Deal] = {}

    def __len__(self) -> int:
        return len(self._deals)

    def require_room(self) -> None:
        """Return only if another deal could begin. Forgets what is over, so it is to be called now and then.

        Raises:
            BusyError: as many deals are open as are kept.
        """
        with self._lock:
            self._forget(self._monotonic())
            self._require_room()

    def packet(self, request: DealRequest, role: int) -> Packet:
        """The packet of the node that has this role in a request.

        Raises:
            AlreadyDealtError: it was given its packet of this deal.
            BusyError: too many deals are open, in all or of this node.
        """
        name, seeds = self._taken(request, role)
        content = packet_of(role, seeds, request.count, binding=request.binding, authenticated=True)
        return Packet(name, content)

    def _taken(self, request: DealRequest, role: int) -> tuple[bytes, tuple[bytes, ...]]:
        with self._lock:
            now = self._monotonic()
            self._forget(now)
            deal = self._deals.get(request.digest) or self._begun(request, role, now)
            if role not in deal.waiting:
                raise AlreadyDealtError(
                    f"{request.nodes[role]} was given its numbers for this attempt already"
                )
            deal.waiting.discard(role)
            seeds = deal.seeds
            if not deal.waiting:
                deal.seeds = ()
            return deal.name, seeds

    def _begun(self, request: DealRequest, role: int, now: float) -> _Deal:
        node = request.nodes[role]
        own = sum(deal.begun_by == node for deal in self._deals.values())
        self._require_room()
        if own >= self._most_begun:
            raise BusyError(f"{node} has begun too many deals; ask again later")
        seeds = draw_seeds(len(request.nodes), self._random)
        deal = _Deal(self._random(NAME_BYTES), seeds, node, now, set(range(len(request.nodes))))
        self._deals[request.digest] = deal
        return deal

    def _require_room(self) -> None:
        if len(self._deals) >= self._most:
            raise BusyError("too many deals are open; ask again later")

    def _forget(self, now: float) -> None:
        over = [digest for digest, deal in self._deals.items() if now - deal.begun_at >= KEEP_SECONDS]
        for digest in over:
            del self._deals[digest]
