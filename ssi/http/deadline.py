"""One moment until which a request to somebody else may last, however slowly the other side's bytes come.

A time-out counts from byte to byte, so a server that drips one within it holds a caller for as long as it
likes. A deadline shuts the connection down instead, in the middle of a handshake, a header or a body.
"""

import contextlib
import os
import socket
import threading
import time
from typing import Self


class Deadline:
    """Cuts a connection off at a moment: `seconds` after this was made."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._turn = threading.Lock()
        self._guarded: socket.socket | None = None

    @property
    def passed(self) -> bool:
        """Whether the moment has come."""
        return time.monotonic() >= self._ends

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        with self._turn:
            self._let_go()

    def guard(self, sock: socket.socket) -> None:
        """Cut this connection off at the deadline, or now if it has passed; it takes the place of another."""
        with self._turn:
            self._let_go()
            # A handle of its own: TLS takes the first one away, and the connection itself is the same.
            self._guarded = socket.socket(fileno=os.dup(sock.fileno()))
        if self.passed:
            self._cut()

    def _let_go(self) -> None:
        if self._guarded is not None:
            self._guarded.close()
            self._guarded = None

    def _cut(self) -> None:
        with self._turn, contextlib.suppress(OSError):  # it has ended already
            if self._guarded is not None:
                self._guarded.shutdown(socket.SHUT_RDWR)
