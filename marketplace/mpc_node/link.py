"""How are bytes moved over one connection without ever waiting for it?

A `Link` takes what is to be sent and sends as much as the system takes now; it reads what is there into room
that the caller has made. It never blocks, so that one thread serves both directions of all its connections:
a TLS connection must not be used by two threads at the same time (OpenSSL), and a thread that hands work to
another costs more than a round trip on a fast network.
"""

import contextlib
import socket
import ssl
from collections import deque

from marketplace.mpc_node.errors import LinkBrokenError

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_AT_ONCE_BYTES = 1 << 16


class Link:
    """One authenticated connection to a peer; it owns the socket."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self.number = connection.fileno()
        """By which the system can wait for this connection."""
        self._waiting: deque[memoryview] = deque()
        self._staged = memoryview(bytearray(_AT_ONCE_BYTES))
        self._start = self._end = 0
        self.sent_bytes = 0

    @property
    def unsent(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self._waiting)

    @property
    def staged(self) -> bool:
        """Whether something was read that nobody has taken yet."""
        return self._start != self._end

    def queue(self, head: bytes, body: memoryview | None = None) -> None:
        """Put a frame behind what is to be sent. A small one becomes one piece, and so one TLS record."""
        if body is None:
            self._waiting.append(memoryview(head))
        elif len(body) <= _AT_ONCE_BYTES:
            self._waiting.append(memoryview(head + body))
        else:
            self._waiting.extend((memoryview(head), body))

    def push(self) -> None:
        """Send as much as the system takes now.

        Raises:
            LinkBrokenError: the connection ended.
        """
        while self._waiting:
            # Whole pieces are cut here: a TLS write that could not be finished must be repeated as it was.
            piece = self._waiting[0]
            try:
                count = self._socket.send(piece[:_AT_ONCE_BYTES])
            except _NOT_NOW:
                return
            except OSError as error:
                raise LinkBrokenError(f"sending failed: {type(error).__name__}") from error
            self.sent_bytes += count
            if count == len(piece):
                self._waiting.popleft()
            else:
                self._waiting[0] = piece[count:]

    def pull(self, room: memoryview, *, fresh: bool) -> int:
        """Put into room what is there; how many bytes, 0 when there is nothing now.

        Only a `fresh` pull asks the system. What is larger than one TLS record goes straight into the room;
        for less a whole record is read at once and the rest of it kept for the next pull, so that a small
        frame costs one call and nothing stays unseen in the library's own buffer.

        Raises:
            LinkBrokenError: the connection ended.
        """
        if self._start == self._end and fresh:
            if len(room) >= _AT_ONCE_BYTES:
                return self._read(room)
            self._start, self._end = 0, self._read(self._staged)
        count = min(len(room), self._end - self._start)
        room[:count] = self._staged[self._start : self._start + count]
        self._start += count
        return count

    def _read(self, room: memoryview) -> int:
        try:
            count = self._socket.recv_into(room)
        except _NOT_NOW:
            return 0
        except OSError as error:
            raise LinkBrokenError(f"receiving failed: {type(error).__name__}") from error
        if not count:
            raise LinkBrokenError("the peer closed the connection")
        return count

    def close(self) -> None:
        """End the connection; what was handed to the system is still delivered."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()
