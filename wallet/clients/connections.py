"""One client for each origin, so that connections are used again."""

import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ssi.http.client import Client, Limits

LIMITS = Limits(connect_seconds=5.0, read_seconds=20.0, total_seconds=60.0, answer_bytes=16_000_000)

MOST_CLIENTS = 1_000
STRANGERS = Limits(connect_seconds=5.0, read_seconds=10.0, total_seconds=20.0, answer_bytes=2_000_000)
"""For those whom nobody vouches for: less patience, and answers no longer than a batch of credentials."""


@dataclass
class Connections:
    """The clients of this process; safe to share between threads."""

    limits: Limits = LIMITS
    _clients: dict[tuple[str, str | None], Client] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def to(self, address: str, *, pinned_pem: str | None = None) -> Client:
        """The client for the origin of an address; with a pin it accepts that one certificate only.

        Raises:
            PeerError: the address is not one that may be asked.
        """
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            client = self._clients.get((origin, pinned_pem))
            if client is None:
                if len(self._clients) >= MOST_CLIENTS:
                    # Strangers choose origins; the oldest client is let go, and whoever uses it finishes.
                    del self._clients[next(iter(self._clients))]
                client = Client(origin, pinned_pem=pinned_pem, limits=self.limits)
                self._clients[origin, pinned_pem] = client
            return client

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


def path_of(address: str) -> str:
    """Path and query of an address, as they are sent."""
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
