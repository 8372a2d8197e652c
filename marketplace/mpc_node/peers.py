"""How does a message reach another node? By HTTPS, with both certificates pinned by the trust registry."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ssi.http.client import Client, Limits
from ssi.http.pinning import ClientCertificate
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry

MESSAGES_PATH = "/v1/peer/messages"


class PeerTransport(Protocol):
    """Brings signed messages to other nodes."""

    def deliver(self, node_id: str, token: str) -> None:
        """Hand a message over; return only when the node has kept it. Delivering again is harmless.

        Raises:
            RefusedByPeerError: the node does not take it.
            PeerError: the node could not be reached, or answered nothing that can be read.
            UnknownNodeError: the registry names no such node now.
        """
        ...


class HttpsTransport:
    """Messages to the nodes of the registry, each at its listed address and by its listed certificate."""

    def __init__(
        self,
        registry: Callable[[], TrustRegistry],
        certificate: ClientCertificate,
        *,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._registry = registry
        self._certificate = certificate
        self._clock = clock
        self._limits = limits
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def deliver(self, node_id: str, token: str) -> None:
        """Hand a message over; see `PeerTransport.deliver`."""
        node = self._registry().node(node_id, now=self._clock())
        self._client(node).post_json(MESSAGES_PATH, {"message": token}, repeatable=True)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _client(self, node: NodeEntry) -> Client:
        place = (node.url, node.tls_fingerprint)
        with self._lock:
            if place not in self._clients:
                self._clients[place] = Client(
                    node.url,
                    pinned_pem=node.tls_certificate,
                    certificate=self._certificate,
                    limits=self._limits,
                )
            return self._clients[place]
