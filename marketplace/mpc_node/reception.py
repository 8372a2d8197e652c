"""Which peers have called, and for which attempt?

A peer may call before this node has come that far, or for an attempt that it does not know yet; the
connection then waits here, with the hello that came over it, until the attempt claims it. One connection
waits for each run and peer, the newest, and no more than a few for each peer, so that a peer that calls
without end pushes out nobody's connections but its own. Whatever is no hello is cut off, and counted.
"""

import socket
import threading
from collections.abc import Callable
from typing import Final

from marketplace.mpc_node.channel import Arrival
from marketplace.mpc_node.errors import FrameRefusedError
from marketplace.mpc_node.frames import HELLO_BYTES, PREFIX_BYTES, Hello, Kind, Prefix

HELLO_SECONDS: Final = 5.0
MOST_WAITING: Final = 32
ACCEPTED, NO_HELLO, PUSHED_OUT = "accepted", "no_hello", "pushed_out"

Count = Callable[[str], None]
"""Counts a call by what became of it."""


def _count_nothing(_: str) -> None:
    return None


class Reception:
    """The connections that peers have opened and no attempt has claimed; safe to share between threads."""

    def __init__(
        self, count: Count = _count_nothing, *, hello_seconds: float = HELLO_SECONDS, most: int = MOST_WAITING
    ) -> None:
        self._count = count
        self._hello_seconds = hello_seconds
        self._most = most
        self._lock = threading.Lock()
        self._waiting: dict[tuple[bytes, str], Arrival] = {}
        self._closed = False

    def welcome(self, connection: socket.socket, node_id: str) -> None:
        """Take over the connection of an authenticated node: hear its hello and let it wait.

        It takes as long as the peer needs for its hello, at most `hello_seconds`.
        """
        try:
            hello = _hear_hello(connection, self._hello_seconds)
        except (FrameRefusedError, OSError):
            self._count(NO_HELLO)
            connection.close()
            return
        self._park(hello.run, node_id, Arrival(connection, hello))

    def claim(self, run: bytes, node_id: str) -> Arrival | None:
        """Hand out the connection that a node opened for a run, once."""
        with self._lock:
            return self._waiting.pop((run, node_id), None)

    def close(self) -> None:
        """Cut off whoever still waits, and whoever comes later."""
        with self._lock:
            self._closed = True
            for arrival in self._waiting.values():
                arrival.connection.close()
            self._waiting.clear()

    def _park(self, run: bytes, node_id: str, arrival: Arrival) -> None:
        with self._lock:
            if self._closed:
                arrival.connection.close()
                return
            older = self._waiting.pop((run, node_id), None)
            own = [place for place in self._waiting if place[1] == node_id]
            pushed = older or (self._waiting.pop(own[0]) if len(own) >= self._most else None)
            self._waiting[run, node_id] = arrival
        self._count(ACCEPTED)
        if pushed is not None:
            self._count(PUSHED_OUT)
            pushed.connection.close()


def _hear_hello(connection: socket.socket, seconds: float) -> Hello:
    connection.settimeout(seconds)
    prefix = Prefix.decode(_exactly(connection, PREFIX_BYTES))
    if prefix.kind is not Kind.HELLO:
        raise FrameRefusedError("a connection begins with a hello")
    return Hello.decode(_exactly(connection, HELLO_BYTES))


def _exactly(connection: socket.socket, length: int) -> bytes:
    heard = bytearray()
    while len(heard) < length:
        piece = connection.recv(length - len(heard))
        if not piece:
            raise FrameRefusedError("the connection ended within its hello")
        heard += piece
    return bytes(heard)
