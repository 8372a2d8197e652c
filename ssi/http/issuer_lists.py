"""What do issuers say now about the credentials that they issued? Their status lists, kept for a short while.

The issuer learns that somebody asked for a list of thousands of credentials, not which one it meant.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from ssi.http.address import origin_of
from ssi.http.client import Client, Limits
from ssi.http.errors import PeerError
from ssi.http.status_list import fetch_status_list
from ssi.revocation import verify_issuer_status_list
from ssi.status_cache import StatusCache
from ssi.status_list import PublishedStatusList
from ssi.trust import TrustRegistry

LIMITS = Limits(connect_seconds=3.0, read_seconds=5.0, total_seconds=10.0, answer_bytes=2_000_000)
MOST_AGE = timedelta(seconds=60)


class IssuerLists:
    """Status lists over HTTP; safe to share between threads.

    A list is asked for anew after a minute, or earlier where its issuer says so or it runs out. `foreign`
    says whether lists are read as any issuer writes them, or only as ours do. Only addresses that the
    issuer's entry in the trust registry covers are to be asked: whoever verified the credential made sure of
    it.
    """

    def __init__(
        self, registry: Callable[[], TrustRegistry], *, clock: Callable[[], datetime], foreign: bool = False
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._foreign = foreign
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._cache: StatusCache[PublishedStatusList] = StatusCache(
            clock=clock, lifetime=self._lifetime, most_age=MOST_AGE
        )

    def get(self, issuer_id: str, uri: str, *, now: datetime) -> PublishedStatusList:
        """The list that an issuer keeps at an address, verified.

        Raises:
            CredentialError: the list is not the issuer's, or has run out.
            PeerError: the list cannot be had.
        """

        def fetch(uri: str) -> PublishedStatusList:
            return verify_issuer_status_list(
                fetch_status_list(uri, self._client(uri)),
                self._registry(),
                issuer_id=issuer_id,
                uri=uri,
                now=now,
                foreign=self._foreign,
            )

        return self._cache.get(issuer_id, uri, fetch)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _lifetime(self, published: PublishedStatusList) -> timedelta:
        now = self._clock()
        return published.usable_until(now) - now

    def _client(self, uri: str) -> Client:
        origin = origin_of(uri)
        if origin is None:
            raise PeerError("the status list has no address that can be asked")
        with self._lock:
            if origin not in self._clients:
                self._clients[origin] = Client(origin, limits=LIMITS)
            return self._clients[origin]
