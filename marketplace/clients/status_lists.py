"""Has an issuer taken a credential back? Its status lists over HTTP, kept for a short while.

The issuer learns that the marketplace asked for a list of thousands of credentials, not which one it meant.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ssi.credential import Credential
from ssi.http.client import Client, Limits
from ssi.revocation import verify_issuer_status_list
from ssi.status_list import PublishedStatusList
from ssi.trust import TrustRegistry

MEDIA_TYPE = "application/statuslist+jwt"
LIMITS = Limits(connect_seconds=3.0, read_seconds=5.0, total_seconds=10.0, answer_bytes=2_000_000)
MOST_AGE = timedelta(seconds=60)


@dataclass(frozen=True)
class _Kept:
    published: PublishedStatusList
    issuer_id: str
    until: datetime


class HttpStatusLists:
    """The `StatusLists` port over HTTP; safe to share between threads.

    A list is asked for anew after a minute, or earlier where its issuer says so.
    """

    def __init__(self, registry: Callable[[], TrustRegistry], limits: Limits = LIMITS) -> None:
        self._registry = registry
        self._limits = limits
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._kept: dict[str, _Kept] = {}

    def check(self, credential: Credential, *, now: datetime) -> None:
        """Return only if its issuer says now that a verified credential is valid.

        Raises:
            RevokedError: it is revoked or suspended.
            CredentialError: the list is not the issuer's.
            PeerError: the list cannot be had.
        """
        kept = self._kept.get(credential.status.uri)
        if kept is None or kept.issuer_id != credential.issuer or now >= kept.until:
            kept = self._fetched(credential, now)
        kept.published.require_valid(credential.status)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _fetched(self, credential: Credential, now: datetime) -> _Kept:
        uri = credential.status.uri
        parts = urlsplit(uri)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        client = self._client(f"{parts.scheme}://{parts.netloc}")
        token = client.get_text(path, headers={"Accept": MEDIA_TYPE})
        published = verify_issuer_status_list(
            token, self._registry(), issuer_id=credential.issuer, uri=uri, now=now
        )
        lifetime = min(timedelta(seconds=published.ttl_seconds), MOST_AGE, published.expires_at - now)
        kept = self._kept[uri] = _Kept(published, credential.issuer, now + lifetime)
        return kept

    def _client(self, origin: str) -> Client:
        with self._lock:
            if origin not in self._clients:
                self._clients[origin] = Client(origin, limits=self._limits)
            return self._clients[origin]
