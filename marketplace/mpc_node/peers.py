"""How does a message reach another node? By HTTPS, with both certificates pinned by the trust registry."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from marketplace.mpc_node.listed_clients import ListedClients
from ssi.http.client import Body, Limits
from ssi.http.pinning import ClientCertificate
from ssi.trust import TrustRegistry

MESSAGES_PATH = "/v1/peer/messages"
PIECES_PATH = "/v1/pieces"


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

    def hand_over(self, node_id: str, digest: str, piece: bytes) -> None:
        """Hand over a piece that a message is going to name by its digest; with the errors of `deliver`."""
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
        self._clock = clock
        self._clients = ListedClients(certificate, limits)

    def deliver(self, node_id: str, token: str) -> None:
        """Hand a message over; see `PeerTransport.deliver`."""
        node = self._registry().node(node_id, now=self._clock())
        self._clients.to(node).post_json(MESSAGES_PATH, {"message": token}, repeatable=True)

    def hand_over(self, node_id: str, digest: str, piece: bytes) -> None:
        """Hand over a piece; see `PeerTransport.hand_over`."""
        node = self._registry().node(node_id, now=self._clock())
        body = Body(piece, "application/octet-stream")
        self._clients.to(node).send("PUT", f"{PIECES_PATH}/{digest}", body=body, repeatable=True)

    def close(self) -> None:
        """Close all connections."""
        self._clients.close()
