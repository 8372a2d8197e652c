"""How do connections for computing come to be in the real world? By mutual TLS, to addresses of the registry.

Whom a node dials it finds in the registry as it stands at that moment: the address and the one certificate
that counts. Who dials it waits at the reception.
"""

import socket
from typing import Final

from marketplace.mpc_node.channel import Arrival
from marketplace.mpc_node.errors import LinkBrokenError
from marketplace.mpc_node.listener import Gate
from marketplace.mpc_node.peer_tls import dialling_context, handshake
from marketplace.mpc_node.reception import Reception
from ssi.errors import CredentialError

CONNECT_SECONDS: Final = 2.0


class TlsWays:
    """Connections to the nodes of the registry; see `channel.Ways`."""

    def __init__(self, gate: Gate, reception: Reception) -> None:
        self._gate = gate
        self._reception = reception

    def dial(self, node_id: str) -> socket.socket:
        """Open a connection to a node, and hold its certificate against the registry.

        Raises:
            LinkBrokenError: it cannot be reached now, it is not in the registry, or it showed another
                certificate.
        """
        try:
            node = self._gate.registry().node(node_id, now=self._gate.clock())
            context = dialling_context(self._gate.own, node.tls_certificate)
            connection = socket.create_connection(node.peer_endpoint, timeout=CONNECT_SECONDS)
            wrapped, shown = handshake(connection, context, answering=False, seconds=CONNECT_SECONDS)
        except (OSError, CredentialError) as error:
            raise LinkBrokenError(f"{node_id} cannot be reached: {type(error).__name__}") from error
        if shown != node.tls_fingerprint:
            wrapped.close()
            raise LinkBrokenError(f"{node_id} showed another certificate than its own")
        return wrapped

    def claim(self, run: bytes, node_id: str) -> Arrival | None:
        """The connection that a node has opened for a run."""
        return self._reception.claim(run, node_id)
