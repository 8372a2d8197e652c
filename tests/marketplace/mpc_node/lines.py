"""Connections between nodes of one process: real sockets without TLS, and somebody who may sit in between."""

import contextlib
import socket
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.mpc_node.channel import Arrival
from marketplace.mpc_node.errors import LinkBrokenError
from marketplace.mpc_node.frames import PREFIX_BYTES, Kind, Prefix
from marketplace.mpc_node.reception import Reception


@dataclass(frozen=True)
class Passing:
    """One frame on its way: who sends it to whom, and what it is."""

    sender: str
    receiver: str
    prefix: Prefix
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.prefix.encode() + self.body


Alter = Callable[[Passing], bytes]
"""What arrives instead of a frame; nothing, if it is lost."""


class Lines:
    """The receptions of some nodes, and how a node gets through to another one's."""

    def __init__(self) -> None:
        self.receptions: dict[str, Reception] = {}
        self.alter: Alter | None = None
        self.cut: Callable[[str, str], bool] = lambda caller, called: False
        self.calls: list[tuple[str, str]] = []
        # Whoever waits when a test ends is hung up on, so that no socket is left open.
        self._opened: list[Reception] = []
        weakref.finalize(self, _close_all, self._opened)

    def of(self, name: str) -> "Ways":
        """The ways of a node that starts now, to a reception of its own; one before it is gone for good."""
        if name in self.receptions:
            self.receptions[name].close()
        self.receptions[name] = Reception(hello_seconds=60)
        self._opened.append(self.receptions[name])
        return Ways(self, name, self.receptions[name])

    def connect(self, caller: str, called: str) -> socket.socket:
        """A connection, whose other end the called node's reception has."""
        self.calls.append((caller, called))
        if called not in self.receptions or self.cut(caller, called):
            raise LinkBrokenError(f"{called} cannot be reached")
        ours, theirs = socket.socketpair()
        if self.alter is not None:
            theirs = relayed(theirs, (caller, called), self.alter)
        welcome = self.receptions[called].welcome
        threading.Thread(target=welcome, args=(theirs, caller), name="peer call", daemon=True).start()
        return ours


@dataclass(frozen=True)
class Ways:
    """How one node reaches the others; see `marketplace.mpc_node.channel.Ways`."""

    lines: Lines
    name: str
    reception: Reception

    def dial(self, node_id: str) -> socket.socket:
        return self.lines.connect(self.name, node_id)

    def claim(self, run: bytes, node_id: str) -> Arrival | None:
        return self.reception.claim(run, node_id)


def relayed(near: socket.socket, ends: tuple[str, str], alter: Alter) -> socket.socket:
    """The far end of a connection whose frames pass through somebody's hands."""
    far, theirs = socket.socketpair()
    caller, called = ends
    for source, target, sender, receiver in ((near, far, caller, called), (far, near, called, caller)):
        threading.Thread(
            target=_relay, args=(source, target, (sender, receiver), alter), name="relay", daemon=True
        ).start()
    return theirs


def _relay(source: socket.socket, target: socket.socket, ends: tuple[str, str], alter: Alter) -> None:
    with contextlib.suppress(OSError, ValueError):
        while True:
            prefix = Prefix.decode(_exactly(source, PREFIX_BYTES))
            body = _exactly(source, prefix.length)
            target.sendall(alter(Passing(*ends, prefix, body)))
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()


def _exactly(source: socket.socket, length: int) -> bytes:
    heard = b""
    while len(heard) < length:
        piece = source.recv(length - len(heard))
        if not piece:
            raise ValueError("the connection ended")
        heard += piece
    return heard


def altering(
    sender: str, kind: Kind, change: Callable[[Passing], bytes], *, number: int | None = None
) -> Alter:
    """Let frames of one kind, of one round or of all, be changed when one node sends them."""

    def alter(passing: Passing) -> bytes:
        hit = passing.sender == sender and passing.prefix.kind is kind
        return change(passing) if hit and number in {None, passing.prefix.number} else passing.raw

    return alter


def _close_all(receptions: list[Reception]) -> None:
    for reception in receptions:
        reception.close()
