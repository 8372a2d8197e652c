"""How does a node reach the issuers? It fetches their status lists, over HTTPS beyond this machine."""

import threading
from urllib.parse import urlsplit

from ssi.http.client import Client, Limits

MEDIA_TYPE = "application/statuslist+jwt"
LIMITS = Limits(connect_seconds=2.0, read_seconds=3.0, total_seconds=5.0, answer_bytes=2_000_000)
"""Short, because the peers wait while a silent issuer is asked."""


class HttpStatusLists:
    """Status lists from where the issuers publish them; implements `status.FetchStatusList`."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()

    def __call__(self, uri: str) -> str:
        """Fetch one list; see `status.FetchStatusList`."""
        parts = urlsplit(uri)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self._client(f"{parts.scheme}://{parts.netloc}").get_text(path, headers={"Accept": MEDIA_TYPE})

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _client(self, origin: str) -> Client:
        with self._lock:
            if origin not in self._clients:
                self._clients[origin] = Client(origin, limits=self._limits)
            return self._clients[origin]
