"""A light load on one server: as much as it takes, or so many requests a second, over kept connections.

Requests are bytes made once, answers are read to their length and not parsed; one thread waits for all
connections, so that the load takes little of the machine that it measures. At a constant rate a request's
time counts from the moment at which it was to be sent, sent late or not: a server that stalls is not asked
less (no coordinated omission).
"""

import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass, field

CONNECTIONS = 8
_OK = b"HTTP/1.1 200 "
_END, _LENGTH = b"\r\n\r\n", b"content-length:"


class WrongAnswerError(Exception):
    """An answer that is not the page; the message holds its first line."""


@dataclass
class _Line:
    """One connection, and the moment from which the request on it counts."""

    socket: socket.socket
    since: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes, since: float) -> None:
        self.since = since
        self.received.clear()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what is there.

        Raises:
            WrongAnswerError: it is not a page with a length.
        """
        piece = self.socket.recv(1 << 18)
        self.received += piece
        end = self.received.find(_END)
        if end < 0 and piece:
            return False
        if not piece or not self.received.startswith(_OK):
            raise WrongAnswerError(bytes(self.received.partition(b"\r\n")[0]).decode("latin-1") or "closed")
        head = bytes(self.received[:end]).lower()
        _, found, rest = head.partition(_LENGTH)
        if not found:
            raise WrongAnswerError("an answer without its length")
        return len(self.received) >= end + len(_END) + int(rest.partition(b"\r\n")[0])


def request_of(port: int, path: str, headers: dict[str, str]) -> bytes:
    """The bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def rate(port: int, request: bytes, *, seconds: float) -> float:
    """Requests a second that were answered while every connection always asks."""
    with _Lines(port) as lines:
        began = time.perf_counter()
        for line in lines.all:
            line.ask(request, began)
        answered, until = 0, began + seconds
        while (now := time.perf_counter()) < until:
            for line in lines.answered(until - now):
                answered += 1
                line.ask(request, now)
        return answered / (now - began)


def latencies(port: int, request: bytes, *, a_second: float, seconds: float) -> list[float]:
    """The seconds that requests took, each from when it was to be sent, at a constant rate."""
    with _Lines(port) as lines:
        began = time.perf_counter()
        due = deque(began + place / a_second for place in range(int(a_second * seconds)))
        wanted, free, taken = len(due), list(lines.all), list[float]()
        while len(taken) < wanted:
            now = time.perf_counter()
            while free and due and due[0] <= now:
                free.pop().ask(request, due.popleft())
            wait = max(0.0, due[0] - now) if free and due else 1.0
            for line in lines.answered(wait):
                taken.append(time.perf_counter() - line.since)
                free.append(line)
    return taken


class _Lines:
    """The connections of one run."""

    def __init__(self, port: int) -> None:
        self.all = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(CONNECTIONS)]
        self._waiting = selectors.DefaultSelector()
        for line in self.all:
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._waiting.register(line.socket, selectors.EVENT_READ, line)

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.close()
        for line in self.all:
            line.socket.close()

    def answered(self, seconds: float) -> list[_Line]:
        """The connections whose answer is complete now; waits so long for the first piece of any."""
        return [key.data for key, _ in self._waiting.select(seconds) if key.data.is_answered()]
