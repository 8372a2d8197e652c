"""Who is let in at the peers' port? Nodes of the registry, by their certificates; everybody else is cut off.

The port is a second one of the node's process. Each call is answered by a thread of its own for as long as
handshake and hello may take; no more than a few are answered at the same time, and a call beyond that is
hung up on.
"""

import errno
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marketplace.mpc_node.peer_tls import answering_context, handshake
from marketplace.mpc_node.reception import Count, Reception
from ssi.errors import RegistryError, UnknownNodeError
from ssi.hosting.tls import CertificateFiles
from ssi.trust import TrustRegistry

HANDSHAKE_SECONDS: Final = 5.0
MOST_AT_ONCE: Final = 32
_BACKLOG: Final = 64
_CLOSING_SECONDS: Final = 0.25
_BIND_AGAIN_SECONDS: Final = 0.1
BIND_SECONDS: Final = 5.0
HUNG_UP, NO_HANDSHAKE, NO_NODE = "hung_up", "no_handshake", "no_node"


@dataclass(frozen=True)
class Gate:
    """By what a caller is judged: this node's certificate, the registry as it stands, and the time."""

    own: CertificateFiles
    registry: Callable[[], TrustRegistry]
    clock: Callable[[], datetime]


class Listener:
    """The peers' port, from `start` until `close`."""

    def __init__(self, gate: Gate, reception: Reception, count: Count) -> None:
        self._gate = gate
        self._reception = reception
        self._count = count
        self._closing = threading.Event()
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._server: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self, host: str, port: int) -> int:
        """Listen; the port, which the system chooses where 0 is asked for.

        Raises:
            OSError: the port is in use, also after some seconds, in which a process that was killed lets go.
        """
        self._server = _bind(host, port)
        self._server.settimeout(_CLOSING_SECONDS)
        self._thread = threading.Thread(target=self._accept, name="peer port", daemon=True)
        self._thread.start()
        found: int = self._server.getsockname()[1]
        return found

    def close(self) -> None:
        """Let go of the port and of everybody who waits."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        if self._server is not None:
            self._server.close()
        self._reception.close()

    def _accept(self) -> None:
        while not self._closing.is_set() and self._server is not None:
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                self._closing.wait(_BIND_AGAIN_SECONDS)  # such as: too many open files
                continue
            if not self._room.acquire(blocking=False):
                self._count(HUNG_UP)
                connection.close()
                continue
            threading.Thread(target=self._answer, args=(connection,), name="peer call", daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            self._admit(connection)
        finally:
            self._room.release()

    def _admit(self, connection: socket.socket) -> None:
        gate = self._gate
        try:
            registry = gate.registry()
            context = answering_context(gate.own, (node.tls_certificate for node in registry.nodes))
            wrapped, fingerprint = handshake(connection, context, answering=True, seconds=HANDSHAKE_SECONDS)
        except (OSError, RegistryError):
            self._count(NO_HANDSHAKE)
            connection.close()
            return
        try:
            node = registry.node_of_certificate(fingerprint, now=gate.clock())
        except (UnknownNodeError, RegistryError):
            self._count(NO_NODE)
            wrapped.close()
            return
        self._reception.welcome(wrapped, node.id)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + BIND_SECONDS
    while True:
        try:
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise
        time.sleep(_BIND_AGAIN_SECONDS)  # the port of a process that just ended is free in a moment
