"""How does a node reach a party of the trust registry? At its listed address, by its listed certificate."""

import threading

from ssi.http.client import Client, Limits
from ssi.http.pinning import ClientCertificate
from ssi.trust_entries import DealerEntry, NodeEntry


class ListedClients:
    """One client for each address and certificate that were asked for; safe to share between threads."""

    def __init__(self, certificate: ClientCertificate, limits: Limits) -> None:
        self._certificate = certificate
        self._limits = limits
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def to(self, entry: NodeEntry | DealerEntry) -> Client:
        """The client to a party; one that moved, or has a new certificate, gets another."""
        place = (entry.url, entry.tls_fingerprint)
        with self._lock:
            if place not in self._clients:
                self._clients[place] = Client(
                    entry.url,
                    pinned_pem=entry.tls_certificate,
                    certificate=self._certificate,
                    limits=self._limits,
                )
            return self._clients[place]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
